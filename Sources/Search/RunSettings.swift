// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import EvolutionStrategies
import RunStore
package import WorldModel

/// A run's settings, each with its value in its one written form.
package struct RunSettings: Sendable, Hashable {
    private var values: [SettingKey: String]

    /// Settles each setting: what an option gives, else what the run has, else what a profile
    /// gives, else the usual value.
    ///
    /// - Parameters:
    ///   - given: From the command line, and the digests of the models that were found.
    ///   - profile: From a profile, if any.
    ///   - stored: Of the run that is there already; empty for a new one.
    ///   - begun: The last generation of that run that has begun; what schedules say of later ones
    ///     may change.
    ///   - path: The run's directory, for messages.
    /// - Throws: `RunError.badSetting` or, for a run that began with another value,
    ///   `RunError.conflict` or `.otherModel`.
    package init(
        given: [SettingKey: String], profile: [SettingKey: String] = [:],
        stored: [(name: String, value: String)] = [], begun: Int = 0, path: String
    ) throws {
        let stored = Dictionary(stored.map { ($0.name, $0.value) }) { first, _ in first }
        var values: [SettingKey: String] = [:]
        for key in SettingKey.allCases {
            let wanted = try (given[key] ?? profile[key]).map { text in
                guard let canonical = key.canonical(text) else {
                    throw RunError.badSetting(
                        option: key.rawValue, value: text, expected: key.expected)
                }
                return canonical
            }
            // A run begun before a setting existed ran with what is now its usual value.
            let kept = stored.isEmpty ? nil : stored[key.rawValue] ?? key.fallback
            if let kept, key.canonical(kept) != kept {
                throw RunStoreError.badRow(
                    path: path, detail: "the stored \(key.rawValue) is '\(kept)'")
            }
            if let wanted, let kept, !key.mayChange,
                !key.agree(wanted, kept, through: begun)
            {
                if key == .vae || key == .mdrnn {
                    throw RunError.otherModel(
                        file: "\(path)/\(key == .vae ? "vae" : "mdrnn").safetensors",
                        stored: kept, found: wanted)
                }
                throw RunError.conflict(
                    option: key.rawValue, stored: kept, given: wanted, path: path,
                    begun: key.mayChangeFuture ? begun : nil)
            }
            values[key] = wanted ?? kept ?? key.fallback
        }
        self.values = values
    }

    /// All of them, in the order in which to show them.
    package var listed: [(name: String, value: String)] {
        SettingKey.allCases.compactMap { key in
            values[key].map { (name: key.rawValue, value: $0) }
        }
    }

    /// A setting's written form.
    ///
    /// - Parameter key: Which.
    package subscript(key: SettingKey) -> String { values[key] ?? "" }

    /// Candidates a generation.
    package var populationSize: Int { number(.populationSize) }
    /// Tracks a candidate.
    package var samples: SampleSchedule {
        guard let schedule = SampleSchedule(self[.samples]) else {
            preconditionFailure("n-samples is \(self[.samples])")
        }
        return schedule
    }
    /// The run's seed.
    package var seed: UInt64 { UInt64(self[.seed]) ?? 0 }
    /// The step size to begin with, and those set later.
    package var sigma: StepSizeSchedule {
        guard let schedule = StepSizeSchedule(self[.sigma]) else {
            preconditionFailure("sigma is \(self[.sigma])")
        }
        return schedule
    }
    /// Generations between two evaluations; 0 is only at the end.
    package var evaluateEvery: Int { number(.evaluateEvery) }
    /// Tracks of an evaluation.
    package var evaluationEpisodes: Int { number(.evaluationEpisodes) }
    /// An episode's limit in steps.
    package var maximumSteps: Int { number(.maximumSteps) }
    /// Steps without a new tile that end a training episode; 0 is never.
    package var patience: Int { number(.patience) }
    /// A training episode's cap as a multiple of the last generation's mean steps; 0 is no cap.
    package var stepCapFactor: Int { number(.stepCapFactor) }

    /// The form of the search distribution.
    package var variant: EvolutionStrategy.Variant {
        EvolutionStrategy.Variant(rawValue: self[.variant]) ?? .full
    }
    /// Which candidates the mean moves by.
    package var recombination: EvolutionStrategy.Recombination {
        EvolutionStrategy.Recombination(rawValue: self[.recombination]) ?? .betterHalf
    }
    /// What the controller sees.
    package var inputs: ControllerInputs {
        ControllerInputs(rawValue: self[.inputs]) ?? .latentHidden
    }
    /// How the controller's outputs become an action.
    package var mapping: ControllerMapping {
        ControllerMapping(rawValue: self[.mapping]) ?? .paper
    }
    /// What of V's output is z.
    package var latent: LatentUse { LatentUse(rawValue: self[.latent]) ?? .mean }

    /// The value of `SettingKey.initialController` for parameters.
    ///
    /// - Parameter parameters: The controller's parameters.
    /// - Returns: 64 hexadecimal digits.
    package static func digest(of parameters: [Float]) -> String {
        var bytes = DigestBytes()
        bytes.append(parameters)
        return bytes.digest
    }

    private func number(_ key: SettingKey) -> Int {
        guard let number = Int(self[key]) else {
            preconditionFailure("\(key.rawValue) is \(self[key])")
        }
        return number
    }
}
