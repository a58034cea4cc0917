// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Tensors
import Testing

@testable import EvolutionStrategies

struct StateTests {
    @Test(arguments: allKinds.indices)
    func `a run with a restore in the middle equals the run without it, bit for bit`(
        kind: Int
    ) throws {
        var whole = try EvolutionStrategyTests.strategy(allKinds[kind])
        var parts = whole
        try EvolutionStrategyTests.advance(&whole, by: 40)
        for _ in 0..<40 {
            // Saved after telling, and again between asking and telling.
            parts = try EvolutionStrategy(encodedState: parts.encodedState())
            let costs = try parts.ask().map(sphere)
            parts = try EvolutionStrategy(encodedState: parts.encodedState())
            try parts.tell(costs: costs)
        }
        #expect(parts.encodedState() == whole.encodedState())
        #expect(parts.best == whole.best)
        #expect(parts.generation == 40)
    }

    @Test func `bounds, deviations, injections and stop criteria are part of the state`() throws {
        var configuration = EvolutionStrategy.Configuration(
            initialMean: [0.5, 1, 2], initialSigma: 0.2, population: 8, seed: .max, active: false,
            recombination: .all,
            initialDeviations: [1, 2, 0.5],
            bounds: .init(lower: [0, -.infinity, 0], upper: [1, 2, .infinity]))
        configuration.stopping.targetCost = -3
        configuration.stopping.maximumEvaluations = 1234
        configuration.stopping.costTolerance = 0.25
        var strategy = try EvolutionStrategy(configuration)
        try EvolutionStrategyTests.advance(&strategy, by: 2)
        try strategy.inject([0.25, 0, 1])
        var restored = try EvolutionStrategy(encodedState: strategy.encodedState())
        #expect(restored.configuration == configuration)
        #expect(restored.stopReasons == strategy.stopReasons)
        #expect(try restored.ask() == strategy.ask())
        let coded = try JSONDecoder().decode(
            EvolutionStrategy.self, from: try JSONEncoder().encode(strategy))
        #expect(coded == strategy)
    }

    @Test func `damaged states are refused`() throws {
        var strategy = try EvolutionStrategyTests.strategy(allKinds[1])
        try EvolutionStrategyTests.advance(&strategy, by: 2)
        let state = strategy.encodedState()
        func refused(_ data: Data) -> Bool {
            do {
                _ = try EvolutionStrategy(encodedState: data)
                return false
            } catch {
                return error.description.contains("saved state")
            }
        }
        #expect(refused(Data()))
        #expect(refused(Data(repeating: 0, count: 4096)))
        #expect(refused(state.dropLast(8)))
        #expect(refused(state + Data(repeating: 0, count: 8)))
        for offset in stride(from: 0, to: state.count, by: 97) {
            var damaged = state
            damaged[offset] ^= 0x40
            #expect(refused(damaged), "byte \(offset)")
        }
        #expect(!refused(state))
    }

    @Test func `states with a valid checksum but wrong contents are refused, not trusted`() throws {
        let strategy = try EvolutionStrategyTests.strategy(allKinds[0])
        let state = strategy.encodedState()
        for offset in stride(from: 16, to: state.count - 8, by: 8) {
            var hostile = state
            for byte in 0..<8 { hostile[offset + byte] = 0xff }
            var writer = StateWriter(reservingBytes: 8)
            writer.write(stateChecksum(hostile.dropLast(8)))
            hostile.replaceSubrange((state.count - 8)..., with: writer.data)
            // Either it is refused, or the word was a number of no consequence for the layout.
            _ = try? EvolutionStrategy(encodedState: hostile)
        }
    }

    @Test func `the number of BLAS threads does not matter`() throws {
        var states: [Data] = []
        for threads in [1, 2] {
            DoubleBLASThreads.set(threads)
            var strategy = try EvolutionStrategyTests.strategy(allKinds[1], dimension: 300)
            try EvolutionStrategyTests.advance(&strategy, by: 6)
            states.append(strategy.encodedState())
        }
        DoubleBLASThreads.set(1)
        #expect(states[0] == states[1])
    }
}
