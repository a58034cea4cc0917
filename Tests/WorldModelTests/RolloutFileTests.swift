// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Tensors
import Testing
import WorldModel

struct RolloutFileTests {
    private static let rollout = RolloutFile(
        observations: (0..<(2 * 4 * 4 * 3)).map { UInt8($0) }, side: 4,
        actions: [0.5, 1, 0, -1, 0, 0.25], rewards: [-0.1, 3], terminals: [false, true])

    private static func withTemporaryFile<Result>(
        _ body: (URL) throws -> Result
    ) throws -> Result {
        let directory = FileManager.default.temporaryDirectory.appending(
            path: "rollout-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        return try body(directory.appending(path: "rollout.npz"))
    }

    @Test(arguments: [NPZWriter.Compression.stored, .deflated])
    func `a written recording reads back the same`(compression: NPZWriter.Compression) throws {
        try Self.withTemporaryFile { url in
            try Self.rollout.write(to: url, compression: compression)
            #expect(try RolloutFile(contentsOf: url) == Self.rollout)
        }
    }

    @Test func `the paper's names and other element types are read`() throws {
        try Self.withTemporaryFile { url in
            let writer = try NPZWriter(to: url)
            let pixels = Self.rollout.observations.map { Float($0) }
            try writer.add("obs", pixels, shape: [2, 4, 4, 3])
            try writer.add("action", Self.rollout.actions.map { Double($0) }, shape: [2, 3])
            try writer.finish()
            let read = try RolloutFile(contentsOf: url)
            #expect(read.observations == Self.rollout.observations)
            #expect(read.actions == Self.rollout.actions)
            #expect(read.rewards == [0, 0])
            #expect(read.terminals == [false, false])
        }
    }

    @Test func `arrays of different lengths are refused`() throws {
        try Self.withTemporaryFile { url in
            let writer = try NPZWriter(to: url)
            try writer.add("observations", Self.rollout.observations, shape: [2, 4, 4, 3])
            try writer.add("actions", Self.rollout.actions, shape: [2, 3])
            try writer.add("rewards", [Float(1), 2, 3], shape: [3])
            try writer.finish()
            #expect(
                throws: RolloutFileError.wrongShape(
                    file: url.path, array: "rewards", found: [3], expected: "(2,)")
            ) { try RolloutFile(contentsOf: url) }
        }
    }

    @Test func `a truncated archive is refused`() throws {
        try Self.withTemporaryFile { url in
            try Self.rollout.write(to: url)
            let data = try Data(contentsOf: url)
            try data.prefix(data.count / 2).write(to: url)
            #expect(throws: FileError.self) { try RolloutFile(contentsOf: url) }
        }
    }
}
