// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Testing

@testable import EvolutionStrategies

/// Rastrigin's function: about 10^n local minima.
func rastrigin(_ x: [Double]) -> Double {
    x.reduce(0) { $0 + 10 + $1 * $1 - 10 * cos(2 * .pi * $1) }
}

struct RestartingSearchTests {
    static func configuration(
        _ schedule: RestartingSearch.Schedule, evaluations: Int = 60_000
    ) -> RestartingSearch.Configuration {
        RestartingSearch.Configuration(
            strategy: EvolutionStrategy.Configuration(
                initialMean: [3, -2, 4], initialSigma: 0.5, seed: 2,
                stopping: StoppingCriteria(
                    targetCost: 1e-9, maximumEvaluations: evaluations)),
            schedule: schedule,
            startingBox: .init(lower: [-5, -5, -5], upper: [5, 5, 5]))
    }

    @Test func `restarts find the minimum that a single run misses`() throws {
        var reasons: [RestartingSearch.Schedule: [StopReason]] = [:]
        for schedule in RestartingSearch.Schedule.allCases {
            var search = try RestartingSearch(Self.configuration(schedule))
            var told = 0
            var populations: [Int] = []
            while search.stopReasons.isEmpty {
                let costs = try search.ask().map(rastrigin)
                if populations.last != costs.count { populations.append(costs.count) }
                told += costs.count
                try search.tell(costs: costs)
            }
            reasons[schedule] = search.stopReasons
            #expect(search.evaluations == told)
            let best = try #require(search.best)
            #expect(best.cost == rastrigin(best.candidate))
            if schedule == .none { continue }
            #expect(search.restarts > 0 && search.restarts == search.finishedRuns.count - 1)
            #expect(best.cost <= 1e-9)
            #expect(populations.contains { $0 >= 2 * populations[0] }, "\(populations)")
        }
        #expect(reasons[.ipop] == [.targetReached])
        #expect(reasons[.bipop] == [.targetReached])
        #expect(reasons[RestartingSearch.Schedule.none]?.contains(.targetReached) == false)
    }

    @Test func `the limit of evaluations counts for all runs together`() throws {
        var configuration = Self.configuration(.ipop, evaluations: 2_000)
        configuration.strategy.stopping.targetCost = nil
        var search = try RestartingSearch(configuration)
        while search.stopReasons.isEmpty {
            try search.tell(costs: try search.ask().map(rastrigin))
        }
        #expect(search.stopReasons.contains(.maximumEvaluations))
        #expect(search.restarts >= 1)
        #expect((2_000..<2_100).contains(search.evaluations))
    }

    @Test func `a search restored in the middle ends as the one that was not`() throws {
        var whole = try RestartingSearch(Self.configuration(.bipop))
        var parts = whole
        while whole.stopReasons.isEmpty {
            try whole.tell(costs: try whole.ask().map(rastrigin))
        }
        var generation = 0
        while parts.stopReasons.isEmpty {
            generation += 1
            if generation % 50 == 0 {
                parts = try RestartingSearch(encodedState: parts.encodedState())
            }
            try parts.tell(costs: try parts.ask().map(rastrigin))
        }
        #expect(parts.encodedState() == whole.encodedState())
        #expect(parts.best == whole.best)
        #expect(generation > 100)
        #expect(throws: EvolutionStrategyError.self) {
            _ = try RestartingSearch(encodedState: whole.encodedState().dropLast(8))
        }
    }

    @Test(arguments: RestartingSearch.Schedule.allCases)
    func `a search whose budget is raised ends as one begun with the larger one`(
        schedule: RestartingSearch.Schedule
    ) throws {
        func search(_ evaluations: Int, target: Double?) throws -> RestartingSearch {
            var configuration = Self.configuration(schedule, evaluations: evaluations)
            configuration.strategy.stopping.targetCost = target
            return try RestartingSearch(configuration)
        }
        func run(_ search: inout RestartingSearch) throws {
            while search.stopReasons.isEmpty {
                try search.tell(costs: try search.ask().map(rastrigin))
            }
        }
        var whole = try search(3_000, target: nil)
        try run(&whole)
        // The first end is by the target, which a single run misses; those that follow are by the
        // budget.
        let isSingle = schedule == .none
        var parts = try search(isSingle ? 100 : 100_000, target: 8)
        try run(&parts)
        #expect(parts.stopReasons == [isSingle ? .maximumEvaluations : .targetReached])
        for budget in stride(from: 200, through: 3_000, by: 200) {
            parts = try RestartingSearch(encodedState: parts.encodedState())
            try parts.setLimits(evaluations: budget, targetCost: nil)
            try run(&parts)
        }
        #expect(parts.configuration == whole.configuration)
        #expect(parts.encodedState() == whole.encodedState())
        #expect(whole.finishedRuns.count > (schedule == .none ? 0 : 2))
    }

    @Test func `what earlier states do not hold is part of later ones`() throws {
        var configuration = Self.configuration(.ipop)
        let plain = try RestartingSearch(configuration).encodedState()
        #expect(plain.prefix(8) == Data("WCMA-RS2".utf8))
        configuration.strategy.variant = .separable
        configuration.strategy.learningRates = .adaptive
        configuration.strategy.integerVariables = [2]
        configuration.populationGrowth = 1.5
        var search = try RestartingSearch(configuration)
        for _ in 0..<5 { try search.tell(costs: try search.ask().map(rastrigin)) }
        let restored = try RestartingSearch(encodedState: search.encodedState())
        #expect(restored.configuration == configuration)
        #expect(restored.strategy == search.strategy)
        #expect(restored.strategy.learningRates != nil && restored.strategy.integers != nil)
        #expect(restored.encodedState() == search.encodedState())
    }

    @Test func `learning rates go on adapting in the runs after a restored one`() throws {
        var configuration = Self.configuration(.ipop)
        configuration.strategy.variant = .separable
        configuration.strategy.learningRates = .adaptive
        configuration.strategy.stopping.maximumGenerations = 4
        var whole = try RestartingSearch(configuration)
        var parts = whole
        while whole.restarts < 3, whole.stopReasons.isEmpty {
            parts = try RestartingSearch(encodedState: parts.encodedState())
            try whole.tell(costs: try whole.ask().map(rastrigin))
            try parts.tell(costs: try parts.ask().map(rastrigin))
            #expect(parts.strategy.configuration.learningRates == .adaptive)
            #expect(parts.encodedState() == whole.encodedState())
        }
        #expect(whole.restarts == 3)
    }

    @Test func `a starting box of the wrong size is refused`() {
        var configuration = Self.configuration(.ipop)
        configuration.startingBox = .init(lower: [0], upper: [1])
        #expect(throws: EvolutionStrategyError.self) { _ = try RestartingSearch(configuration) }
    }
}

