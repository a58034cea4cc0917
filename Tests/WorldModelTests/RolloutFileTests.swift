// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import ArrayFiles
import TestSupport
import Testing
import WorldModel

struct RolloutFileTests {
    private static let rollout = RolloutFile(
        observations: (0..<(2 * 4 * 4 * 3)).map { UInt8($0) }, side: 4,
        actions: [0.5, 1, 0, -1, 0, 0.25], rewards: [-0.1, 3], terminals: [false, true])

    @Test(arguments: [NPZWriter.Compression.stored, .deflated])
    func `a written recording reads back the same`(compression: NPZWriter.Compression) throws {
        let directory = try TemporaryDirectory()
        let url = directory.file("rollout.npz")
        try Self.rollout.write(to: url, compression: compression)
        #expect(try RolloutFile(contentsOf: url) == Self.rollout)
    }

    @Test func `a recording written step by step is the same file, byte for byte`() throws {
        // Longer than deflate's window, and not all alike.
        let side = 64
        let frame = side * side * 3
        let pixels = (0..<(9 * frame)).map { UInt8(truncatingIfNeeded: ($0 * $0) >> 9) }
        let rollout = RolloutFile(
            observations: pixels, side: side, actions: (0..<27).map { Float($0) / 27 },
            rewards: (0..<9).map { Float($0) }, terminals: (0..<9).map { $0 == 8 })
        let writer = try RolloutWriter(side: side)
        for step in 0..<9 {
            try pixels[step * frame..<(step + 1) * frame].withUnsafeBytes {
                try writer.append(
                    observation: $0,
                    action: SIMD3(
                        rollout.actions[3 * step], rollout.actions[3 * step + 1],
                        rollout.actions[3 * step + 2]),
                    reward: Float(step), isTerminal: step == 8)
            }
        }
        #expect(writer.length == 9)
        let written = try writer.finish()
        let directory = try TemporaryDirectory()
        let url = directory.file("rollout.npz")
        try rollout.write(to: url)
        #expect(try Data(contentsOf: url) == written)
    }

    @Test func `the paper's names and other element types are read`() throws {
        let directory = try TemporaryDirectory()
        let url = directory.file("rollout.npz")
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

    @Test func `arrays of different lengths are refused`() throws {
        let directory = try TemporaryDirectory()
        let url = directory.file("rollout.npz")
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

    @Test func `a truncated archive is refused`() throws {
        let directory = try TemporaryDirectory()
        let url = directory.file("rollout.npz")
        try Self.rollout.write(to: url)
        let data = try Data(contentsOf: url)
        try data.prefix(data.count / 2).write(to: url)
        #expect(throws: FileError.self) { try RolloutFile(contentsOf: url) }
    }
}
