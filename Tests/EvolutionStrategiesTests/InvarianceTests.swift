// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import SeededRandom
import Testing

@testable import EvolutionStrategies

/// What a strategy must not depend on.
struct InvarianceTests {
    /// The costs' course of a run: the best of each generation.
    private func course(
        _ variant: EvolutionStrategy.Variant, start: [Double], generations: Int = 25,
        _ objective: ([Double]) -> Double
    ) throws -> (bests: [Double], sigma: Double) {
        var strategy = try EvolutionStrategy(
            EvolutionStrategy.Configuration(
                initialMean: start, initialSigma: 0.5, variant: variant, population: 10,
                stopping: .noisy()))
        var bests: [Double] = []
        for _ in 0..<generations {
            let costs = try strategy.ask().map(objective)
            bests.append(costs.min() ?? .nan)
            try strategy.tell(costs: costs)
        }
        return (bests, strategy.sigma)
    }

    @Test(arguments: EvolutionStrategy.Variant.allCases)
    func `a rising function of the cost changes nothing, bit for bit`(
        variant: EvolutionStrategy.Variant
    ) throws {
        let start = [1.0, 2, 3, 4, 5]
        let plain = try course(variant, start: start, ellipsoid)
        let bent = try course(variant, start: start) { pow(ellipsoid($0), 0.25) - 7 }
        #expect(plain.sigma == bent.sigma)
        #expect(plain.bests.map { pow($0, 0.25) - 7 } == bent.bests)
    }

    @Test(arguments: EvolutionStrategy.Variant.allCases)
    func `moving the function and the start changes nothing but rounding`(
        variant: EvolutionStrategy.Variant
    ) throws {
        let start = [1.0, 2, 3, 4, 5]
        let plain = try course(variant, start: start, ellipsoid)
        let moved = try course(variant, start: start.map { $0 + 8 }) {
            ellipsoid($0.map { $0 - 8 })
        }
        expectEqual(moved.bests, plain.bests, within: 1e-9, "best costs")
    }

    /// An orthonormal basis from random vectors (Gram and Schmidt).
    private func rotation(_ dimension: Int) -> [[Double]] {
        var generator = PCG64(seed: 17)
        var basis: [[Double]] = []
        while basis.count < dimension {
            var vector = (0..<dimension).map { _ in generator.normalPair().0 }
            for other in basis {
                let dot = zip(vector, other).reduce(0) { $0 + $1.0 * $1.1 }
                for index in vector.indices { vector[index] -= dot * other[index] }
            }
            let length = sphere(vector).squareRoot()
            basis.append(vector.map { $0 / length })
        }
        return basis
    }

    @Test func `rotating the function does not change how fast the full covariance solves it`()
        throws
    {
        let basis = rotation(6)
        func rotated(_ x: [Double]) -> Double {
            ellipsoid(basis.map { row in zip(row, x).reduce(0) { $0 + $1.0 * $1.1 } })
        }
        func evaluations(_ objective: ([Double]) -> Double) throws -> Double {
            var sum = 0
            for seed in 1...7 {
                var configuration = ConvergenceTests.configuration(
                    6, start: 2, sigma: 1, evaluations: 20_000)
                configuration.seed = UInt64(seed)
                let strategy = try ConvergenceTests.minimise(objective, configuration)
                #expect(strategy.stopReasons == [.targetReached])
                sum += strategy.evaluations
            }
            return Double(sum) / 7
        }
        let (plain, turned) = (try evaluations(ellipsoid), try evaluations(rotated))
        #expect(abs(turned / plain - 1) < 0.2, "\(plain) and \(turned) evaluations")
    }

    @Test func `the order in which equal samples are told does not matter`() throws {
        let recorded = try #require(try Recording.load().runs.first)
        func strategy() throws -> EvolutionStrategy {
            try EvolutionStrategy(
                EvolutionStrategy.Configuration(
                    initialMean: recorded.mean, initialSigma: recorded.sigma,
                    population: recorded.population))
        }
        var (straight, reversed) = (try strategy(), try strategy())
        for step in recorded.steps {
            try straight.tell(candidates: step.candidates, costs: step.costs)
            try reversed.tell(
                candidates: step.candidates.reversed(), costs: step.costs.reversed())
            #expect(straight.mean == reversed.mean)
            #expect(straight.sigma == reversed.sigma)
        }
    }
}