struct AskTellSessionTests {
    static func session(
        failures: Int = 10, evaluations: Int? = nil
    ) throws -> AskTellSession {
        AskTellSession(
            try RestartingSearch(
                RestartingSearch.Configuration(
                    strategy: EvolutionStrategy.Configuration(
                        initialMean: [1, 2, 3], initialSigma: 0.5,
                        stopping: StoppingCriteria(
                            targetCost: 1e-6, maximumEvaluations: evaluations)),
                    schedule: .none)),
            maximumFailedGenerations: failures)
    }

    private struct Ask: Decodable {
        struct Body: Decodable {
            var generation: Int
            var candidates: [[Double]]
        }
        var ask: Body
    }

    private struct Stop: Decodable {
        struct Body: Decodable {
            var reasons: [String]
            var best: [Double]
            var bestCost: Double?
            var mean: [Double]
            var evaluations: Int
        }
        var stop: Body
    }

    @Test func `a session asks, is told and stops, in lines of JSON`() throws {
        var session = try Self.session()
        var evaluations = 0
        for generation in 1...1000 {
            let line = try session.nextLine()
            #expect(line.last == UInt8(ascii: "\n"))
            #expect(line.count { $0 == UInt8(ascii: "\n") } == 1)
            if session.isOver {
                let stop = try JSONDecoder().decode(Stop.self, from: line).stop
                #expect(stop.reasons == ["ftarget"])
                let cost = try #require(stop.bestCost)
                #expect(cost == sphere(stop.best) && cost <= 1e-6)
                #expect(stop.evaluations == evaluations)
                #expect(stop.mean == session.search.strategy.mean)
                return
            }
            let ask = try JSONDecoder().decode(Ask.self, from: line).ask
            #expect(ask.generation == generation)
            #expect(try session.search.strategy.candidatesForTest() == ask.candidates)
            evaluations += ask.candidates.count
            let costs = ask.candidates.map { "\(sphere($0))" }.joined(separator: ", ")
            #expect(try session.receive("{\"tell\": [\(costs)]}"))
        }
        Issue.record("the session did not stop")
    }

    @Test func `failed evaluations may be null, NaN or Infinity`() throws {
        var session = try Self.session()
        _ = try session.nextLine()
        #expect(try session.receive("{\"tell\":[1,null,NaN,Infinity,-Infinity,2,3]}"))
        #expect(session.search.strategy.nonFiniteCosts == 4)
        #expect(session.search.best?.cost == 1)
    }

    @Test(arguments: [
        "", "tell", "[1,2]", "{\"tell\":3}", "{\"told\":[1]}", "{\"tell\":[1,2]}",
        "{\"tell\":[1,2,3,4,5,6,\"7\"]}", "{\"inject\":[[1,2]]}",
    ])
    func `a wrong line is named and changes nothing`(line: String) throws {
        var session = try Self.session()
        _ = try session.nextLine()
        let before = session.search.encodedState()
        let error = #expect(throws: AskTellLineError.self) { _ = try session.receive(line) }
        #expect(error?.number == 1)
        #expect(error?.description.contains("line 1 (\(line))") == true)
        #expect(session.search.encodedState() == before)
    }

