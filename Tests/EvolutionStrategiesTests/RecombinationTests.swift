// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import SeededRandom
import Testing

@testable import EvolutionStrategies

struct RecombinationTests {
    @Test(arguments: [4, 7, 64])
    func `with all ranks the mean moves as far by chance, and not at all on average`(
        population: Int
    ) throws {
        let weights = RecombinationWeights(population: population)
        let better = weights.meanWeights(.betterHalf)
        let all = weights.meanWeights(.all)
        #expect(better == Array(weights.values[..<weights.parents]))
        #expect(all.count == population)
        #expect(abs(all.reduce(0, +)) < 1e-15)
        let squares = all.reduce(0) { $0 + $1 * $1 }
        #expect(abs(squares - 1 / weights.effectiveParents) < 1e-15)
        #expect(zip(all, all.dropFirst()).allSatisfy { $0 >= $1 })
    }

    /// The noiseless cost of the mean after 60 generations on a sphere of 200 variables, the
    /// noise about as large as what one candidate differs from the next by.
    private static func finalCost(
        _ recombination: EvolutionStrategy.Recombination, seed: UInt64
    ) throws -> Double {
        var strategy = try EvolutionStrategy(
            EvolutionStrategy.Configuration(
                initialMean: [Double](repeating: 1, count: 200), initialSigma: 0.1,
                variant: .separable, population: 32, seed: seed, recombination: recombination,
                stopping: .noisy()))
        var generator = PCG64(seed: seed)
        for _ in 0..<60 {
            let costs = try strategy.ask().map { sphere($0) + 3 * generator.normalPair().0 }
            try strategy.tell(costs: costs)
        }
        return sphere(strategy.mean)
    }

    @Test(arguments: [1, 2, 3])
    func `under noise and in many variables all ranks lead further than the better half`(
        seed: UInt64
    ) throws {
        let better = try Self.finalCost(.betterHalf, seed: seed)
        let all = try Self.finalCost(.all, seed: seed)
        #expect(all < 0.8 * better, "\(all) with all, \(better) with the better half")
    }
}
