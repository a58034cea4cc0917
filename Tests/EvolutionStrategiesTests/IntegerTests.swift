// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Testing

@testable import EvolutionStrategies

struct IntegerTests {
    @Test(arguments: 0..<2)
    func `updates with whole numbers are pycma's on the same samples`(index: Int) throws {
        let run = try Recording.load().integerRuns[index]
        let integers = try #require(run.integers)
        var strategy = try EvolutionStrategy(
            EvolutionStrategy.Configuration(
                initialMean: run.mean, initialSigma: run.sigma,
                variant: run.variant == "separable" ? .separable : .full,
                population: run.population, factorisation: .eigensystem,
                integerVariables: integers.reversed()))
        let centring = try #require(strategy.integers)
        var held = 0
        for (number, step) in run.steps.enumerated() {
            let asked = step.candidates.map { candidate in
                var rounded = candidate
                centring.round(&rounded)
                return rounded
            }
            #expect(asked == step.rounded)
            try strategy.tell(candidates: step.candidates, costs: step.costs)
            let name = "\(run.variant), generation \(number + 1)"
            expectEqual(
                strategy.centre, step.mean, within: 1e-9, "mean, \(name)")
            expectEqual([strategy.sigma], [step.sigma], within: 1e-9, "sigma, \(name)")
            expectEqual(strategy.stepPath.path, step.path, within: 1e-9, "path, \(name)")
            let variances = strategy.standardDeviations.map {
                ($0 / strategy.sigma) * ($0 / strategy.sigma)
            }
            expectEqual(variances, step.variances, within: 1e-8, "variances, \(name)")
            held += integers.count { abs(strategy.standardDeviations[$0] - 0.2) < 1e-9 }
        }
        #expect(held > 5, "the lower bound was reached \(held) times")
    }

    @Test func `population, least deviations and tolerances are pycma's`() throws {
        for expected in try Recording.load().integerDefaults {
            let configuration = EvolutionStrategy.Configuration(
                initialMean: [Double](repeating: 1, count: expected.dimension), initialSigma: 1,
                integerVariables: Array(0..<expected.integers))
            #expect(configuration.populationSize == expected.population)
            let least = configuration.leastDeviations(
                EvolutionStrategy.parameters(of: configuration))
            expectEqual(
                [least?[0] ?? .nan], [expected.leastDeviation], within: 1e-12,
                "n \(expected.dimension)")
            let criteria = configuration.effectiveStopping
            #expect(criteria.flatGenerations == expected.flatGenerations)
            #expect(criteria.costTolerance == expected.tolfun)
            #expect(criteria.costHistoryTolerance == expected.tolfunhist)
        }
    }

    @Test func `the better half is centred within its bounds as pycma does it`() throws {
        let configuration = EvolutionStrategy.Configuration(
            initialMean: [0, 2, 2, 11], initialSigma: 1,
            bounds: .init(
                lower: [-1, 0, -.infinity, 10], upper: [1, .infinity, 3, 12]),
            integerVariables: [0, 1, 2])
        let centring = try #require(IntegerCentering(configuration))
        for (number, recorded) in try Recording.load().centring.enumerated() {
            var points = recorded.points
            var draws = recorded.draws.makeIterator()
            centring.centre(&points, mean: recorded.mean) { draws.next() ?? .nan }
            #expect(draws.next() == nil, "case \(number)")
            for (found, expected) in zip(points, recorded.centred) {
                expectEqual(found, expected, within: 1e-8, "case \(number)")
            }
        }
    }

    /// The squared distance from the whole numbers 3, -2 and the number 0.7.
    private static func cost(_ x: [Double]) -> Double {
        (x[0] - 3) * (x[0] - 3) + 10 * (x[1] + 2) * (x[1] + 2) + 1e4 * (x[2] - 0.7) * (x[2] - 0.7)
    }

    @Test(arguments: [EvolutionStrategy.Variant.full, .separable])
    func `a mixed search finds its minimum, and every candidate is valid`(
        variant: EvolutionStrategy.Variant
    ) throws {
        var strategy = try EvolutionStrategy(
            EvolutionStrategy.Configuration(
                initialMean: [0.4, 0.6, -3], initialSigma: 0.5, variant: variant, seed: 3,
                bounds: .init(lower: [-1.5, -2.5, -5], upper: [4, 2.5, 5]),
                stopping: StoppingCriteria(targetCost: 1e-9, maximumEvaluations: 20_000),
                integerVariables: [0, 1]))
        var seen: Set<Double> = []
        while strategy.stopReasons.isEmpty {
            let candidates = try strategy.ask()
            for candidate in candidates {
                seen.insert(candidate[0])
                #expect((-1.0...4).contains(candidate[0]) && (-2.0...2).contains(candidate[1]))
                #expect(candidate[0] == candidate[0].rounded())
                #expect(candidate[1] == candidate[1].rounded())
                #expect((-5.0...5).contains(candidate[2]))
            }
            try strategy.tell(costs: candidates.map(Self.cost))
        }
        #expect(strategy.stopReasons == [.targetReached])
        let best = try #require(strategy.best)
        #expect(Array(best.candidate.prefix(2)) == [3, -2])
        #expect(best.cost == Self.cost(best.candidate))
        #expect(strategy.mean[0] == strategy.mean[0].rounded())
        // The bounds themselves are candidates too.
        #expect(seen.isSuperset(of: [-1, 0, 1, 2, 3, 4]), "\(seen.sorted())")
    }

    @Test func `least deviations are kept, and are part of the saved state`() throws {
        var strategy = try EvolutionStrategy(
            EvolutionStrategy.Configuration(
                initialMean: [1, 2, 3], initialSigma: 0.5, seed: 5,
                integerVariables: [2], minimumDeviations: [0, 0.25, 0]))
        for _ in 0..<120 {
            let restored = try EvolutionStrategy(encodedState: strategy.encodedState())
            #expect(restored == strategy && restored.configuration == strategy.configuration)
            strategy = restored
            try strategy.tell(costs: try strategy.ask().map(sphere))
        }
        let deviations = strategy.standardDeviations
        #expect(deviations[0] < 1e-3)
        #expect(abs(deviations[1] - 0.25) < 1e-9 && abs(deviations[2] - 0.2) < 1e-9)
    }

    @Test func `whole numbers are not for the limited-memory variant`() {
        let error = #expect(throws: EvolutionStrategyError.self) {
            _ = try EvolutionStrategy(
                EvolutionStrategy.Configuration(
                    initialMean: [0, 0], initialSigma: 1, variant: .limitedMemory,
                    integerVariables: [0]))
        }
        #expect(error?.description.contains("full or the separable") == true)
    }

    @Test(
        arguments: [
            ([3], nil, "there is no variable 3"), ([0, 0], nil, "named twice"),
            ([1], [0, 1], "2 of them"), ([], [0, -1, 0], "variable 1 has -1.0"),
            ([2], nil, "no whole number in 0.25...0.75 of variable 2"),
        ] as [([Int], [Double]?, String)])
    func `settings that cannot be are refused`(
        integers: [Int], least: [Double]?, reason: String
    ) {
        let error = #expect(throws: EvolutionStrategyError.self) {
            _ = try EvolutionStrategy(
                EvolutionStrategy.Configuration(
                    initialMean: [0, 0, 0.5], initialSigma: 1,
                    bounds: .init(lower: [-1, -1, 0.25], upper: [1, 1, 0.75]),
                    integerVariables: integers, minimumDeviations: least))
        }
        #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
    }
}
