// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Foundation

/// Which piece of the run a rollout is.
package struct TaskIdentifier: Sendable, Hashable {
    /// Why a rollout is driven.
    package enum Purpose: Sendable, Hashable {
        /// A candidate of the search.
        case training
        /// The distribution's mean, measured.
        case evaluation
        /// An episode of a dataset.
        case recording
    }

    /// The generation, from 1.
    package var generation: Int
    /// The candidate's index; 0 in an evaluation; a recording's index in the dataset.
    package var candidate: Int
    /// Which of the candidate's tracks.
    package var repetition: Int
    /// Why it is driven.
    package var purpose: Purpose

    /// Collects the parts.
    package init(generation: Int, candidate: Int, repetition: Int, purpose: Purpose) {
        self.generation = generation
        self.candidate = candidate
        self.repetition = repetition
        self.purpose = purpose
    }
}

extension TaskIdentifier: CustomStringConvertible {
    /// For people.
    package var description: String {
        if purpose == .recording { return "recording \(candidate)" }
        let purposeName = purpose == .training ? "training" : "evaluation"
        return "\(purposeName) of generation \(generation), candidate \(candidate), "
            + "repetition \(repetition)"
    }
}

/// One rollout to be driven.
package struct EvaluationTask: Sendable, Hashable {
    /// Which one it is.
    package var id: TaskIdentifier
    /// The controller's parameters.
    package var parameters: [Float]
    /// The track.
    package var trackSeed: UInt64
    /// Ends the episode after so many steps, at least 1, if its limit does not; nil: no cap.
    package var stepCap: Int?

    /// Collects the parts.
    package init(
        id: TaskIdentifier, parameters: [Float], trackSeed: UInt64, stepCap: Int? = nil
    ) {
        self.id = id
        self.parameters = parameters
        self.trackSeed = trackSeed
        self.stepCap = stepCap
    }
}

/// One rollout that has been driven.
package struct TaskResult: Sendable, Hashable {
    /// Which one it is.
    package var id: TaskIdentifier
    /// The sum of rewards; NaN where the task was set aside.
    package var episodeReturn: Double
    /// Environment steps.
    package var steps: Int
    /// Tiles driven over.
    package var tilesVisited: Int
    /// Tiles of the track.
    package var trackTiles: Int
    /// How it ended.
    package var end: String
    /// Who drove it.
    package var worker: String
    /// The worker's processor and library versions.
    package var fingerprint: String
    /// How long it took there.
    package var seconds: Double
    /// The episode's file, where it is recorded; only `onResult` gets to see it.
    package var recording: Data?

    /// Collects the parts.
    package init(
        id: TaskIdentifier, episodeReturn: Double, steps: Int, tilesVisited: Int, trackTiles: Int,
        end: String, worker: String, fingerprint: String, seconds: Double,
        recording: Data? = nil
    ) {
        self.recording = recording
        self.id = id
        self.episodeReturn = episodeReturn
        self.steps = steps
        self.tilesVisited = tilesVisited
        self.trackTiles = trackTiles
        self.end = end
        self.worker = worker
        self.fingerprint = fingerprint
        self.seconds = seconds
    }
}

/// Drives rollouts somewhere: on the workers of a cluster, or in this process.
package protocol RolloutService: Sendable {
    /// Drives every task to its end, whatever workers do meanwhile.
    ///
    /// - Parameters:
    ///   - tasks: What to drive.
    ///   - onResult: Told each result once, as it arrives; what it throws ends the work.
    /// - Returns: One result a task, in the tasks' order.
    /// - Throws: `CancellationError` when the calling task is cancelled, or what `onResult` threw.
    func perform(
        _ tasks: [EvaluationTask], onResult: @Sendable (TaskResult) throws -> Void
    ) async throws -> [TaskResult]
}
