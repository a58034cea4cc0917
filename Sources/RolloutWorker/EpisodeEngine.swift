// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Foundation

/// One episode to run, as it came over the wire.
package struct EpisodeTask: Sendable {
    /// What the engine's outcome must carry again: the lease.
    package var id: UInt64
    /// The controller's parameters, flat.
    package var parameters: [Float]
    /// The seed the track is made from.
    package var trackSeed: UInt64
    /// Whether it judges a controller: no episode is cut short then.
    package var isEvaluation: Bool
    /// Ends the episode after so many steps, at least 1; nil: no cap.
    package var stepCap: Int?
    /// Not nil: the episode is recorded as the file of this index; parameters and seed say nothing.
    package var recording: Int?

    /// Describes an episode.
    package init(
        id: UInt64, parameters: [Float], trackSeed: UInt64, isEvaluation: Bool = false,
        stepCap: Int? = nil, recording: Int? = nil
    ) {
        self.id = id
        self.recording = recording
        self.isEvaluation = isEvaluation
        self.stepCap = stepCap
        self.parameters = parameters
        self.trackSeed = trackSeed
    }
}

/// What an engine made of an episode.
package struct EpisodeOutcome: Sendable {
    /// The task's `id`.
    package var id: UInt64
    /// The episode's return.
    package var `return`: Double
    /// Frames driven.
    package var steps: Int
    /// Tiles of the track that were visited.
    package var tilesVisited: Int
    /// Tiles the track has.
    package var trackTiles: Int
    /// Why the episode ended.
    package var end: String
    /// Not nil: the engine could not run it, for this reason.
    package var failure: String?
    /// The bytes of the episode's file, where it is recorded.
    package var recording: Data?

    /// Reports an episode.
    package init(
        id: UInt64, return: Double, steps: Int, tilesVisited: Int, trackTiles: Int, end: String,
        failure: String? = nil, recording: Data? = nil
    ) {
        self.id = id
        self.return = `return`
        self.steps = steps
        self.tilesVisited = tilesVisited
        self.trackTiles = trackTiles
        self.end = end
        self.failure = failure
        self.recording = recording
    }
}

/// Runs episodes, several at once, step by step: what a worker needs of a rollout engine.
///
/// An engine is made and used on one thread.
package protocol EpisodeEngine: AnyObject {
    /// Episodes it can take on now.
    var freeSlots: Int { get }
    /// Takes an episode on; there is a free slot.
    ///
    /// - Parameter task: The episode.
    /// - Throws: Why this task cannot be run, such as parameters of a wrong count.
    func submit(_ task: EpisodeTask) throws
    /// Moves every episode on by one frame.
    ///
    /// - Throws: Why the engine is of no more use.
    func step() throws
    /// The episodes that ended since the last call.
    func takeOutcomes() -> [EpisodeOutcome]
}

/// Makes an engine from what the coordinator serves: models by name, settings as JSON, and the
/// number of episodes to run at once.
///
/// The factory owns the models' bytes, so that it can let go of them before it needs memory for
/// other things.
package typealias EngineFactory =
    @Sendable (_ models: consuming [String: Data], _ settings: Data, _ environments: Int) throws
    -> any EpisodeEngine
