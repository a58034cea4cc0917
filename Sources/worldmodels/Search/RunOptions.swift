// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Episodes
import RolloutServer
import Search

/// The options that define a run; what is left out is the run's, the profile's or the usual value.
struct RunOptions: ParsableArguments {
    @Option(
        help: .init(
            "A recipe: a profile's name (quick, paper, record) or a JSON file.", valueName: "name"))
    var profile: String?

    @Option(help: "Candidates a generation (64).")
    var popSize: String?

    @Option(
        help: .init(
            "Tracks a candidate (4), or a schedule: 4,8@50 is 8 from generation 50.",
            valueName: "count"))
    var nSamples: String?

    @Option(help: "The run's seed (1).")
    var seed: String?

    @Option(
        help: .init(
            "The initial step size (0.1), or a schedule: 0.05,0.02@50 sets 0.02 at generation 50.",
            valueName: "sigma"))
    var sigma: String?

    @Option(help: "The covariance: full, separable or limited-memory (full).")
    var variant: String?

    @Option(
        help: """
            Which candidates the mean moves by: better-half, as usual, or all, away from the worse \
            half too (better-half).
            """)
    var recombination: String?

    @Option(help: "What the controller sees: z, zh or zch (zh).")
    var controllerInputs: String?

    @Option(help: "How its outputs become actions: paper or linear (paper).")
    var controllerMapping: String?

    @Option(help: "What of V's output is z: mean or sampled (mean).")
    var latent: String?

    @Option(help: .init("An episode's limit (1000).", valueName: "steps"))
    var maxSteps: String?

    @Option(
        help: .init(
            "End a training episode after so many steps without a new tile; 0: never (0).",
            valueName: "steps"))
    var stopAfterStepsWithoutTile: String?

    @Option(
        help: .init(
            "Cap training episodes at this multiple of the last generation's mean; 0: no cap (0).",
            valueName: "factor"))
    var stepCapFactor: String?

    @Option(
        help: .init(
            "Evaluate the distribution's mean so often; 0: only at the end (5).",
            valueName: "generations"))
    var evaluateEvery: String?

    @Option(help: .init("Tracks of an evaluation (16).", valueName: "count"))
    var evaluationEpisodes: String?

    @Option(
        help: .init(
            "Start the search from this controller instead of zeros; its form becomes the run's.",
            valueName: "file"))
    var initialController: String?

    @Flag(help: "Start a new run from V, M and C of the agent that comes with the program.")
    var pretrained = false

    /// What was given, by setting; the controller to start from is `StartingPoint`'s matter.
    var given: [SettingKey: String] {
        let options: [(SettingKey, String?)] = [
            (.populationSize, popSize), (.samples, nSamples), (.seed, seed), (.sigma, sigma),
            (.variant, variant), (.recombination, recombination), (.inputs, controllerInputs),
            (.mapping, controllerMapping),
            (.latent, latent), (.maximumSteps, maxSteps),
            (.patience, stopAfterStepsWithoutTile), (.stepCapFactor, stepCapFactor),
            (.evaluateEvery, evaluateEvery),
            (.evaluationEpisodes, evaluationEpisodes),
        ]
        return Dictionary(
            uniqueKeysWithValues: options.compactMap { key, value in value.map { (key, $0) } })
    }
}
