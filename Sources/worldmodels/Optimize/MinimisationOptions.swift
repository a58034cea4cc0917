// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import EvolutionStrategies
import Foundation
import TerminalOutput

/// What is searched, where and how: the options of CMA-ES for an objective of one's own.
struct MinimisationOptions: ParsableArguments {
    @Option(help: .init("The number of variables.", valueName: "variables"))
    var dimension: Int

    @Option(help: "The form of the distribution: full, separable or limited-memory.")
    var variant = EvolutionStrategy.Variant.full

    @Option(
        help: .init(
            "The candidates a generation (default: 4 + 3 ln N; more with whole numbers).",
            valueName: "candidates"))
    var population: Int?

    @Option(help: "The seed of all random draws.")
    var seed: UInt64 = 1

    @Option(help: .init("The initial step size.", valueName: "size"))
    var sigma = 0.5

    @Option(
        name: .customLong("x0"),
        help: .init(
            "Where to start: one number for all variables, N of them, or a file of N.",
            valueName: "v|v,v,...|FILE"))
    var start: VariableNumbers = "0"

    @Option(
        help: .init(
            "Multiples of sigma, for variables of different scale: as --x0 (default: 1).",
            valueName: "v|v,v,...|FILE"))
    var deviations: VariableNumbers?

    @Option(
        help: .init(
            "The least value of each variable, -inf for none: as --x0.",
            valueName: "v|v,v,...|FILE"))
    var lower: VariableNumbers?

    @Option(
        help: .init(
            "The greatest value of each variable, inf for none: as --x0.",
            valueName: "v|v,v,...|FILE"))
    var upper: VariableNumbers?

    @Option(
        help: .init(
            """
            The variables that are whole numbers, counted from 0, such as 0,3-5, or all. Bounds are the \
            least and the greatest of them. Not of the limited-memory variant.
            """, valueName: "variables"))
    var integers: VariableIndices?

    @Option(
        help: .init(
            """
            A variable's standard deviation never falls below this: as --x0 (default: 0; 0.2 or less \
            for whole numbers).
            """, valueName: "v|v,v,...|FILE"))
    var minDeviations: VariableNumbers?

    @Option(
        help: .init(
            "Stop after so many evaluations, of all runs together.", valueName: "evaluations"))
    var maxEvaluations: Int?

    @Option(help: .init("Stop a run after so many generations.", valueName: "generations"))
    var maxGenerations: Int?

    @Option(help: .init("Stop once a cost is as low as this.", valueName: "cost"))
    var targetCost: Double?

    @OptionGroup(title: "When a run is over") var tolerances: ToleranceOptions

    @Option(help: "Start again after a stop: none, ipop or bipop.")
    var restarts = RestartingSearch.Schedule.none

    @Option(help: .init("How often the population may grow by restarts.", valueName: "restarts"))
    var maxRestarts = 9

    @Option(help: .init("By how much it grows each time.", valueName: "factor"))
    var populationGrowth = 2.0

    @Option(
        help: .init(
            "Start later runs between this and --restart-upper: as --x0 (default: at x0).",
            valueName: "v|v,v,...|FILE"))
    var restartLower: VariableNumbers?

    @Option(help: .init("See --restart-lower.", valueName: "v|v,v,...|FILE"))
    var restartUpper: VariableNumbers?

    @Option(help: "How samples are made of a full covariance: automatic, eigensystem, cholesky.")
    var factorisation = EvolutionStrategy.Factorisation.automatic

    @Option(
        help: """
            Which candidates the mean moves by: better-half, or all for much noise in many variables.
            """)
    var recombination = EvolutionStrategy.Recombination.betterHalf

    @Option(
        help: .init(
            """
            How far a generation moves mean and covariance: fixed, or adaptive for noise, of the separable \
            variant.
            """, valueName: "kind"))
    var learningRates = EvolutionStrategy.LearningRates.fixed

