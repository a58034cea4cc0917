// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Basics
import EvolutionStrategies
import Rollouts

struct BenchmarkCMAESCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cmaes",
        abstract: "Measure generations of CMA-ES: time to ask, time to tell, memory.",
        discussion: """
            The objective is the sphere; its time does not count. residentMiB is the process' \
            peak, the program itself included.
            """)

    @Option(help: .init("The number of variables.", valueName: "variables"))
    var dimension = 867

    @Option(help: .init("The candidates a generation.", valueName: "candidates"))
    var population = 64

    @Option(help: "The form of the distribution: full, separable or limited-memory.")
    var variant = EvolutionStrategy.Variant.full

    @Option(help: "How samples are made of a full covariance: automatic, eigensystem, cholesky.")
    var factorisation = EvolutionStrategy.Factorisation.automatic

    @Option(help: .init("The generations to measure.", valueName: "count"))
    var generations = 300

    private struct Report: Encodable {
        var benchmark = "cmaes"
        var rate: Double
        var unit = "generations/s"
        var askMilliseconds: Double
        var tellMilliseconds: Double
        var residentMiB: Double?
        var dimension: Int
        var population: Int
        var variant: String
        var generations: Int
        var stateMilliseconds: Double
        var stateBytes: Int
    }

    func validate() throws {
        guard dimension > 0 else { throw ValidationError("--dimension must be positive") }
        guard generations > 0 else { throw ValidationError("--generations must be positive") }
    }

    func run() throws {
        let need = EvolutionStrategy.memoryNeed(
            variant: variant, dimension: dimension, population: population,
            factorisation: factorisation)
        if !need.fits { throw EvolutionStrategyError.tooLarge(need) }
        var strategy = try EvolutionStrategy(
            EvolutionStrategy.Configuration(
                initialMean: [Double](repeating: 0, count: dimension), initialSigma: 0.1,
                variant: variant, population: population, factorisation: factorisation))
        let clock = ContinuousClock()
        var (asking, telling) = (Duration.zero, Duration.zero)
        for _ in 0..<generations {
            let start = clock.now
            let candidates = try strategy.ask()
            asking += clock.now - start
            let costs = candidates.map { $0.reduce(0) { $0 + $1 * $1 } }
            let told = clock.now
            try strategy.tell(costs: costs)
            telling += clock.now - told
        }
        let resident = ProcessMemory.peakResidentMiB
        let start = clock.now
        let state = strategy.encodedState()
        let saving = clock.now - start
        let count = Double(generations)
        try printJSON(
            Report(
                rate: count / (asking + telling).seconds,
                askMilliseconds: asking / .milliseconds(1) / count,
                tellMilliseconds: telling / .milliseconds(1) / count, residentMiB: resident,
                dimension: dimension, population: population, variant: variant.rawValue,
                generations: generations, stateMilliseconds: saving / .milliseconds(1),
                stateBytes: state.count))
    }
}
