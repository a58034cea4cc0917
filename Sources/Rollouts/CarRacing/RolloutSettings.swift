// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import CarRacingRendering
package import WorldModel

extension Antialiasing {
    /// The key in a controller's file of how the edges looked where it was searched for.
    package static let metadataKey = "antialiasing"
}

/// What a controller's file says of the colours where it was searched for.
package enum DomainRandomization {
    /// The key, which is there where each track had colours of its own.
    package static let metadataKey = "domain_randomize"
    /// Its value.
    package static let metadataValue = "true"
}

/// What all episodes of a run have in common; a return depends on these, the models, the
/// parameters, the track seed and the episode's step cap alone.
package struct RolloutSettings: Sendable, Hashable, Codable {
    /// How the controller's outputs become actions.
    package var mapping: ControllerMapping
    /// What the controller sees.
    package var inputs: ControllerInputs
    /// The units of the controller's hidden layer; 0: there is none.
    package var hiddenUnits: Int
    /// What of V's output is used as z.
    package var latent: LatentUse
    /// The steps after which an episode ends, in `stepRange`.
    package var timeLimit: Int
    /// Ends an episode after so many steps without a new tile, in `stepRange`; nil: never.
    ///
    /// It changes what is optimised a little (a car that would still have turned round), so it
    /// does not count in evaluations and is off by default.
    package var stepsWithoutTile: Int?
    /// The share of tiles (0...1) that must be exceeded for crossing the start to end the lap: 0.95
    /// in Gymnasium's v3; 1 is the rule of the published figures (v0), where all tiles count.
    package var lapCompletePercent: Double
    /// How the edges of what agents see look; Gymnasium's are smooth.
    package var antialiasing: Antialiasing
    /// Whether each track has colours of its own, as with Gymnasium's `domain_randomize`.
    package var domainRandomize: Bool
    /// What V computes in.
    package var precision: Precision

    /// What counts of steps may be: an episode without end would hold a worker for ever.
    package static let stepRange = 1...1_000_000

    /// The settings of a run; all must be in range.
    package init(
        mapping: ControllerMapping = .paper, inputs: ControllerInputs = .latentHidden,
        hiddenUnits: Int = 0, latent: LatentUse = .mean, timeLimit: Int = 1000,
        stepsWithoutTile: Int? = nil,
        lapCompletePercent: Double = 0.95, antialiasing: Antialiasing = .off,
        domainRandomize: Bool = false, precision: Precision = .float32
    ) {
        self.mapping = mapping
        self.inputs = inputs
        self.hiddenUnits = hiddenUnits
        self.latent = latent
        self.timeLimit = timeLimit
        self.stepsWithoutTile = stepsWithoutTile
        self.lapCompletePercent = lapCompletePercent
        self.antialiasing = antialiasing
        self.domainRandomize = domainRandomize
        self.precision = precision
        if let fault { preconditionFailure(fault) }
    }

    /// Takes settings from elsewhere.
    ///
    /// - Throws: `DecodingError`, also if a value is out of its range.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        mapping = try values.decode(ControllerMapping.self, forKey: .mapping)
        inputs = try values.decode(ControllerInputs.self, forKey: .inputs)
        hiddenUnits = try values.decodeIfPresent(Int.self, forKey: .hiddenUnits) ?? 0
        latent = try values.decode(LatentUse.self, forKey: .latent)
        timeLimit = try values.decode(Int.self, forKey: .timeLimit)
        stepsWithoutTile = try values.decodeIfPresent(Int.self, forKey: .stepsWithoutTile)
        lapCompletePercent = try values.decode(Double.self, forKey: .lapCompletePercent)
        antialiasing = try values.decode(Antialiasing.self, forKey: .antialiasing)
        domainRandomize = try values.decodeIfPresent(Bool.self, forKey: .domainRandomize) ?? false
        precision = try values.decode(Precision.self, forKey: .precision)
        if let fault {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: fault))
        }
    }

    /// What is out of its range.
    private var fault: String? {
        if !Self.stepRange.contains(timeLimit) { return "a time limit of \(timeLimit) steps" }
        if let steps = stepsWithoutTile, !Self.stepRange.contains(steps) {
            return "an end after \(steps) steps without a new tile"
        }
        if !ControllerShape.hiddenUnitLimits.contains(hiddenUnits) {
            return "a hidden layer of \(hiddenUnits) units"
        }
        return (0...1).contains(lapCompletePercent)
            ? nil : "a lap of \(lapCompletePercent) of the tiles"
    }

    /// How a controller is driven as it was searched for.
    package init(
        of controller: ControllerParameters, lapCompletePercent: Double = 0.95,
        antialiasing: Antialiasing = .off, domainRandomize: Bool = false,
        precision: Precision = .float32
    ) {
        self.init(
            mapping: controller.mapping, inputs: controller.inputs,
            hiddenUnits: controller.shape.hiddenUnits, latent: controller.latent,
            lapCompletePercent: lapCompletePercent, antialiasing: antialiasing,
            domainRandomize: domainRandomize, precision: precision)
    }

    /// What the controllers see and how they act with models of some sizes; its parameters are 0.
    package func form(with sizes: ModelSizes = ModelSizes()) -> ControllerParameters {
        ControllerParameters(
            shape: ControllerShape(
                inputs: inputs, hiddenUnits: hiddenUnits, mapping: mapping, sizes: sizes),
            latent: latent)
    }

    /// What an engine needs to know.
    var plan: EpisodePlan { EpisodePlan(timeLimit: timeLimit, patience: stepsWithoutTile) }
}
