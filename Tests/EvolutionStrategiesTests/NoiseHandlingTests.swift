// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import SeededRandom
import Testing

@testable import EvolutionStrategies

struct NoiseHandlingTests {
    @Test func `measures, evaluations and choices are pycma's`() throws {
        var handling = NoiseHandling(
            NoiseHandling.Settings(maximumEvaluations: 30), dimension: 10)
        let cases = try Recording.load().noise
        #expect(Set(cases.map { $0.factor > 1 }) == [true, false], "both outcomes are recorded")
        for (number, recorded) in cases.enumerated() {
            #expect(
                NoiseHandling.candidates(count: recorded.indices.count, costs: recorded.costs)
                    == recorded.indices)
            let again = Dictionary(
                uniqueKeysWithValues: zip(recorded.indices, recorded.again))
            let factor = handling.learn(costs: recorded.costs, again: again)
            expectEqual(
                [handling.level, handling.evaluations, factor],
                [recorded.level, recorded.evaluations, recorded.factor], within: 1e-12,
                "case \(number)")
        }
    }

    private static func run(
        noise amount: Double, handled: Bool, generations: Int
    ) throws -> EvolutionStrategy {
        var strategy = try EvolutionStrategy(
            EvolutionStrategy.Configuration(
                initialMean: [Double](repeating: 1, count: 10), initialSigma: 0.5, seed: 4,
                stopping: .noisy(),
                noise: handled ? NoiseHandling.Settings(maximumEvaluations: 100) : nil))
        var generator = PCG64(seed: 9)
        func cost(_ x: [Double], _ repetitions: Int) -> Double {
            var sum = 0.0
            for _ in 0..<repetitions { sum += sphere(x) + amount * generator.normalPair().0 }
            return sum / Double(repetitions)
        }
        for _ in 0..<generations {
            let candidates = try strategy.ask()
            let repetitions = strategy.evaluationsPerCost
            let costs = candidates.map { cost($0, repetitions) }
            let again = try strategy.candidatesToReevaluate(costs: costs).map {
                cost(candidates[$0], repetitions)
            }
            try strategy.tell(costs: costs, reevaluated: again)
        }
        return strategy
    }

    @Test func `evaluations rise under noise, and the mean then comes closer`() throws {
        let plain = try Self.run(noise: 0.3, handled: false, generations: 150)
        let handled = try Self.run(noise: 0.3, handled: true, generations: 150)
        #expect(handled.evaluationsPerCost > 3)
        #expect(plain.evaluationsPerCost == 1)
        #expect(plain.noiseLevel == nil)
        #expect(sphere(handled.mean) < sphere(plain.mean) / 2)
    }

    @Test func `without noise the evaluations stay at their minimum`() throws {
        let strategy = try Self.run(noise: 0, handled: true, generations: 60)
        #expect(strategy.evaluationsPerCost == 1)
        #expect(try #require(strategy.noiseLevel) < 0)
        #expect(strategy.evaluations > 60 * strategy.populationSize)
        #expect(sphere(strategy.mean) < 1e-3)
    }

    @Test func `second costs that do not match the candidates are refused`() throws {
        var strategy = try Self.run(noise: 0, handled: true, generations: 1)
        let costs = try strategy.ask().map(sphere)
        let count = try strategy.candidatesToReevaluate(costs: costs).count
        #expect(count >= 2)
        #expect(throws: EvolutionStrategyError.wrongCount(expected: count, found: 0)) {
            try strategy.tell(costs: costs, reevaluated: [])
        }
    }

    @Test func `noise handling is part of the saved state`() throws {
        let strategy = try Self.run(noise: 0.3, handled: true, generations: 20)
        let restored = try EvolutionStrategy(encodedState: strategy.encodedState())
        #expect(restored == strategy)
        #expect(restored.noiseLevel == strategy.noiseLevel)
    }
}
