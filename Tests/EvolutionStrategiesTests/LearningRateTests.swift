// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import SeededRandom
import Testing

@testable import EvolutionStrategies

/// Learning rates that fall where generations contradict one another.
struct LearningRateTests {
    private struct Recording: Decodable {
        struct Step: Decodable {
            var newMean: [Double]
            var newSigma: Double
            var newDeviations: [Double]
            var mean: [Double]
            var sigma: Double
            var deviations: [Double]
            var meanRate: Double
            var covarianceRate: Double
        }

        var sigma: Double
        var steps: [Step]
    }

    @Test func `each step is what the authors' program makes of it`() throws {
        let url = try #require(
            Bundle.module.url(
                forResource: "learning_rates", withExtension: "json", subdirectory: "Golden"))
        let recording = try JSONDecoder().decode(Recording.self, from: Data(contentsOf: url))
        var rates = LearningRateAdaptation(dimension: 5)
        var parameters = LearningRateAdaptation.Parameters(
            mean: [0, 0, 0, 0, 0], sigma: recording.sigma, deviations: [1, 1, 1, 1, 1])
        for (index, step) in recording.steps.enumerated() {
            parameters = rates.advance(
                from: parameters,
                to: .init(
                    mean: step.newMean, sigma: step.newSigma, deviations: step.newDeviations))
            expectEqual(parameters.mean, step.mean, within: 1e-10, "mean \(index)")
            expectEqual(
                parameters.deviations, step.deviations, within: 1e-10, "deviations \(index)")
            expectEqual(
                [parameters.sigma, rates.mean.rate, rates.covariance.rate],
                [step.sigma, step.meanRate, step.covarianceRate], within: 1e-10, "rates \(index)")
        }
        #expect(rates.mean.rate < 1 && rates.covariance.rate < 1)
    }

    private static func strategy(
        _ rates: EvolutionStrategy.LearningRates, dimension: Int = 10, seed: UInt64 = 2
    ) throws -> EvolutionStrategy {
        try EvolutionStrategy(
            EvolutionStrategy.Configuration(
                initialMean: [Double](repeating: 3, count: dimension), initialSigma: 1,
                variant: .separable, seed: seed, learningRates: rates, stopping: .noisy()))
    }

    @Test func `where costs are noisy the rates fall, and the mean comes nearer`() throws {
        func distance(_ rates: EvolutionStrategy.LearningRates, seed: UInt64) throws -> Double {
            var strategy = try Self.strategy(rates, seed: seed)
            var noise = PCG64(seed: seed)
            for _ in 0..<1500 {
                try strategy.tell(
                    costs: try strategy.ask().map { sphere($0) + noise.normalPair().0 })
            }
            #expect((strategy.meanLearningRate < 0.5) == (rates == .adaptive))
            #expect((strategy.covarianceLearningRate < 0.5) == (rates == .adaptive))
            return sphere(strategy.mean)
        }
        let seeds: [UInt64] = [1, 2, 3]
        let fixed = try seeds.map { try distance(.fixed, seed: $0) }.sorted()
        let adaptive = try seeds.map { try distance(.adaptive, seed: $0) }.sorted()
        #expect(adaptive[1] < fixed[1])
    }

    @Test func `without noise it converges too`() throws {
        var strategy = try Self.strategy(.adaptive)
        for _ in 0..<600 { try strategy.tell(costs: try strategy.ask().map(sphere)) }
        #expect(sphere(strategy.mean) < 1e-6)
    }

    @Test func `a run with a restore in the middle equals the run without it`() throws {
        var whole = try Self.strategy(.adaptive)
        var parts = whole
        for _ in 0..<30 {
            try whole.tell(costs: try whole.ask().map(sphere))
            parts = try EvolutionStrategy(encodedState: parts.encodedState())
            try parts.tell(costs: try parts.ask().map(sphere))
        }
        #expect(parts == whole && parts.meanLearningRate == whole.meanLearningRate)
        #expect(whole.meanLearningRate < 1)
        #expect(parts.configuration.learningRates == .adaptive)
        #expect(try Self.strategy(.adaptive) != Self.strategy(.fixed))
    }

    @Test func `other variants refuse it by name`() {
        let error = #expect(throws: EvolutionStrategyError.self) {
            try EvolutionStrategy(
                EvolutionStrategy.Configuration(
                    initialMean: [0, 0], initialSigma: 1, variant: .full, learningRates: .adaptive))
        }
        #expect(error?.description.contains("separable") == true)
    }
}
