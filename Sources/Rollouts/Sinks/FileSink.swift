// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes
package import Foundation
import WorldModel

/// Keeps every episode as the bytes of an .npz file.
package struct FileSink: LockstepSink {
    package static var usesObservations: Bool { true }

    private var writers: [RolloutWriter?]
    private var failures: [EpisodeFailure?]

    /// Makes room for so many episodes at once.
    package init(slots: Int) {
        writers = [RolloutWriter?](repeating: nil, count: slots)
        failures = [EpisodeFailure?](repeating: nil, count: slots)
    }

    package mutating func begin(_ slot: Int) throws { writers[slot] = try RolloutWriter() }

    package mutating func didStep(
        _ slot: Int, observation: UnsafePointer<UInt8>, action: UnsafePointer<Float>,
        result: EnvironmentStep
    ) throws {
        if result.end == .actionNotFinite {
            failures[slot] = EpisodeFailure(notFinite: action)
            return
        }
        try writers[slot]?.append(
            observation: UnsafeRawBufferPointer(start: observation, count: Encoder.imageBytes),
            action: SIMD3(action[0], action[1], action[2]), reward: Float(result.reward),
            isTerminal: result.end != nil)
    }

    /// The file.
    package mutating func end(_ slot: Int, _ outcome: EpisodeOutcome) throws -> Data? {
        defer { (writers[slot], failures[slot]) = (nil, nil) }
        if let failure = failures[slot] { throw failure }
        return try writers[slot]?.finish()
    }
}
