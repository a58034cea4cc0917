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
        FuzzTarget("session-state", expects: { $0 is EvolutionStrategyError }) {
            var strategy = EvolutionStrategy.Configuration(
                initialMean: [0, 1], initialSigma: 1, population: 4, integerVariables: [1],
                minimumDeviations: [0.1, 0])
            strategy.noise = .init(maximumEvaluations: 3)
            var session = AskTellSession(
                try RestartingSearch(.init(strategy: strategy, populationGrowth: 3)),
                keepsHistory: true)
            let first = Array(session.encodedState())
            for costs: [Double] in [[1, 2, 3, 4], [2, 1]] {
                let question = try session.nextQuestion()
                try session.answer((0..<(question?.costCount ?? 0)).map { costs[$0 % costs.count] })
            }
            return [first, Array(session.encodedState())]
        } read: { bytes in
            var session = try AskTellSession(encodedState: checked(bytes))
            let configuration = session.search.strategy.configuration
            guard configuration.dimension <= 16, configuration.populationSize <= 64 else { return }
            guard let question = try? session.nextQuestion(), question.repetitions <= 64
            else { return }
            try? session.answer(
                (0..<question.costCount).map {
                    question.candidates[$0 % question.candidates.count].reduce(0) { $0 + $1 * $1 }
                })
            _ = session.history?.entries
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
