// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes

/// Several copies of a world, each in a slot of its own: all that an engine knows of what it drives.
///
/// A slot's numbers and pictures follow from its seed and its actions alone, whatever happens in
/// the others.
package protocol LockstepEnvironment: AnyObject {
    /// How many slots there are.
    var slots: Int { get }
    /// The bytes of one observation.
    var observationBytes: Int { get }
    /// The numbers of one action.
    var actionSize: Int { get }
    /// What was drawn last: slots x `observationBytes`; it stays where it is.
    var observations: UnsafePointer<UInt8> { get }

    /// Begins an episode; nothing is drawn.
    func reset(_ slot: Int, seed: UInt64)

    /// Draws a slot's observation.
    ///
    /// - Throws: Why the environment is of no more use.
    func draw(_ slot: Int) throws

    /// Moves a slot on by one step by `actionSize` numbers; nothing is drawn.
    ///
    /// Where one is not finite, nothing moves and the end is `EpisodeEnd.actionNotFinite`.
    func step(_ slot: Int, _ action: UnsafePointer<Float>) -> EnvironmentStep

    /// How much of a slot's `total` has been visited in its episode.
    func visited(_ slot: Int) -> Int

    /// How much there is to visit, such as the tiles of a track.
    func total(_ slot: Int) -> Int
}

/// What a step of an environment brought.
package struct EnvironmentStep: Sendable, Hashable {
    /// The step's reward.
    package var reward: Double
    /// Why the environment ended the episode; nil if it goes on.
    package var end: EpisodeEnd?

    /// Collects the parts.
    package init(reward: Double, end: EpisodeEnd? = nil) {
        self.reward = reward
        self.end = end
    }
}
