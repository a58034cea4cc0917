// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CarRacing
public import WorldModel

/// What all episodes of a run have in common; a return depends on these, the models, the
/// parameters, the track seed and the task's step cap alone.
public struct RolloutSettings: Sendable, Hashable, Codable {
    /// How the controller's outputs become actions.
    public var mapping: ControllerMapping
    /// What the controller sees.
    public var inputs: ControllerInputs
    /// What of V's output is used as z.
    public var latent: LatentUse
    /// The steps after which an episode ends, at least 1.
    public var timeLimit: Int
    /// Ends an episode after so many steps without a new tile, at least 1; nil: never.
    ///
    /// It changes what is optimised a little (a car that would still have turned round), so it is
    /// for training only (see `RolloutTask.isEvaluation`) and off by default.
    public var stepsWithoutTile: Int?
    /// The share of tiles (0...1) that must be exceeded for crossing the start to end the lap: 0.95
    /// in Gymnasium's v3; 1 is the rule of the published figures (v0), where all tiles count.
    public var lapCompletePercent: Double

    /// The settings of a run.
    ///
    /// - Parameters:
    ///   - mapping: How the controller's outputs become actions.
    ///   - inputs: What the controller sees.
    ///   - latent: What of V's output is used as z.
    ///   - timeLimit: The steps after which an episode ends.
    ///   - stepsWithoutTile: Ends an episode after so many steps without a new tile; nil: never.
    ///   - lapCompletePercent: The share of tiles (0...1) that must be exceeded to complete a lap.
    public init(
        mapping: ControllerMapping = .paper, inputs: ControllerInputs = .latentHidden,
        latent: LatentUse = .mean, timeLimit: Int = 1000, stepsWithoutTile: Int? = nil,
        lapCompletePercent: Double = 0.95
    ) {
        precondition(timeLimit > 0, "a time limit of \(timeLimit) steps")
        precondition(
            stepsWithoutTile.map { $0 > 0 } ?? true,
            "an end after \(stepsWithoutTile ?? 0) steps without a new tile")
        self.mapping = mapping
        self.inputs = inputs
        self.latent = latent
        self.timeLimit = timeLimit
        precondition(
            (0...1).contains(lapCompletePercent), "a lap of \(lapCompletePercent) of the tiles")
        self.stepsWithoutTile = stepsWithoutTile
        self.lapCompletePercent = lapCompletePercent
    }

    /// The environment's rules; the time limit is the engine's own.
    var rules: Rules { Rules(timeLimit: nil, lapCompletePercent: lapCompletePercent) }
}
