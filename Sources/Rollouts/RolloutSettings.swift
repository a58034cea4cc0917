// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

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
    /// for training only and off by default.
    public var stepsWithoutTile: Int?

    /// The settings of a run.
    ///
    /// - Parameters:
    ///   - mapping: How the controller's outputs become actions.
    ///   - inputs: What the controller sees.
    ///   - latent: What of V's output is used as z.
    ///   - timeLimit: The steps after which an episode ends.
    ///   - stepsWithoutTile: Ends an episode after so many steps without a new tile; nil: never.
    public init(
        mapping: ControllerMapping = .paper, inputs: ControllerInputs = .latentHidden,
        latent: LatentUse = .mean, timeLimit: Int = 1000, stepsWithoutTile: Int? = nil
    ) {
        precondition(timeLimit > 0, "a time limit of \(timeLimit) steps")
        precondition(
            stepsWithoutTile.map { $0 > 0 } ?? true,
            "an end after \(stepsWithoutTile ?? 0) steps without a new tile")
        self.mapping = mapping
        self.inputs = inputs
        self.latent = latent
        self.timeLimit = timeLimit
        self.stepsWithoutTile = stepsWithoutTile
    }

    /// The same for an evaluation, where no episode is cut short.
    public var forEvaluation: RolloutSettings {
        var settings = self
        settings.stepsWithoutTile = nil
        return settings
    }
}
