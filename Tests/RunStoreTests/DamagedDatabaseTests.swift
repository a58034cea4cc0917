// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import GRDB
import SeededRandom
import TestSupport
import Testing

@testable import RunStore

/// Databases that a bad disk or a bad copy has spoiled.
struct DamagedDatabaseTests {
    @Test func `a page that is another one than was written is noticed, or changes nothing`() throws
    {
        let run = try SmallRun()
        let file = run.directory.database
        let sound = try Data(contentsOf: file)
        let expected = try SmallRun.content(RunReader(run.directory))
        let size = 4096
        let count = sound.count / size
        var random = PCG64(seed: 3)
        var refused = 0
        for page in 0..<count {
            let range = page * size..<(page + 1) * size
            let other = (page + 1) % count
            for replacement in [
                Data(count: size), Data((0..<size).map { _ in UInt8(random.integer(below: 256)) }),
                sound[other * size..<(other + 1) * size],
            ] {
                var damaged = sound
                damaged.replaceSubrange(range, with: replacement)
                try damaged.write(to: file)
                do {
                    let reader = try RunReader(run.directory)
                    try reader.verify()
                    #expect(try SmallRun.content(reader) == expected, "page \(page)")
                } catch is RunStoreError {
                    refused += 1
                }
            }
        }
        #expect(refused > count)
    }

    @Test func `a copy of which one part is older than the other is said to be damaged`() throws {
        let scratch = try TemporaryDirectory()
        let directory = RunDirectory(path: scratch.file("run").path)
        let store = try RunStore(directory, holder: "test")
        try SmallRun.begin(store)
        func written() throws -> Data {
            _ = try store.queue.writeWithoutTransaction { try $0.checkpoint(.truncate) }
            return try Data(contentsOf: directory.database)
        }
        for generation in 1...20 { try SmallRun.add(generation, to: store) }
        let early = try written()
        for generation in 21...60 { try SmallRun.add(generation, to: store) }
        let late = try written()
        // As cp makes it, which reads on while the run goes on.
        let copy = RunDirectory(path: scratch.file("copy").path)
        try copy.create()
        try (early.prefix(early.count / 2) + late.dropFirst(early.count / 2)).write(
            to: copy.database)
        for open in [
            { _ = try RunReader(copy) }, { _ = try RunStore(copy, holder: "test") },
        ] {
            let error = try #require(throws: RunStoreError.self) { try open() }
            guard case .damaged(copy.database.path, _) = error else {
                Issue.record("\(error)")
                continue
            }
        }
    }

    @Test func `a state that is not the one of its generation is not continued`() throws {
        let run = try SmallRun()
        try DatabaseQueue(path: run.directory.database.path).writeWithoutTransaction {
            try $0.execute(sql: "UPDATE optimiser_state SET state = x'00' WHERE generation = 3")
        }
        let reader = try RunReader(run.directory)
        let error = try #require(throws: RunStoreError.self) { try reader.latestState() }
        #expect(error.description.contains("the state after generation 3"))
    }

    @Test(arguments: [
        ("DELETE FROM generations WHERE generation = 2", "lacks generation 2"),
        ("UPDATE candidates SET mean_return = 1 WHERE generation = 2", "generation 2"),
        ("DELETE FROM optimiser_state WHERE generation = 3", "after generation 3"),
        ("UPDATE rollouts SET return = 1 WHERE purpose = 'evaluation'", "after generation 1"),
        ("DELETE FROM evaluations; UPDATE rollouts SET worker = 9", "FOREIGN KEY"),
    ])
    func `verification finds what the structure does not show`(change: String, part: String) throws
    {
        let run = try SmallRun()
        try RunReader(run.directory).verify()
        try DatabaseQueue(path: run.directory.database.path).writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA foreign_keys = OFF; \(change)")
        }
        let error = try #require(throws: RunStoreError.self) {
            try RunReader(run.directory).verify()
        }
        #expect(error.description.contains(part), "\(error)")
    }
}
