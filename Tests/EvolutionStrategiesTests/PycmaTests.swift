// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Testing

@testable import EvolutionStrategies

struct PycmaTests {
    @Test func `weights and constants are pycma's`() throws {
        for expected in try Recording.load().constants {
            let (n, lambda) = (expected.dimension, expected.population)
            let full = StrategyParameters(variant: .full, dimension: n, population: lambda)
            let separable = StrategyParameters(
                variant: .separable, dimension: n, population: lambda)
            expectEqual(full.weights.values, expected.weights, within: 1e-13, "weights, n \(n)")
            expectEqual(
                separable.weights.values, expected.separableWeights, within: 1e-13,
                "separable weights, n \(n)")
            expectEqual(
                [
                    full.weights.effectiveParents, full.rankOneRate, full.rankMuRate,
                    full.pathRate, full.stepPathRate, full.stepDamping,
                    full.factorisationInterval,
                ],
                [
                    expected.mueff, expected.c1, expected.cmu, expected.cc, expected.cs,
                    expected.damps, expected.gap,
                ], within: 1e-13, "constants, n \(n), lambda \(lambda)")
            expectEqual(
                [separable.rankOneRate, separable.rankMuRate, separable.pathRate],
                [expected.c1_sep, expected.cmu_sep, expected.cc_sep], within: 1e-13,
                "separable constants, n \(n), lambda \(lambda)")
        }
    }

    @Test func `the expected length of a normal vector is pycma's`() throws {
        for (dimension, expected) in try Recording.load().norms {
            let found = StrategyParameters.expectedNorm(dimension: try #require(Int(dimension)))
            #expect(abs(found - expected) < 1e-9, "dimension \(dimension)")
        }
    }

    @Test(arguments: 0..<5)
    func `each variant's updates are the reference's on the same samples`(index: Int) throws {
        let run = try Recording.load().runs[index]
        let variant: EvolutionStrategy.Variant =
            switch run.variant {
            case "separable": .separable
            case "limited-memory": .limitedMemory
            default: .full
            }
        var strategy = try EvolutionStrategy(
            EvolutionStrategy.Configuration(
                initialMean: run.mean, initialSigma: run.sigma, variant: variant,
                population: run.population, initialDeviations: run.deviations,
                factorisation: run.variant == "cholesky" ? .cholesky : .eigensystem))
        for (number, step) in run.steps.enumerated() {
            try strategy.tell(candidates: step.candidates, costs: step.costs)
            let name = "\(run.variant), generation \(number + 1)"
            expectEqual(strategy.mean, step.mean, within: 1e-9, "mean, \(name)")
            expectEqual([strategy.sigma], [step.sigma], within: 1e-9, "sigma, \(name)")
            expectEqual(strategy.stepPath.path, step.path, within: 1e-9, "path, \(name)")
            if variant != .limitedMemory {
                let variances = strategy.standardDeviations.map {
                    ($0 / strategy.sigma) * ($0 / strategy.sigma)
                }
                expectEqual(variances, step.variances, within: 1e-9, "variances, \(name)")
            }
        }
        #expect(strategy.generation == run.steps.count)
        #expect(strategy.generation >= 8)
    }

    @Test func `the map into a box is pycma's, and its inverse is one`() throws {
        let recorded = try Recording.load().bounds
        let map = BoxMap(
            EvolutionStrategy.Bounds(
                lower: [-1, 0, -.infinity, 10], upper: [1, .infinity, 3, 10.5]))
        #expect(recorded.points.count == 33)
        for (point, image) in zip(recorded.points, recorded.images) {
            var folded = point
            map.fold(&folded)
            expectEqual(folded, image, within: 1e-12, "image of \(point)")
            var back = map.unfolded(folded)
            map.fold(&back)
            expectEqual(back, folded, within: 1e-12, "image of the inverse of \(folded)")
        }
    }
}
