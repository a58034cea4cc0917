// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import GRDB
import SeededRandom
import Synchronization
import TestSupport
import Testing

@testable import RunStore

struct PowerLossTests {
    @Test func `whatever a loss of power takes, each generation that was stored is there`() throws {
        let scratch = try TemporaryDirectory()
        let directory = RunDirectory(path: scratch.file("run").path)
        try directory.create()
        let log = WriteLog()
        let generation = Atomic(0)
        let store = try log.record(directory.url) {
            try RunStore(directory, holder: "test") { point in
                // Told at once, before anything else is written and synced.
                guard point.committed, [.creation, .generation].contains(point.write) else {
                    return
                }
                log.add(.promise(generation.add(1, ordering: .relaxed).oldValue))
            }
        }
        // Checkpoints come often, so that many of the moments lie in one.
        try store.queue.writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA wal_autocheckpoint = 12")
        }
        try SmallRun.begin(store)
        for generation in 1...10 { try SmallRun.add(generation, to: store) }
        let events = log.events
        func isPromise(_ event: WriteLog.Event) -> Bool {
            if case .promise = event { true } else { false }
        }
        let first = try #require(events.firstIndex(where: isPromise))
        #expect(events.count > 100)

        var random = PCG64(seed: 11)
        for story in 0..<60 {
            let end = first + 1 + Int(random.integer(below: UInt32(events.count - first)))
            var promised = 0
            for case .promise(let number) in events[..<end] { promised = number }
            let after = RunDirectory(path: scratch.file("after \(story)").path)
            try after.create()
            for (name, bytes) in log.disk(before: end, &random) {
                try Data(bytes).write(to: after.url.appending(path: name))
            }
            let next = try RunStore(after, holder: "test")
            try next.reader.verify()
            let found = try next.reader.lastGeneration()?.generation ?? 0
            #expect(found >= promised, "event \(end): \(found) of \(promised) generations")
        }
    }
}
