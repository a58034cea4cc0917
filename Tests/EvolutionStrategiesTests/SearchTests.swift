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

    @Test func `a starting box of the wrong size is refused`() {
        var configuration = Self.configuration(.ipop)
        configuration.startingBox = .init(lower: [0], upper: [1])
        #expect(throws: EvolutionStrategyError.self) { _ = try RestartingSearch(configuration) }
    }
}

struct AskTellSessionTests {
    static func session() throws -> AskTellSession {
        AskTellSession(
            try RestartingSearch(
                RestartingSearch.Configuration(
                    strategy: EvolutionStrategy.Configuration(
                        initialMean: [1, 2, 3], initialSigma: 0.5,
                        stopping: StoppingCriteria(targetCost: 1e-6)), schedule: .none)))
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
            var bestCost: Double
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
                #expect(stop.bestCost == sphere(stop.best) && stop.bestCost <= 1e-6)
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
