// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Foundation
import ArrayFiles

/// Makes the file of a recorded episode step by step, in memory.
///
/// The pixels are deflated while they come: an episode takes its file's size, not twelve times that.
/// The file is the one that `RolloutFile` writes.
package final class RolloutWriter {
    /// The number of steps so far.
    package var length: Int { rewards.count }

    private let memory = MemoryFile()
    private let archive: NPZWriter
    private let frameSize: Int
    /// Frames that wait to be deflated together: a compressor's memory fills much of a core's cache,
    /// so that between two steps of an episode it would go cold each time.
    private var waiting: [UInt8] = []
    private static let framesTogether = 32
    private var actions: [Float] = []
    private var rewards: [Float] = []
    private var terminals: [Bool] = []

    /// Begins a recording of observations of a height and width.
    ///
    /// - Throws: Nothing in memory; the archive's writer might, elsewhere.
    package init(side: Int = 64) throws {
        archive = NPZWriter(to: memory)
        frameSize = side * side * 3
        waiting.reserveCapacity(Self.framesTogether * frameSize)
        try archive.beginRows("observations", .uint8, rowShape: [side, side, 3])
    }

    /// Adds a step: the (side, side, 3) bytes seen before the action, steering, gas and brake, what
    /// was received for them, and whether they ended the episode.
    ///
    /// - Throws: Nothing in memory.
    package func append(
        observation: UnsafeRawBufferPointer, action: SIMD3<Float>, reward: Float, isTerminal: Bool
    ) throws {
        precondition(
            observation.count == frameSize, "\(observation.count) bytes, not \(frameSize)")
        waiting.append(contentsOf: observation)
        if waiting.count == Self.framesTogether * frameSize { try writeWaiting() }
        actions += [action.x, action.y, action.z]
        rewards.append(reward)
        terminals.append(isTerminal)
    }

    /// Ends the recording and gives the file's bytes.
    ///
    /// - Throws: Nothing in memory.
    package func finish() throws -> Data {
        try writeWaiting()
        try archive.endRows()
        try archive.add("actions", actions, shape: [length, 3])
        try archive.add("rewards", rewards, shape: [length])
        try archive.add("terminals", terminals, shape: [length])
        try archive.finish()
        return memory.data
    }

    private func writeWaiting() throws {
        try waiting.withUnsafeBytes { try archive.appendRows($0) }
        waiting.removeAll(keepingCapacity: true)
    }
}
