// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes
package import Foundation
import WorldModel

/// Keeps every episode as the bytes of an .npz file.
package struct FileSink: LockstepSink {
    package static var usesObservations: Bool { true }

    /// A file under way.
    private struct Recording {
        let writer: RolloutWriter
        /// The pixels of the steps that are not written yet, and the rest of them.
        var pixels: [UInt8] = []
        var steps: [(action: SIMD3<Float>, reward: Float, isTerminal: Bool)] = []
        var failure: EpisodeFailure?

        /// Writes what waits.
        mutating func flush() throws {
            try pixels.withUnsafeBytes { bytes in
                for (index, step) in steps.enumerated() {
                    let start = index * Encoder.imageBytes
                    try writer.append(
                        observation: UnsafeRawBufferPointer(
                            rebasing: bytes[start..<(start + Encoder.imageBytes)]),
                        action: step.action, reward: step.reward, isTerminal: step.isTerminal)
                }
            }
            pixels.removeAll(keepingCapacity: true)
            steps.removeAll(keepingCapacity: true)
        }
    }

    private let stepsTogether: Int
    private var recordings: [Recording?]

    /// Makes room for episodes.
    ///
    /// - Parameters:
    ///   - slots: How many there are at once.
    ///   - stepsTogether: Steps that are written together. A compressor's memory fills much of a
    ///     core's cache, so that it is slow to change from one file to another at every step.
    package init(slots: Int, stepsTogether: Int = 32) {
        self.stepsTogether = stepsTogether
        recordings = [Recording?](repeating: nil, count: slots)
    }

    package mutating func begin(_ slot: Int) throws {
        var recording = Recording(writer: try RolloutWriter())
        recording.pixels.reserveCapacity(stepsTogether * Encoder.imageBytes)
        recording.steps.reserveCapacity(stepsTogether)
        recordings[slot] = recording
    }

    package mutating func didStep(
        _ slot: Int, observation: UnsafePointer<UInt8>, action: UnsafePointer<Float>,
        result: EnvironmentStep
    ) throws {
        if result.end == .actionNotFinite {
            recordings[slot]?.failure = EpisodeFailure(notFinite: action)
            return
        }
        recordings[slot]?.pixels.append(
            contentsOf: UnsafeBufferPointer(start: observation, count: Encoder.imageBytes))
        recordings[slot]?.steps.append(
            (
                SIMD3(action[0], action[1], action[2]), Float(result.reward),
                isTerminal: result.end != nil
            ))
        if recordings[slot]?.steps.count == stepsTogether { try recordings[slot]?.flush() }
    }

    /// The file.
    package mutating func end(_ slot: Int, _ outcome: EpisodeOutcome) throws -> Data? {
        defer { recordings[slot] = nil }
        if let failure = recordings[slot]?.failure { throw failure }
        try recordings[slot]?.flush()
        return try recordings[slot]?.writer.finish()
    }
}
