// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import CarRacing
package import CarRacingRendering
package import Foundation
package import WorldModel

/// How cars are driven for a dataset.
package enum DrivingPolicy: String, Sendable, Hashable, Codable, CaseIterable {
    /// The original's: the controls do a random walk, so that the car keeps to what it does.
    case brownian
    /// Independent uniform controls at every step.
    case white
    /// A driver that follows the road, disturbed, so that bends are seen at speed.
    case driver
    /// That driver with lapses, so that M sees what follows from wrong controls at speed.
    case explorer
    /// A trained controller.
    case controller
}

/// What all episodes of a dataset have in common: with the models, for the controller, and a file's
/// index it decides every byte of that file.
package struct RecordingSettings: Sendable, Hashable, Codable {
    /// Who drives.
    package var policy: DrivingPolicy
    /// The steps after which an episode ends, at least 1.
    package var steps: Int
    /// The seed of the dataset.
    package var seed: UInt64
    /// How the edges of what is seen and recorded look; Gymnasium's are smooth.
    package var antialiasing: Antialiasing
    /// Whether each track has colours of its own, as with Gymnasium's `domain_randomize`.
    package var domainRandomize: Bool
    /// What the driver can do; a controller says that itself.
    package var actions: ActionSpace
    /// What V computes in where a controller drives.
    package var precision: Precision

    /// The most steps of an episode whose file can travel, whatever its frames hold.
    package static let maximumSteps = 20_000

    /// Describes a dataset.
    package init(
        policy: DrivingPolicy, steps: Int = 1000, seed: UInt64 = 0,
        antialiasing: Antialiasing = .off, domainRandomize: Bool = false,
        actions: ActionSpace = .continuous, precision: Precision = .float32
    ) {
        precondition(steps > 0, "episodes of \(steps) steps")
        self.policy = policy
        self.steps = steps
        self.seed = seed
        self.antialiasing = antialiasing
        self.domainRandomize = domainRandomize
        self.actions = actions
        self.precision = precision
    }

    /// Takes a dataset whose files travel.
    ///
    /// - Throws: `DecodingError`, also if there are no steps or more than `maximumSteps`.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        policy = try values.decode(DrivingPolicy.self, forKey: .policy)
        steps = try values.decode(Int.self, forKey: .steps)
        seed = try values.decode(UInt64.self, forKey: .seed)
        antialiasing = try values.decode(Antialiasing.self, forKey: .antialiasing)
        domainRandomize = try values.decodeIfPresent(Bool.self, forKey: .domainRandomize) ?? false
        actions =
            try values.decodeIfPresent(ActionSpace.self, forKey: .actions) ?? .continuous
        precision = try values.decode(Precision.self, forKey: .precision)
        guard (1...Self.maximumSteps).contains(steps) else {
            throw DecodingError.dataCorruptedError(
                forKey: .steps, in: values, debugDescription: "episodes of \(steps) steps")
        }
    }

    /// What an engine needs to know.
    package var plan: EpisodePlan { EpisodePlan(timeLimit: steps, dataset: seed) }

    /// The settings as a worker is told them.
    package func encoded() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return try encoder.encode(self)
    }

    /// What the file of one episode cannot exceed; bytes.
    package var largestFile: Int { Self.fileSizes(steps: steps).upperBound }

    /// How large the file of an episode of so many steps can be; bytes.
    ///
    /// Deflate adds less than a thousandth to what it cannot shorten, and shortens nothing to less
    /// than a 1032nd.
    static func fileSizes(steps: Int) -> ClosedRange<Int> {
        let step = Encoder.imageBytes + 3 * MemoryLayout<Float>.size + MemoryLayout<Float>.size + 1
        return steps * step / 1032...steps * step + steps * step / 1000 + 4096
    }
}
