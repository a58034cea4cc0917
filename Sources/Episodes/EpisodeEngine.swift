// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Foundation

/// An episode that an engine is done with.
package struct FinishedEpisode: Sendable {
    /// The number under which the episode was submitted.
    package var ticket: UInt64
    /// The episode.
    package var episode: Episode
    /// What it gave, or why it could not be driven, in one line.
    package var outcome: Result<EpisodeOutcome, EpisodeFailure>
    /// The bytes of its file, where it is recorded.
    package var file: Data?

    /// Collects the parts.
    package init(
        ticket: UInt64, episode: Episode, outcome: Result<EpisodeOutcome, EpisodeFailure>,
        file: Data? = nil
    ) {
        self.ticket = ticket
        self.episode = episode
        self.outcome = outcome
        self.file = file
    }
}

/// Why an episode could not be driven.
package struct EpisodeFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// One line.
    package var description: String

    /// Wraps a line.
    package init(_ description: String) { self.description = description }
}

/// Runs episodes, several at once, step by step: what a worker needs of a rollout engine.
///
/// An engine is made and used on one thread.
package protocol EpisodeEngine: AnyObject {
    /// Episodes it can take on now.
    var freeSlots: Int { get }

    /// Takes an episode on; there is a free slot.
    ///
    /// - Parameters:
    ///   - episode: The episode.
    ///   - parameters: The controller's parameters, flat; empty where none are searched for.
    ///   - ticket: What the finished episode is recognised by.
    /// - Throws: Why it cannot be driven, such as parameters of a wrong count.
    func submit(_ episode: Episode, parameters: [Float], ticket: UInt64) throws

    /// Moves every episode on by one step.
    ///
    /// - Throws: Why the engine is of no more use.
    func step() throws

    /// The episodes that ended since the last call, in the order of their ends.
    func takeFinished() -> [FinishedEpisode]
}
