// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import EvolutionStrategies
import WorldModel

/// What defines a run, by the names of the coordinator's options.
///
/// Each is kept in the run's database when the run begins. A later start may leave it out; giving
/// another value is refused, since the run would no longer be the one its seed names.
package enum SettingKey: String, Sendable, CaseIterable {
    /// The profile that gave the values which no option gave; for people.
    case profile
    /// Candidates a generation: a whole number from 4.
    case populationSize = "pop-size"
    /// Tracks a candidate, in each generation the same for all: see `SampleSchedule`.
    case samples = "n-samples"
    /// The run's seed: a whole number from 0.
    case seed
    /// The step size to begin with, above 0, and those set later: see `StepSizeSchedule`.
    case sigma
    /// The form of the search distribution: full, separable or limited-memory.
    case variant
    /// Which candidates the mean moves by: better-half or all.
    case recombination
    /// What the controller sees: z, zh or zch.
    case inputs = "controller-inputs"
    /// How the controller's outputs become an action.
    case mapping = "controller-mapping"
    /// Whether the controller sees a drawn z or the mean of its distribution.
    case latent
    /// An episode's limit in steps: a whole number from 1.
    case maximumSteps = "max-steps"
    /// In training alone: steps without a new tile that end an episode; 0 is never.
    case patience = "stop-after-steps-without-tile"
    /// In training alone: an episode's cap as a multiple of the last generation's mean steps, as in
    /// the paper's code, which has 2; 0 is no cap.
    case stepCapFactor = "step-cap-factor"
    /// Generations between two evaluations of the distribution's mean; 0 is only at the end.
    case evaluateEvery = "evaluate-every"
    /// Tracks of an evaluation: a whole number from 1.
    case evaluationEpisodes = "evaluation-episodes"
    /// SHA-256 of the parameters that the search starts from, or zeros.
    case initialController = "initial-controller"
    /// SHA-256 of vae.safetensors.
    case vae = "vae-sha256"
    /// SHA-256 of mdrnn.safetensors.
    case mdrnn = "mdrnn-sha256"

    /// The value where neither an option, nor the run, nor a profile gives one.
    package var fallback: String? {
        switch self {
        case .profile: "none"
        case .populationSize: "64"
        case .samples: "4"
        case .seed: "1"
        case .sigma: "0.1"
        case .variant: EvolutionStrategy.Variant.full.rawValue
        case .recombination: EvolutionStrategy.Recombination.betterHalf.rawValue
        case .inputs: ControllerInputs.latentHidden.rawValue
        case .mapping: ControllerMapping.paper.rawValue
        case .latent: LatentUse.mean.rawValue
        case .maximumSteps: "1000"
        case .patience, .stepCapFactor: "0"
        case .evaluateEvery: "5"
        case .evaluationEpisodes: "16"
        case .initialController: "zeros"
        case .vae, .mdrnn: nil
        }
    }

    /// Whether a later start may change what is to come of it, but not what was.
    package var mayChangeFuture: Bool {
        switch self {
        case .samples, .sigma: true
        default: false
        }
    }

    /// Whether two values of this setting are the same for the generations that have begun.
    ///
    /// - Parameters:
    ///   - one: A value in its written form.
    ///   - other: Another.
    ///   - generation: The last generation that has begun.
    /// - Returns: Whether a run with the one may be continued with the other.
    func agree(_ one: String, _ other: String, through generation: Int) -> Bool {
        func compare<Value>(_ one: Schedule<Value>?, _ other: Schedule<Value>?) -> Bool {
            guard let one, let other else { return false }
            return one.agrees(with: other, through: generation)
        }
        return switch self {
        case .samples: compare(SampleSchedule(one), SampleSchedule(other))
        case .sigma: compare(StepSizeSchedule(one), StepSizeSchedule(other))
        default: one == other
        }
    }

    /// Whether a later start may change it: it does not touch the search.
    package var mayChange: Bool {
        switch self {
        case .profile, .evaluateEvery: true
        default: false
        }
    }

    /// Whether a later start may give another value at all.
    var mayChangeLater: Bool { mayChange || mayChangeFuture }

    /// What values there are, for messages.
    package var expected: String {
        switch self {
        case .profile: "a profile's name"
        case .populationSize: "a whole number from 4 to 65536"
        case .samples:
            "a whole number from 1 to 65536, or a schedule such as 4,8@50 (8 from generation 50)"
        case .seed: "a whole number from 0 to \(UInt64.max)"
        case .sigma:
            "a number above 0, or a schedule such as 0.05,0.02@50 (0.02 from generation 50)"
        case .variant: Self.names(EvolutionStrategy.Variant.self)
        case .recombination: Self.names(EvolutionStrategy.Recombination.self)
        case .inputs: Self.names(ControllerInputs.self)
        case .mapping: Self.names(ControllerMapping.self)
        case .latent: Self.names(LatentUse.self)
        case .maximumSteps, .evaluationEpisodes: "a whole number from 1 to 1000000"
        case .patience: "a whole number from 0 to 1000000 (0: never)"
        case .stepCapFactor: "a whole number from 0 to 1000 (0: no cap)"
        case .evaluateEvery: "a whole number from 0 to 1000000 (0: only at the end)"
        case .initialController: "zeros or 64 hexadecimal digits"
        case .vae, .mdrnn: "64 hexadecimal digits"
        }
    }

    /// One written form for each value, so that 0.10 and 0.1 are the same.
    ///
    /// - Parameter text: As given.
    /// - Returns: nil where it is no value of this setting.
    package func canonical(_ text: String) -> String? {
        switch self {
        case .profile: text.isEmpty ? nil : text
        case .populationSize: whole(text, 4...65_536)
        case .samples: SampleSchedule(text)?.description
        case .seed: UInt64(text).map { "\($0)" }
        case .sigma: StepSizeSchedule(text)?.description
        case .variant: EvolutionStrategy.Variant(rawValue: text)?.rawValue
        case .recombination: EvolutionStrategy.Recombination(rawValue: text)?.rawValue
        case .inputs: ControllerInputs(rawValue: text)?.rawValue
        case .mapping: ControllerMapping(rawValue: text)?.rawValue
        case .latent: LatentUse(rawValue: text)?.rawValue
        case .maximumSteps, .evaluationEpisodes: whole(text, 1...1_000_000)
        case .patience, .evaluateEvery: whole(text, 0...1_000_000)
        case .stepCapFactor: whole(text, 0...1000)
        case .initialController: text == "zeros" ? text : digest(text)
        case .vae, .mdrnn: digest(text)
        }
    }

    private static func names<Choice: CaseIterable & RawRepresentable<String>>(
        _ type: Choice.Type
    ) -> String {
        Choice.allCases.map(\.rawValue).joined(separator: " or ")
    }

    private func digest(_ text: String) -> String? {
        text.count == 64 && text.allSatisfy(\.isHexDigit) ? text : nil
    }

    private func whole(_ text: String, _ range: ClosedRange<Int>) -> String? {
        Int(text).flatMap { range.contains($0) ? "\($0)" : nil }
    }
}