    @Option(
        help: .init(
            """
            Handle noise (UH-CMA-ES): some candidates are evaluated again; where their ranks prove \
            uncertain, costs become means of up to so many evaluations, and the step size is raised. \
            Equal costs are then no end of a run.
            """, valueName: "evaluations"))
    var noiseHandling: Int?

    @Option(
        help: .init(
            """
            Solutions to be among the first candidates: a file with one a line, N numbers each; those far \
            from x0 are moved towards it.
            """, valueName: "file"))
    var inject: String?

    @Option(
        help: .init(
            "End after more generations in a row than this of which all evaluations failed.",
            valueName: "generations"))
    var maxFailedGenerations = 10

    func validate() throws {
        func least(_ value: Int?, _ option: String) throws {
            if let value, value < 1 { throw ValidationError("\(option) \(value): at least 1") }
        }
        guard maxFailedGenerations >= 0 else {
            throw ValidationError("--max-failed-generations must not be negative")
        }
        guard dimension > 0 else { throw ValidationError("--dimension must be positive") }
        try least(maxEvaluations, "--max-evaluations")
        try least(maxGenerations, "--max-generations")
        try least(noiseHandling, "--noise-handling")
        if let targetCost, targetCost.isNaN {
            throw ValidationError("--target-cost \(targetCost): a number")
        }
        guard maxRestarts >= 0 else {
            throw ValidationError("--max-restarts must not be negative")
        }
        guard populationGrowth >= 1, populationGrowth.isFinite else {
            throw ValidationError("--population-growth \(populationGrowth): at least 1")
        }
        if (restartLower == nil) != (restartUpper == nil) {
            throw ValidationError("--restart-lower and --restart-upper go together")
        }
    }

    /// What a number of a candidate takes as text, of about 20 bytes and twice that while it grows.
    private static let bytesPerNumber = 40.0

    /// The search.
    ///
    /// - Throws: `InputError` where it exceeds the memory; `ValidationError` for what cannot be.
    func configuration() throws -> RestartingSearch.Configuration {
        // Before a mean of so many variables is made.
        let need = EvolutionStrategy.memoryNeed(
            variant: variant, dimension: dimension, population: population,
            factorisation: factorisation, bytesPerNumber: Self.bytesPerNumber)
        if !need.fits { throw InputError("\(need)") }
        var strategy = EvolutionStrategy.Configuration(
            initialMean: try start.values(dimension, option: "--x0"), initialSigma: sigma,
            variant: variant, population: population, seed: seed, recombination: recombination,
            learningRates: learningRates,
            initialDeviations: try deviations?.values(dimension, option: "--deviations"),
            bounds: try bounds(lower, upper, "--lower", "--upper"), factorisation: factorisation,
            integerVariables: try integers?.values(dimension, option: "--integers") ?? [],
            minimumDeviations: try minDeviations?.values(dimension, option: "--min-deviations"))
        if let noiseHandling {
            strategy.stopping = .noisy()
            strategy.noise = NoiseHandling.Settings(maximumEvaluations: noiseHandling)
        }
        strategy.stopping.targetCost = targetCost
        strategy.stopping.maximumEvaluations = maxEvaluations
        if let maxGenerations { strategy.stopping.maximumGenerations = maxGenerations }
        tolerances.apply(to: &strategy.stopping)
        return RestartingSearch.Configuration(
            strategy: strategy, schedule: restarts, maximumRestarts: maxRestarts,
            startingBox: try bounds(
                restartLower, restartUpper, "--restart-lower", "--restart-upper"),
            populationGrowth: populationGrowth)
    }

    private func bounds(
        _ lower: VariableNumbers?, _ upper: VariableNumbers?, _ lowerOption: String,
        _ upperOption: String
    ) throws -> EvolutionStrategy.Bounds? {
        if lower == nil && upper == nil { return nil }
        return EvolutionStrategy.Bounds(
            lower: try lower?.values(dimension, option: lowerOption)
                ?? [Double](repeating: -.infinity, count: dimension),
            upper: try upper?.values(dimension, option: upperOption)
                ?? [Double](repeating: .infinity, count: dimension))
    }
}
