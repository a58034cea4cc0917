// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import SeededRandom
import Testing

@testable import EvolutionStrategies

struct AskTellStateTests {
    /// A session with all that a state may hold: whole numbers, restarts, noise and history.
    private static func session(noisy: Bool, history: Bool = true) throws -> AskTellSession {
        var strategy = EvolutionStrategy.Configuration(
            initialMean: [3, -2, 4], initialSigma: 0.5, seed: 2,
            stopping: StoppingCriteria(maximumEvaluations: 6_000), integerVariables: [1])
        if noisy {
            strategy.noise = .init(maximumEvaluations: 6)
            strategy.stopping.maximumGenerations = 25
        }
        return AskTellSession(
            try RestartingSearch(
                RestartingSearch.Configuration(
                    strategy: strategy, schedule: .bipop, populationGrowth: 1.5)),
            keepsHistory: history)
    }

    /// Costs with noise that depends on the generation, the candidate and the repetition alone.
    private static func costs(_ question: AskTellSession.Question, noise: Double) -> [Double] {
        var costs: [Double] = []
        for pass in 0..<question.repetitions {
            for (place, candidate) in zip(question.places, question.candidates) {
                let repetition = question.firstRepetition + pass
                var generator = PCG64(
                    seed: UInt64(
                        1_000_000 * question.generation + 1000 * place + repetition))
                costs.append(rastrigin(candidate) + noise * generator.normalPair().0)
            }
        }
        return costs
    }

    @Test(arguments: [false, true])
    func `a session restored after each answer asks what the other one asks`(
        noisy: Bool
    ) throws {
        var whole = try Self.session(noisy: noisy)
        var parts = try Self.session(noisy: noisy)
        var (questions, again) = (0, 0)
        while let question = try whole.nextQuestion() {
            questions += 1
            if question.firstRepetition > 0 { again += 1 }
            if questions % 3 == 0 { _ = try parts.nextQuestion() }
            parts = try AskTellSession(encodedState: parts.encodedState())
            #expect(try parts.nextQuestion() == question)
            let costs = Self.costs(question, noise: noisy ? 2 : 0)
            try whole.answer(costs)
            try parts.answer(costs)
        }
        #expect(whole.search.stopReasons == [.maximumEvaluations])
        #expect(whole.search.restarts > 0)
        #expect(parts.encodedState() == whole.encodedState())
        #expect(parts.history == whole.history)
        #expect(noisy ? again == questions / 2 : again == 0)
        #expect(try AskTellSession(encodedState: parts.encodedState()).isOver)
    }

    @Test func `each evaluation under noise is asked for and counted`() throws {
        var session = try Self.session(noisy: true)
        var counted = 0
        var repetitions: Set<Int> = []
        for _ in 0..<80 {
            let question = try #require(try session.nextQuestion())
            let line = try session.nextLine()
            let text = String(decoding: line, as: UTF8.self)
            #expect(text.contains("\"repetitions\":\(question.repetitions)"))
            #expect(text.contains("\"again\":\(question.firstRepetition > 0)"))
            repetitions.insert(question.repetitions)
            let costs = Self.costs(question, noise: 1000)
            counted += costs.count
            let list = costs.map { "\($0)" }.joined(separator: ",")
            #expect(throws: AskTellLineError.self) { try session.receive("{\"tell\":[1]}") }
            #expect(try session.receive("{\"tell\":[\(list)]}"))
        }
        #expect(repetitions.max() ?? 0 >= 5)
        #expect(session.search.evaluations == counted)
    }

    @Test func `a history stays small and has the last generation`() throws {
        var stopping = StoppingCriteria.noisy()
        stopping.creepGrowth = .infinity
        stopping.conditionNumber = .infinity
        var session = AskTellSession(
            try RestartingSearch(
                RestartingSearch.Configuration(
                    strategy: EvolutionStrategy.Configuration(
                        initialMean: [1, 1], initialSigma: 1, stopping: stopping),
                    schedule: .none)), keepsHistory: true)
        // The minimum moves, so that the search never comes to an end.
        for generation in 1...2500 {
            let question = try #require(try session.nextQuestion())
            try session.answer(
                question.candidates.map { abs($0[0] - Double(generation) / 20) + abs($0[1]) })
        }
        let entries = try #require(session.history).entries
        #expect(entries.count <= 2 * SearchHistory.limit && entries.count > SearchHistory.limit)
        #expect(entries.last?.generation == 2500)
        #expect(entries.last?.mean == session.search.strategy.mean)
        #expect(entries.map(\.generation) == entries.map(\.generation).sorted())
        #expect(
            Set(zip(entries, entries.dropFirst().dropLast()).map { $1.generation - $0.generation })
                .count == 1)
    }

    @Test func `damaged states are refused`() throws {
        var session = try Self.session(noisy: true)
        let question = try #require(try session.nextQuestion())
        try session.answer(Self.costs(question, noise: 1))
        let state = session.encodedState()
        #expect(try AskTellSession(encodedState: state).encodedState() == state)
        for offset in stride(from: 0, to: state.count, by: 8) {
            var damaged = state
            damaged[offset] ^= 0x41
            #expect(throws: EvolutionStrategyError.self) {
                _ = try AskTellSession(encodedState: damaged)
            }
        }
        #expect(throws: EvolutionStrategyError.self) {
            _ = try AskTellSession(encodedState: session.search.encodedState())
        }
    }
}
