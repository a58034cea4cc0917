// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import SeededRandom
import Tensors
import Testing

@testable import EvolutionStrategies

struct RobustnessTests {
    typealias Configuration = EvolutionStrategy.Configuration

    /// Runs until the strategy stops or refuses to go on; nothing it shows may be NaN.
    private func run(
        _ configuration: Configuration, generations: Int, objective: ([Double]) -> Double
    ) throws -> EvolutionStrategy {
        var strategy = try EvolutionStrategy(configuration)
        for _ in 0..<generations where strategy.stopReasons.isEmpty {
            let candidates = try strategy.ask()
            #expect(candidates.flatMap { $0 }.allSatisfy { $0.isFinite })
            try strategy.tell(costs: candidates.map(objective))
            #expect(strategy.sigma.isFinite && strategy.mean.allSatisfy { $0.isFinite })
        }
        return strategy
    }

    @Test(arguments: [EvolutionStrategy.Factorisation.eigensystem, .cholesky])
    func `a covariance of deficient rank is repaired and counted`(
        factorisation: EvolutionStrategy.Factorisation
    ) throws {
        var covariance = FullCovariance(
            scales: [1, 1, 1], cholesky: factorisation == .cholesky, interval: 0)
        // Candidates of one and the same direction, as rounding or a caller may make them.
        var steps = DoubleMatrix(rows: 3, columns: 8)
        for candidate in 0..<8 { steps[0, candidate] = 1e3 }
        let population = Population(
            steps: steps, squaredLengths: [Double](repeating: 1e6, count: 8),
            injected: [Bool](repeating: false, count: 8))
        let parameters = StrategyParameters(variant: .full, dimension: 3, population: 8)
        for _ in 0..<400 {
            covariance.update(
                Selection(
                    population: population, order: Array(0..<8), parameters: parameters,
                    meanStep: [1e3, 0, 0], whitenedMeanStep: [0, 0, 0], pathMayGrow: true))
        }
        try covariance.prepare(generation: 400)
        var normals = DoubleMatrix(identity: 3)
        covariance.colour(&normals)
        let coloured = (0..<3).flatMap { normals.column($0) }
        #expect(coloured.allSatisfy { $0.isFinite })
        #expect(covariance.axes.condition >= 1)
    }

