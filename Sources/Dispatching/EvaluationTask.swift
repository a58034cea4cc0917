// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// Which piece of a run a task is.
public struct TaskIdentifier: Sendable, Hashable, Codable {
    /// What the return is for.
    public enum Purpose: String, Sendable, Hashable, Codable {
        /// It ranks a candidate.
        case training
        /// It judges a controller on tracks never trained on.
        case evaluation
    }

    /// The optimiser's generation, from 0.
    public var generation: Int
    /// The candidate in the generation, from 0.
    public var candidate: Int
    /// The repetition of the candidate, from 0.
    public var repetition: Int
    /// What the return is for.
    public var purpose: Purpose

    /// Names a task.
    ///
    /// - Parameters:
    ///   - generation: The optimiser's generation, from 0.
    ///   - candidate: The candidate in the generation, from 0.
    ///   - repetition: The repetition of the candidate, from 0.
    ///   - purpose: What the return is for.
    public init(generation: Int, candidate: Int, repetition: Int, purpose: Purpose) {
        self.generation = generation
        self.candidate = candidate
        self.repetition = repetition
        self.purpose = purpose
    }
}

extension TaskIdentifier: CustomStringConvertible {
    /// For people.
    public var description: String {
        "generation \(generation) candidate \(candidate) repetition \(repetition) "
            + "(\(purpose.rawValue))"
    }
}

/// One episode to be driven by some worker.
public struct EvaluationTask: Sendable {
    /// Which piece of the run it is.
    public var id: TaskIdentifier
    /// The controller's parameters, flat.
    public var parameters: [Float]
    /// The seed the track is made from.
    public var trackSeed: UInt64

    /// Describes an episode.
    ///
    /// - Parameters:
    ///   - id: Which piece of the run it is.
    ///   - parameters: The controller's parameters, flat.
    ///   - trackSeed: The seed the track is made from.
    public init(id: TaskIdentifier, parameters: [Float], trackSeed: UInt64) {
        self.id = id
        self.parameters = parameters
        self.trackSeed = trackSeed
    }
}

/// What became of an `EvaluationTask`.
public struct TaskResult: Sendable, Hashable {
    /// The task.
    public var id: TaskIdentifier
    /// The episode's return; minus infinity for a task that was set aside, so that it ranks worst.
    public var `return`: Double
    /// Frames driven.
    public var steps: Int
    /// Tiles of the track that were visited.
    public var tilesVisited: Int
    /// Tiles the track has.
    public var trackTiles: Int
    /// Why the episode ended, as the engine names it; `TaskResult.setAsideEnd` if set aside.
    public var end: String
    /// The worker that drove it: host and process.
    public var worker: String
    /// What decides the bits of a result on that worker's host.
    public var fingerprint: String
    /// Wall clock of the episode on the worker.
    public var seconds: Double

    /// The `end` of a task that killed or failed too many workers and was given up.
    public static let setAsideEnd = "set-aside"

    /// Whether the task was given up.
    public var isSetAside: Bool { end == Self.setAsideEnd }

    /// A finished task.
    ///
    /// - Parameters:
    ///   - id: The task.
    ///   - return: The episode's return.
    ///   - steps: Frames driven.
    ///   - tilesVisited: Tiles of the track that were visited.
    ///   - trackTiles: Tiles the track has.
    ///   - end: Why the episode ended.
    ///   - worker: The worker that drove it.
    ///   - fingerprint: What decides the bits of a result on that worker's host.
    ///   - seconds: Wall clock of the episode on the worker.
    public init(
        id: TaskIdentifier, return: Double, steps: Int, tilesVisited: Int, trackTiles: Int,
        end: String, worker: String, fingerprint: String, seconds: Double
    ) {
        self.id = id
        self.return = `return`
        self.steps = steps
        self.tilesVisited = tilesVisited
        self.trackTiles = trackTiles
        self.end = end
        self.worker = worker
        self.fingerprint = fingerprint
        self.seconds = seconds
    }
}
