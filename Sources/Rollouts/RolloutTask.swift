// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CarRacing

/// One episode to be driven.
public struct RolloutTask: Sendable, Hashable {
    /// What its outcome is recognised by.
    public var id: UInt64
    /// The controller: weights (3 x inputs, row-major), then 3 biases.
    public var parameters: [Float]
    /// The seed of the track.
    public var trackSeed: UInt64
    /// Ends this episode after so many steps if the time limit does not; nil: no cap.
    public var stepCap: Int?
    /// Whether it judges a controller: then `RolloutSettings.stepsWithoutTile` does not count.
    public var isEvaluation: Bool

    /// One episode to be driven.
    ///
    /// - Parameters:
    ///   - id: What its outcome is recognised by.
    ///   - parameters: The controller's weights (3 x inputs, row-major), then 3 biases.
    ///   - trackSeed: The seed of the track.
    ///   - stepCap: Ends the episode after so many steps if the time limit does not.
    ///   - isEvaluation: Whether it judges a controller.
    public init(
        id: UInt64, parameters: [Float], trackSeed: UInt64, stepCap: Int? = nil,
        isEvaluation: Bool = false
    ) {
        self.id = id
        self.parameters = parameters
        self.trackSeed = trackSeed
        self.stepCap = stepCap
        self.isEvaluation = isEvaluation
    }
}

/// How an episode ended.
public enum RolloutEnd: String, Sendable, Hashable, Codable, CaseIterable {
    /// The lap was completed.
    case lapCompleted
    /// The car left the playfield (-100).
    case leftPlayfield
    /// The time limit was reached.
    case timeLimit
    /// There was no new tile for as many steps as the settings allow.
    case noNewTile
    /// The task's step cap was reached.
    case stepCap
    /// The controller's action was no finite number; it counts as leaving the playfield (-100).
    case actionNotFinite

    /// How the environment ended an episode; nil if it did not.
    init?(of result: StepResult) {
        guard result.terminated else { return nil }
        // Leaving is the only thing that costs so much.
        self = result.reward <= -50 ? .leftPlayfield : .lapCompleted
    }
}

/// What driving a task brought.
public struct RolloutOutcome: Sendable, Hashable {
    /// The task's.
    public var id: UInt64
    /// The sum of the rewards, added up in double precision in the steps' order.
    public var episodeReturn: Double
    /// How many steps the episode had.
    public var steps: Int
    /// How many of the track's tiles were touched.
    public var tilesVisited: Int
    /// How many tiles the track has.
    public var trackTiles: Int
    /// How the episode ended.
    public var end: RolloutEnd

    /// What driving a task brought.
    ///
    /// - Parameters:
    ///   - id: The task's.
    ///   - episodeReturn: The sum of the rewards.
    ///   - steps: How many steps the episode had.
    ///   - tilesVisited: How many of the track's tiles were touched.
    ///   - trackTiles: How many tiles the track has.
    ///   - end: How the episode ended.
    public init(
        id: UInt64, episodeReturn: Double, steps: Int, tilesVisited: Int, trackTiles: Int,
        end: RolloutEnd
    ) {
        self.id = id
        self.episodeReturn = episodeReturn
        self.steps = steps
        self.tilesVisited = tilesVisited
        self.trackTiles = trackTiles
        self.end = end
    }
}
