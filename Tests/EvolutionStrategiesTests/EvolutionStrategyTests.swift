// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Testing

@testable import EvolutionStrategies

/// The sum of squares.
func sphere(_ x: [Double]) -> Double { x.reduce(0) { $0 + $1 * $1 } }

/// The variants, each full covariance's factorisation among them.
let allKinds: [(EvolutionStrategy.Variant, EvolutionStrategy.Factorisation)] = [
    (.full, .eigensystem), (.full, .cholesky), (.separable, .automatic),
    (.limitedMemory, .automatic),
]

struct EvolutionStrategyTests {
    static func strategy(
        _ kind: (EvolutionStrategy.Variant, EvolutionStrategy.Factorisation), dimension: Int = 7,
        seed: UInt64 = 5
    ) throws -> EvolutionStrategy {
        try EvolutionStrategy(
            EvolutionStrategy.Configuration(
                initialMean: [Double](repeating: 1, count: dimension), initialSigma: 0.5,
                variant: kind.0, seed: seed, factorisation: kind.1))
    }

    static func advance(_ strategy: inout EvolutionStrategy, by generations: Int) throws {
        for _ in 0..<generations {
            try strategy.tell(costs: try strategy.ask().map(sphere))
        }
    }

    @Test func `ranks are stable by cost and index, and costs that are not finite come last`() {
        let costs: [Double] = [3, .nan, 1, 3, -.infinity, 1, .infinity, 0]
        #expect(EvolutionStrategy.ranking(costs) == [7, 2, 5, 0, 3, 1, 4, 6])
    }

    @Test(arguments: allKinds.indices)
    func `costs that are not finite are counted and learnt from as the worst`(kind: Int) throws {
        var strategy = try Self.strategy(allKinds[kind])
        var costs = try strategy.ask().map(sphere)
        costs[2] = .nan
        costs[4] = .infinity
        try strategy.tell(costs: costs)
        #expect(strategy.nonFiniteCosts == 2)
        #expect(strategy.sigma.isFinite && strategy.mean.allSatisfy(\.isFinite))
        let best = try #require(strategy.best)
        #expect(best.cost == costs.filter(\.isFinite).min())
    }

    @Test func `no finite cost at all is an error that leaves the strategy waiting`() throws {
        var strategy = try Self.strategy(allKinds[0])
        let candidates = try strategy.ask()
        let before = strategy
        let hopeless = candidates.map { _ in Double.nan }
        #expect(throws: EvolutionStrategyError.allCostsNotFinite(generation: 0)) {
            try strategy.tell(costs: hopeless)
        }
        #expect(strategy == before)
        try strategy.tell(costs: candidates.map(sphere))
        #expect(strategy.generation == 1)
    }

    @Test func `costs without candidates, and too few of them, are errors`() throws {
        var strategy = try Self.strategy(allKinds[0])
        #expect(throws: EvolutionStrategyError.nothingAsked(generation: 0)) {
            try strategy.tell(costs: [1, 2, 3])
        }
        _ = try strategy.ask()
        let expected = strategy.populationSize
        #expect(throws: EvolutionStrategyError.wrongCount(expected: expected, found: 3)) {
            try strategy.tell(costs: [1, 2, 3])
        }
    }

    @Test func `the step size can be set between generations, and to a positive number alone`()
        throws
    {
        var strategy = try EvolutionStrategy(
            EvolutionStrategy.Configuration(initialMean: [0, 0], initialSigma: 1))
        try strategy.setSigma(0.5)
        #expect(strategy.sigma == 0.5)
        #expect(strategy.standardDeviations == [0.5, 0.5])
        for value in [0, -1, .nan, .infinity] {
            #expect(throws: EvolutionStrategyError.self) { try strategy.setSigma(value) }
        }
        let costs = try strategy.ask().map(sphere)
        #expect(throws: EvolutionStrategyError.self) { try strategy.setSigma(0.25) }
        try strategy.tell(costs: costs)
        try strategy.setSigma(0.25)
        #expect(strategy.sigma == 0.25)
    }

    @Test func `settings that cannot be used are refused by name`() {
        typealias Configuration = EvolutionStrategy.Configuration
        func refused(_ name: String, _ change: (inout Configuration) -> Void) {
            var configuration = Configuration(initialMean: [0, 0], initialSigma: 1)
            change(&configuration)
            let error = #expect(throws: EvolutionStrategyError.self) {
                _ = try EvolutionStrategy(configuration)
            }
            #expect(error?.description.contains("setting \(name)") == true)
        }
        refused("initialMean") { $0.initialMean = [] }
        refused("initialMean") { $0.initialMean[1] = .nan }
        refused("initialSigma") { $0.initialSigma = 0 }
        refused("initialSigma") { $0.initialSigma = .infinity }
        refused("population") { $0.population = 3 }
        refused("initialDeviations") { $0.initialDeviations = [1] }
        refused("initialDeviations") { $0.initialDeviations = [1, -1] }
        refused("bounds") { $0.bounds = .init(lower: [0, 1], upper: [1, 1]) }
        refused("bounds") { $0.bounds = .init(lower: [0], upper: [1]) }
        refused("initialMean") { $0.bounds = .init(lower: [-1, 1], upper: [1, 2]) }
        refused("variant") {
            $0.initialMean = [0]
            $0.variant = .limitedMemory
        }
    }

    @Test func `rewards are negative costs`() throws {
        var one = try Self.strategy(allKinds[0])
        var other = one
        try one.tell(costs: try one.ask().map(sphere))
        try other.tell(rewards: try other.ask().map { -sphere($0) })
        #expect(one == other)
    }

    @Test(arguments: allKinds.indices)
    func `a copy goes its own way and leaves the original as it was`(kind: Int) throws {
        var original = try Self.strategy(allKinds[kind])
        try Self.advance(&original, by: 3)
        let before = original.encodedState()
        var copy = original
        try Self.advance(&copy, by: 5)
        #expect(original.encodedState() == before)
        #expect(copy.encodedState() != before)
        try Self.advance(&original, by: 5)
        #expect(original == copy)
    }

    @Test func `a generation changes the covariance in place`() throws {
        var strategy = try Self.strategy(allKinds[1], dimension: 40)
        try Self.advance(&strategy, by: 2)
        let address = try #require(strategy.distribution as? FullCovariance).address
        try Self.advance(&strategy, by: 10)
        #expect((strategy.distribution as? FullCovariance)?.address == address)
        let copy = strategy
        try Self.advance(&strategy, by: 1)
        #expect((strategy.distribution as? FullCovariance)?.address != address)
        #expect((copy.distribution as? FullCovariance)?.address == address)
    }

    @Test func `seeds make runs, equal ones equal runs`() throws {
        var one = try Self.strategy(allKinds[0])
        var same = try Self.strategy(allKinds[0])
        var other = try Self.strategy(allKinds[0], seed: 6)
        #expect(try one.ask() == same.ask())
        #expect(try one.ask() != other.ask())
    }
}
