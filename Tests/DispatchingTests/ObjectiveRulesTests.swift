// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Dispatching
import Episodes
import Testing

/// Tasks that may fail for their own sake, and need not give the same twice.
struct ObjectiveRulesTests {
    private func dispatcher(tries: Int = 3) -> Dispatcher {
        var configuration = Dispatcher.Configuration()
        configuration.maximumSteps = 1
        configuration.comparesResults = false
        configuration.countsEveryFailure = true
        configuration.failuresToSetAside = tries
        configuration.overdueSeconds = Double.infinity...Double.infinity
        configuration.overdueAtFirst = .infinity
        return Dispatcher(configuration: configuration)
    }

    private func outcome(_ value: Double) -> EpisodeOutcome {
        EpisodeOutcome(
            episodeReturn: value, steps: 1, tilesVisited: 0, trackTiles: 0, end: .answered)
    }

    @Test func `a task is tried as often as it may fail, also where there is but one host`() throws
    {
        var dispatcher = dispatcher()
        dispatcher.join(1, slots: 1, capacity: 1, at: 0)
        _ = dispatcher.submit(count: 1)
        for attempt in 1...3 {
            let grant = try #require(dispatcher.assign(at: Double(attempt)).first)
            dispatcher.failure(
                lease: grant.lease, worker: 1, reason: "no", at: Double(attempt))
            try dispatcher.checkInvariants()
        }
        let events = dispatcher.takeEvents()
        #expect(events.suffix(1) == [.setAside(1, deaths: 0, failures: 3)])
        #expect(dispatcher.isEmpty)
    }

    @Test func `whoever has answered is not quarantined for tasks that fail`() throws {
        var dispatcher = dispatcher(tries: 2)
        for worker in [1, 2] { dispatcher.join(worker, slots: 1, capacity: 1, at: 0) }
        _ = dispatcher.submit(count: 42)
        var now = 0.0
        var setAside = 0
        while dispatcher.openTasks > 0 {
            now += 0.01
            for grant in dispatcher.assign(at: now) {
                if grant.task <= 2 {
                    dispatcher.result(
                        outcome(1), lease: grant.lease, worker: grant.worker, seconds: 1, at: now)
                } else {
                    dispatcher.failure(
                        lease: grant.lease, worker: grant.worker, reason: "no", at: now)
                }
            }
            for event in dispatcher.takeEvents() {
                if case .setAside = event { setAside += 1 }
                if case .quarantined = event { Issue.record("\(event)") }
            }
        }
        #expect(setAside == 40)
    }

    @Test func `one that has never answered is, where another is there`() throws {
        var dispatcher = dispatcher(tries: 5)
        for worker in [1, 2] { dispatcher.join(worker, slots: 1, capacity: 1, at: 0) }
        _ = dispatcher.submit(count: 30)
        var now = 0.0
        var quarantined: [Int] = []
        while dispatcher.openTasks > 0 {
            now += 0.01
            for grant in dispatcher.assign(at: now) {
                if grant.worker == 2 {
                    dispatcher.result(
                        outcome(1), lease: grant.lease, worker: 2, seconds: 1, at: now)
                } else {
                    dispatcher.failure(lease: grant.lease, worker: 1, reason: "no", at: now)
                }
            }
            for event in dispatcher.takeEvents() {
                if case .quarantined(let party, _, _) = event { quarantined.append(party) }
                if case .setAside = event { Issue.record("\(event)") }
            }
        }
        #expect(quarantined == [-1])
    }

    @Test func `another answer to the same task tells nothing of anybody`() throws {
        var dispatcher = dispatcher()
        for worker in [1, 2] { dispatcher.join(worker, slots: 1, capacity: 1, at: 0) }
        _ = dispatcher.submit(count: 1)
        let first = try #require(dispatcher.assign(at: 0).first)
        // Repeated, since nothing else is there to do.
        let copy = try #require(dispatcher.assign(at: 20).first)
        #expect(copy.task == first.task && copy.worker != first.worker)
        dispatcher.result(
            outcome(1), lease: copy.lease, worker: copy.worker, seconds: 1, at: 21)
        dispatcher.result(
            outcome(2), lease: first.lease, worker: first.worker, seconds: 1, at: 22)
        let events = dispatcher.takeEvents()
        guard case .completed(_, let vote, _) = events.first, case .agreed = events.last else {
            Issue.record("\(events)")
            return
        }
        #expect(vote.outcome.episodeReturn == 1 && events.count == 2)
        #expect(dispatcher.counters.disagreements == 0 && dispatcher.isEmpty)
    }

    @Test func `a task that takes days is not overdue`() throws {
        var dispatcher = dispatcher()
        dispatcher.join(1, slots: 1, capacity: 1, at: 0)
        _ = dispatcher.submit(count: 1)
        let grant = try #require(dispatcher.assign(at: 0).first)
        for minute in 1...3000 {
            let now = 60.0 * Double(minute)
            for second in stride(from: 0.0, to: 60, by: 5) {
                dispatcher.heartbeat(
                    1, progress: UInt64(minute * 60) + UInt64(second), held: [grant.lease],
                    slots: 1, cores: 1, capacity: 1, at: now + second)
                dispatcher.tick(at: now + second)
            }
        }
        #expect(dispatcher.takeEvents().isEmpty)
        #expect(dispatcher.outstandingLeases == 1)
    }
}
