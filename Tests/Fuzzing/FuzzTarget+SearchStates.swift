// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import EvolutionStrategies
import Foundation

extension FuzzTarget {
    /// States of a search as a run's database holds them, with their checksums put right.
    static let searchStates: [FuzzTarget] = [
        FuzzTarget("strategy-state", expects: { $0 is EvolutionStrategyError }) {
            try EvolutionStrategy.Variant.allCases.flatMap { variant in
                var strategy = try EvolutionStrategy(
                    .init(initialMean: [0, 1], initialSigma: 1, variant: variant, population: 4))
                let first = Array(strategy.encodedState())
                try strategy.inject([2, 3])
                _ = try strategy.ask()
                return [first, Array(strategy.encodedState())]
            }
        } read: { bytes in
            var strategy = try EvolutionStrategy(encodedState: checked(bytes))
            guard strategy.configuration.dimension <= 16,
                strategy.configuration.populationSize <= 64
            else { return }
            // It goes on, or says why not.
            if !strategy.encodedState().isEmpty, let candidates = try? strategy.ask() {
                try? strategy.tell(costs: candidates.map { $0.reduce(0) { $0 + $1 * $1 } })
            }
        },
        FuzzTarget("search-state", expects: { $0 is EvolutionStrategyError }) {
            let search = try RestartingSearch(
                .init(strategy: .init(initialMean: [0, 1], initialSigma: 1, population: 4)))
            return [Array(search.encodedState())]
        } read: { bytes in
            var search = try RestartingSearch(encodedState: checked(bytes))
            guard search.strategy.configuration.dimension <= 16,
                search.strategy.configuration.populationSize <= 64
            else { return }
            if let candidates = try? search.ask() {
                try? search.tell(costs: candidates.map { $0.reduce(0) { $0 + $1 * $1 } })
            }
        },
    ]

    /// The bytes with the checksum that they should have, which no fuzzer finds.
    private static func checked(_ bytes: [UInt8]) -> Data {
        let body = bytes.dropLast(8)
        var sum: UInt64 = 0x9e37_79b9_7f4a_7c15
        for start in stride(from: 0, to: body.count - 7, by: 8) {
            let word = (0..<8).reduce(UInt64(0)) { $0 | UInt64(body[start + $1]) << (8 * $1) }
            sum = (sum ^ word) &* 0xff51_afd7_ed55_8ccd
            sum ^= sum >> 32
        }
        return Data(body) + Data((0..<8).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) })
    }
}
