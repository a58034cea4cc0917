// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import SeededRandom

/// Decides what is done in the slots of an environment, for all of them at once.
///
/// What it does in a slot follows from what was seen there and from the episode's stream alone.
package protocol LockstepPolicy {
    /// Whether it looks at observations; where nobody does, none are drawn.
    static var usesObservations: Bool { get }

    /// Begins an episode with its controller, flat, or empty where none is searched for, and the
    /// stream of its random draws.
    ///
    /// - Throws: `EpisodeFailure` if the parameters do not fit; the slot stays free.
    mutating func begin(_ slot: Int, parameters: [Float], stream: PCG64) throws

    /// Takes in what is seen in the slots that have an episode; the observations are those of all
    /// slots, one after another.
    mutating func perceive(_ slots: UnsafeBufferPointer<Int>, _ observations: UnsafePointer<UInt8>)

    /// Decides on the next step in the slots that have an episode; the actions are those of all
    /// slots, one after another, and those of the step before until they are replaced.
    mutating func decide(
        _ slots: UnsafeBufferPointer<Int>, into actions: UnsafeMutablePointer<Float>)
}

extension LockstepPolicy {
    package static var usesObservations: Bool { false }

    package func perceive(
        _ slots: UnsafeBufferPointer<Int>, _ observations: UnsafePointer<UInt8>
    ) {}
}