    @Test(arguments: [EvolutionStrategy.Factorisation.eigensystem, .cholesky])
    func `a covariance with a negative eigenvalue is repaired and counted`(
        factorisation: EvolutionStrategy.Factorisation
    ) throws {
        var covariance = FullCovariance(
            scales: [1, 1, 1], cholesky: factorisation == .cholesky, interval: 0)
        covariance.corruptForTest { $0[1, 0] = 1.5 }
        try covariance.prepare(generation: 3)
        #expect(covariance.repairs > 0)
        let step = covariance.whitened([1, -1, 0.5])
        #expect(step.allSatisfy { $0.isFinite })
        var broken = FullCovariance(
            scales: [1, 1, 1], cholesky: factorisation == .cholesky, interval: 0)
        broken.corruptForTest { $0[1, 1] = .nan }
        #expect(throws: EvolutionStrategyError.degenerateCovariance(generation: 3)) {
            try broken.prepare(generation: 3)
        }
    }

    @Test func `a function without a lower bound stops or is reported, never NaN`() throws {
        for kind in allKinds {
            var configuration = Configuration(
                initialMean: [0, 0, 0], initialSigma: 1, variant: kind.0, factorisation: kind.1)
            let stopped = try run(configuration, generations: 5_000) { $0[0] }
            #expect(stopped.stopReasons.contains(.largeDeviations), "\(kind)")

            configuration.stopping.deviationGrowth = .infinity
            configuration.stopping.maximumGenerations = .max
            configuration.stopping.conditionNumber = .infinity
            do {
                let strategy = try run(configuration, generations: 3_000) { $0[0] }
                #expect(strategy.sigma > 1e3)
            } catch let error as EvolutionStrategyError {
                #expect(error.description.contains("diverged") || "\(error)".contains("degener"))
            }
        }
    }

    @Test func `stops have names`() throws {
        func stops(
            _ reason: StopReason, _ dimension: Int = 3,
            _ change: (inout StoppingCriteria) -> Void = { _ in },
            sourceLocation: SourceLocation = #_sourceLocation,
            objective: @escaping ([Double]) -> Double
        ) throws {
            var configuration = Configuration(
                initialMean: [Double](repeating: 1, count: dimension), initialSigma: 0.5)
            change(&configuration.stopping)
            let strategy = try run(configuration, generations: 20_000, objective: objective)
            #expect(
                strategy.stopReasons.contains(reason), "\(strategy.stopReasons)",
                sourceLocation: sourceLocation)
        }
        try stops(.targetReached, 3, { $0.targetCost = 1e-3 }, objective: sphere)
        try stops(.maximumEvaluations, 3, { $0.maximumEvaluations = 100 }, objective: sphere)
        try stops(.maximumGenerations, 3, { $0.maximumGenerations = 7 }, objective: sphere)
        try stops(.smallCostRange, objective: sphere)
        try stops(
            .smallCostHistoryRange, 3, { $0.costTolerance = 0 }, objective: sphere)
        try stops(
            .smallRelativeCostRange, 3, { $0.relativeCostTolerance = 1e-3 }, objective: sphere)
        try stops(
            .smallDeviations, 3,
            {
                $0.costTolerance = 0
                $0.costHistoryTolerance = 0
                $0.meanStagnationDistance = -1
            }, objective: sphere)
        try stops(.largeDeviations, objective: { $0[0] })
        try stops(
            .flatCosts, 3,
            {
                $0.costTolerance = 0
                $0.costHistoryTolerance = 0
            }, objective: { _ in 4 })
        try stops(
            .conditionNumber, 3, { $0.conditionNumber = 100 }, objective: ellipsoid)
        for (reason, optimum) in [
            (StopReason.noEffectOfAxis, [1.0, 1, 1]), (.noEffectOfVariable, [1, 0, 0]),
        ] {
            try stops(
                reason, 3,
                {
                    $0 = .noisy()
                    $0.deviationTolerance = 0
                    $0.meanStagnationDistance = -1
                }, objective: { sphere(zip($0, optimum).map { $0 - $1 }) })
        }
        try stops(
            .meanStagnation, 3,
            {
                $0 = .noisy()
                $0.deviationTolerance = 0
            }, objective: sphere)
        var noise = PCG64(seed: 1)
        try stops(.stagnation, 2, objective: { _ in noise.unit() })
        #expect(Set(StopReason.allCases.map(\.rawValue)).count == StopReason.allCases.count)
    }

    @Test func `candidates never leave their box, and a bound can be the solution`() throws {
        var configuration = Configuration(
            initialMean: [0.5, 2, -1], initialSigma: 0.4,
            bounds: .init(lower: [0, 1, -.infinity], upper: [1, .infinity, 0]))
        configuration.stopping.maximumEvaluations = 6_000
        func objective(_ x: [Double]) -> Double {
            #expect(x[0] >= 0 && x[0] <= 1 && x[1] >= 1 && x[2] <= 0)
            return sphere(zip(x, [2, 3, -4]).map { $0 - $1 })
        }
        for variant in EvolutionStrategy.Variant.allCases {
            configuration.variant = variant
            let strategy = try run(configuration, generations: 1_000, objective: objective)
            let best = try #require(strategy.best).candidate
            expectEqual(best, [1, 3, -4], within: 1e-3, "best of \(variant)")
        }
    }

    @Test func `injected solutions are evaluated, a far one moved towards the mean`() throws {
        for kind in allKinds {
            var strategy = try EvolutionStrategyTests.strategy(kind)
            try EvolutionStrategyTests.advance(&strategy, by: 3)
            let near = strategy.mean.map { $0 + 0.1 * strategy.sigma }
            let far = strategy.mean.map { $0 + 1e6 }
            try strategy.inject(near)
            try strategy.inject(far)
            let candidates = try strategy.ask()
            expectEqual(candidates[0], near, within: 1e-12, "near solution, \(kind)")
            let mean = strategy.mean
            let moved = zip(candidates[1], mean).map { $0 - $1 }
            #expect(moved.allSatisfy { $0 > 0 && $0 < 10 * strategy.sigma }, "\(kind)")
            let spread = (moved.max() ?? 0) - (moved.min() ?? 0)
            #expect(spread < 1e-6, "the direction is kept, \(kind)")
            try strategy.tell(costs: candidates.map(sphere))
            #expect(strategy.sigma < 2, "\(kind)")
            #expect(throws: EvolutionStrategyError.self) { try strategy.inject([1]) }
            #expect(throws: EvolutionStrategyError.self) {
                try strategy.inject([Double](repeating: .nan, count: 7))
            }
        }
    }

    @Test func `an injected optimum speeds the search up`() throws {
        var strategy = try EvolutionStrategyTests.strategy(allKinds[0])
        for _ in 0..<40 {
            try strategy.inject([Double](repeating: 0, count: 7))
            try strategy.tell(costs: try strategy.ask().map(sphere))
        }
        var plain = try EvolutionStrategyTests.strategy(allKinds[0])
        try EvolutionStrategyTests.advance(&plain, by: 40)
        #expect(sphere(strategy.mean) < sphere(plain.mean))
    }
}
