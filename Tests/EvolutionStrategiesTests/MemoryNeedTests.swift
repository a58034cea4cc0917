// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import EvolutionStrategies
import Testing

struct MemoryNeedTests {
    @Test func `60,000 variables take three matrices, and smaller forms are named`() {
        let need = EvolutionStrategy.memoryNeed(
            variant: .full, dimension: 60_000, available: 16e9)
        #expect(need.bytes > 3 * 8 * 3.6e9 && need.bytes < 1.01 * 3 * 8 * 3.6e9)
        #expect(!need.fits)
        #expect(need.fitting.map(\.variant) == [.separable, .limitedMemory])
        let text = need.description
        for part in ["86.", "GB", "16.0 GB", "separable", "limited-memory", "60000 variables"] {
            #expect(text.contains(part), "\(text)")
        }
        #expect(
            EvolutionStrategy.memoryNeed(variant: .full, dimension: 60_000, available: 1e12).fits)
    }

    @Test func `a form that does not fit is not advised`() {
        let need = EvolutionStrategy.memoryNeed(
            variant: .full, dimension: 1_000_000, available: 1.5e9)
        #expect(need.fitting.map(\.variant) == [.separable])
        let none = EvolutionStrategy.memoryNeed(
            variant: .separable, dimension: 2, population: .max, available: 1e15)
        #expect(!none.fits && none.fitting.isEmpty)
        #expect(none.description.contains("smaller population"))
    }

    @Test func `what cannot fit is refused before it is allocated`() throws {
        for (variant, population) in [
            (EvolutionStrategy.Variant.full, 8), (.separable, Int.max), (.limitedMemory, Int.max),
        ] {
            let configuration = EvolutionStrategy.Configuration(
                initialMean: [Double](repeating: 0, count: 3_000_000), initialSigma: 1,
                variant: variant, population: population)
            let error = #expect(throws: EvolutionStrategyError.self) {
                _ = try EvolutionStrategy(configuration)
            }
            guard case .tooLarge(let need) = error else {
                Issue.record("not refused for its memory")
                continue
            }
            #expect(need.variant == variant && need.bytes > need.available)
        }
    }

    @Test func `the state of a search, written down, is within what was said`() throws {
        for variant in EvolutionStrategy.Variant.allCases {
            let configuration = EvolutionStrategy.Configuration(
                initialMean: [Double](repeating: 0, count: 400), initialSigma: 1,
                variant: variant, population: 40)
            var strategy = try EvolutionStrategy(configuration)
            try strategy.tell(costs: try strategy.ask().map { $0[0] })
            _ = try strategy.ask()
            let need = EvolutionStrategy.memoryNeed(
                variant: variant, dimension: 400, population: 40)
            #expect(Double(strategy.encodedState().count) < need.bytes)
        }
    }
}
