// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes
package import Foundation

/// What becomes of the steps of episodes.
package protocol LockstepSink {
    /// Whether it keeps observations; where nobody looks at them, none are drawn.
    static var usesObservations: Bool { get }

    /// Begins an episode in a slot.
    ///
    /// - Throws: Why the engine is of no more use.
    mutating func begin(_ slot: Int) throws

    /// Is told before each step how many there were.
    ///
    /// - Throws: Why the engine is of no more use.
    mutating func willStep(_ slot: Int, after steps: Int) throws

    /// Is told what a step was: what was seen before it, if observations are drawn, what was done,
    /// and what it brought.
    ///
    /// - Throws: Why the engine is of no more use.
    mutating func didStep(
        _ slot: Int, observation: UnsafePointer<UInt8>, action: UnsafePointer<Float>,
        result: EnvironmentStep
    ) throws

    /// Ends a slot's episode and gives its file, where there is one.
    ///
    /// - Throws: `EpisodeFailure` if it is of no use for this sink.
    mutating func end(_ slot: Int, _ outcome: EpisodeOutcome) throws -> Data?
}

extension LockstepSink {
    package static var usesObservations: Bool { false }

    package func begin(_ slot: Int) {}

    package func willStep(_ slot: Int, after steps: Int) {}

    package func didStep(
        _ slot: Int, observation: UnsafePointer<UInt8>, action: UnsafePointer<Float>,
        result: EnvironmentStep
    ) {}

    package func end(_ slot: Int, _ outcome: EpisodeOutcome) -> Data? { nil }
}

/// Keeps nothing but what every episode gives.
package struct ScoreSink: LockstepSink {
    /// Makes one.
    package init() {}
}

extension EpisodeFailure {
    /// Where a recording or a film cannot go on with an episode.
    init(notFinite action: UnsafePointer<Float>) {
        self.init(
            "action (\(action[0]), \(action[1]), \(action[2])) is not finite: give three finite "
                + "numbers (steering, gas, brake)")
    }
}