    /// Speaks with a session by a script of lines, and gives what it wrote and how it ended.
    private static func converse(
        _ session: inout AskTellSession, _ lines: [String]
    ) throws -> (asks: [Ask.Body], stop: Stop.Body, reports: [String], failure: AskTellFailure?) {
        var written: [Data] = []
        var reports: [String] = []
        var failure: AskTellFailure?
        var script = lines.makeIterator()
        do {
            try session.converse(
                read: { script.next() }, write: { written.append($0) },
                report: { reports.append($0) })
        } catch let error as AskTellFailure {
            failure = error
        }
        let decoder = JSONDecoder()
        let final = written.popLast()
        let last = try #require(final)
        let asks = try written.map { try decoder.decode(Ask.self, from: $0).ask }
        return (asks, try decoder.decode(Stop.self, from: last).stop, reports, failure)
    }

    private static let good = "{\"tell\":[3,1,2,4,5,6,7]}"
    private static let allFailed = "{\"tell\":[null,null,NaN,null,null,Infinity,null]}"

    @Test func `a generation that failed as a whole is told, and the search goes on`() throws {
        var session = try Self.session()
        let first = try session.search.strategy.candidatesForTest()
        let found = try Self.converse(&session, [Self.good, Self.allFailed, Self.good])
        #expect(found.asks.count == 4)
        #expect(found.asks[1].candidates != found.asks[2].candidates)
        #expect(found.reports.count == 1)
        #expect(found.reports.first?.contains("generation 2") == true)
        #expect(found.stop.best == first[1] && found.stop.bestCost == 1)
        #expect(found.stop.evaluations == 21)
        // Nothing is learned from it.
        var other = try Self.session()
        let until = try Self.converse(&other, [Self.good])
        #expect(session.search.strategy.mean != other.search.strategy.mean)
        _ = try Self.converse(&other, [])
        var failing = try Self.session()
        _ = try Self.converse(&failing, [Self.good, Self.allFailed])
        #expect(failing.search.strategy.mean == other.search.strategy.mean)
        #expect(failing.search.strategy.sigma == other.search.strategy.sigma)
        #expect(until.failure == .inputEnded(generation: 2))
    }

    @Test func `too many failed generations in a row end with the best so far`() throws {
        var session = try Self.session(failures: 2)
        let best = try session.search.strategy.candidatesForTest()[1]
        let failed = Self.allFailed
        let found = try Self.converse(
            &session, [Self.good, failed, failed, Self.good, failed, failed, failed, Self.good])
        #expect(found.failure == .allFailed(generations: 3))
        #expect(found.asks.count == 7)
        #expect(found.stop.reasons == ["failedgenerations"])
        #expect(found.stop.best == best)
        #expect(found.reports.count == 4)
    }

    @Test func `failed generations count as evaluations`() throws {
        var session = try Self.session(evaluations: 21)
        let found = try Self.converse(
            &session, [Self.allFailed, Self.allFailed, Self.allFailed, Self.good])
        #expect(found.stop.reasons == ["maxfevals"])
        #expect(found.asks.count == 3 && found.stop.best.isEmpty)
        // Who asks for a minimum and gets none is told so.
        #expect(found.failure == .nothingFound(evaluations: 21))
        var other = try Self.session(evaluations: 21)
        let later = try Self.converse(&other, [Self.allFailed, Self.allFailed, Self.good])
        #expect(later.stop.reasons == ["maxfevals"] && later.failure == nil)
    }

    @Test(arguments: ["", "{\"tell\":[1,2]}", "{\"tell\":[1,", "3"])
    func `a wrong line ends with the stop, the best so far and the reason`(line: String) throws {
        var session = try Self.session()
        let best = try session.search.strategy.candidatesForTest()[1]
        let found = try Self.converse(&session, [Self.good, line, Self.good])
        #expect(found.stop.reasons == ["wrongline"])
        #expect(found.stop.best == best && found.stop.bestCost == 1)
        #expect(found.failure?.description.contains("line 2 (\(line))") == true)
    }

    @Test func `the input's end ends with the stop and the best so far`() throws {
        var session = try Self.session()
        let best = try session.search.strategy.candidatesForTest()[1]
        let found = try Self.converse(&session, [Self.good])
        #expect(found.stop.reasons == ["endofinput"])
        #expect(found.stop.best == best)
        #expect(found.failure == .inputEnded(generation: 2))
    }

    @Test func `an injected solution is among the next candidates`() throws {
        var session = try Self.session()
        #expect(try !session.receive("{\"inject\":[[1.25,2,3]]}"))
        let ask = try JSONDecoder().decode(Ask.self, from: try session.nextLine()).ask
        #expect(ask.candidates[0] == [1.25, 2, 3])
    }
}

extension EvolutionStrategy {
    /// The candidates asked for, without changing the strategy.
    func candidatesForTest() throws -> [[Double]] {
        var copy = self
        return try copy.ask()
    }
}
