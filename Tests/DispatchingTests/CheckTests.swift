// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Dispatching
import Episodes
import Testing

/// Hosts that are wrong: who they are is found, and nothing they do holds up or spoils a job.
struct CheckTests {
    func outcome(_ value: Double, steps: Int = 10) -> EpisodeOutcome {
        EpisodeOutcome(
            episodeReturn: value, steps: steps, tilesVisited: 1, trackTiles: 2, end: .timeLimit)
    }

    /// A dispatcher with workers 1 to `hosts`, each of its own party.
    func dispatcher(
        hosts: Int, slots: Int = 1, trust: Int = 10, share: Double = 0,
        change: (inout Dispatcher.Configuration) -> Void = { _ in }
    ) -> Dispatcher {
        var configuration = Dispatcher.Configuration()
        configuration.agreementsToTrust = trust
        configuration.checkedShare = share
        configuration.speculates = false
        change(&configuration)
        var dispatcher = Dispatcher(configuration: configuration, firstLease: 77)
        for worker in 1...hosts {
            dispatcher.introduce(worker, of: worker, at: 0)
            dispatcher.join(worker, slots: slots, capacity: slots, at: 0)
        }
        return dispatcher
    }

    /// Works until nothing is given out any more; `answer` is nil for a result that never comes.
    func work(
        _ dispatcher: inout Dispatcher, from now: Double = 0,
        _ answer: (Dispatcher.Grant) -> Double?
    ) throws -> [Dispatcher.Event] {
        var events: [Dispatcher.Event] = []
        var now = now
        while true {
            let grants = dispatcher.assign(at: now)
            try dispatcher.checkInvariants()
            if grants.isEmpty { break }
            now += 0.01
            for grant in grants {
                guard let value = answer(grant) else { continue }
                dispatcher.result(
                    outcome(value), lease: grant.lease, worker: grant.worker, seconds: 1, at: now)
                try dispatcher.checkInvariants()
            }
            events += dispatcher.takeEvents()
        }
        return events
    }

    func completed(_ events: [Dispatcher.Event]) -> [UInt64: (value: Double, Bool)] {
        var all: [UInt64: (value: Double, Bool)] = [:]
        for case .completed(let task, let vote, let isConfirmed) in events {
            #expect(all[task] == nil, "task \(task) is completed twice")
            all[task] = (vote.outcome.episodeReturn, isConfirmed)
        }
        return all
    }

    func quarantined(_ events: [Dispatcher.Event]) -> [Int] {
        events.compactMap { event in
            if case .quarantined(let party, _, _) = event { party } else { nil }
        }
    }

    @Test func `who agrees is named beside the one whose result counts`() throws {
        var dispatcher = dispatcher(hosts: 2, trust: 0, share: 1)
        let task = dispatcher.submit(count: 1).tasks.lowerBound
        let events = try work(&dispatcher) { _ in 7 }
        var winner: Int?
        var agreed: [Int] = []
        for event in events {
            switch event {
            case .completed(task, let vote, true): winner = vote.worker
            case .agreed(task, let vote): agreed.append(vote.worker)
            default: break
            }
        }
        #expect(winner == 1 && agreed == [2])
    }

    @Test func `the first tasks of a host count when another one agrees`() throws {
        var dispatcher = dispatcher(hosts: 2)
        _ = dispatcher.submit(count: 100)
        let events = try work(&dispatcher) { Double($0.task) }
        let results = completed(events)
        #expect(results.count == 100)
        #expect(results.allSatisfy { Double($0.key) == $0.value.value })
        // A task confirmed is one that both have agreed on.
        let confirmed = results.values.count { $0.1 }
        #expect((10...14).contains(confirmed))
        #expect(dispatcher.counters.checks == confirmed)
        #expect(dispatcher.isEmpty)
    }

    @Test func `what a new host has in hand beside its first tasks is not checked on top`() throws {
        var dispatcher = dispatcher(hosts: 2, slots: 40)
        _ = dispatcher.submit(count: 100)
        let results = completed(try work(&dispatcher) { Double($0.task) })
        #expect(results.count == 100)
        #expect(results.values.count { $0.1 } == 20)
        #expect(dispatcher.isEmpty)
    }

    @Test func `a new host whose first tasks tell nothing is checked on`() throws {
        var dispatcher = dispatcher(hosts: 2, slots: 20)
        // Of the second host nothing comes: it is gone while it has the first one's tasks.
        _ = dispatcher.submit(count: 20)
        _ = try work(&dispatcher) { $0.worker == 1 ? Double($0.task) : nil }
        dispatcher.lose(2, .disconnection)
        var events = dispatcher.takeEvents()
        dispatcher.tick(at: 1)
        events += try work(&dispatcher, from: 1) { Double($0.task) }
        #expect(dispatcher.isEmpty)
        let before = dispatcher.counters.confirmed
        dispatcher.introduce(3, of: 3, at: 2)
        dispatcher.join(3, slots: 20, capacity: 20, at: 2)
        _ = dispatcher.submit(count: 60)
        _ = try work(&dispatcher, from: 2) { Double($0.task) }
        #expect(dispatcher.counters.confirmed - before == 20)
    }

    @Test func `a share of the tasks is checked, and none where there is one host`() throws {
        var two = dispatcher(hosts: 2, trust: 0, share: 0.2)
        _ = two.submit(count: 600)
        _ = try work(&two) { Double($0.task) }
        #expect((80...160).contains(two.counters.checks))
        var one = dispatcher(hosts: 1, share: 1)
        _ = one.submit(count: 50)
        let results = completed(try work(&one) { Double($0.task) })
        #expect(results.count == 50)
        #expect(one.counters.checks == 0)
    }

    @Test func `a suspect in a liar's hands waits in one place when the liar is found`() throws {
        var dispatcher = dispatcher(hosts: 2, slots: 2, trust: 0, share: 1)
        _ = dispatcher.submit(count: 2)
        let answer = { (grant: Dispatcher.Grant) -> Double in
            grant.worker == 2 ? -Double(grant.task) : Double(grant.task)
        }
        var events = try work(&dispatcher, answer)
        // Two disagree on both tasks, and who was to decide dies with them: they are suspects.
        dispatcher.introduce(3, of: 3, at: 1)
        dispatcher.join(3, slots: 2, capacity: 2, at: 1)
        #expect(dispatcher.assign(at: 1).map(\.worker) == [3, 3])
        dispatcher.lose(3, .disconnection)
        dispatcher.introduce(4, of: 4, at: 2)
        dispatcher.join(4, slots: 2, capacity: 2, at: 2)
        // The liar has the one while it is found out by the other.
        events += try work(&dispatcher, from: 2) { $0.worker == 2 ? nil : answer($0) }
        #expect(quarantined(events) == [2])
        #expect(completed(events).mapValues(\.value) == [1: 1, 2: 2])
        #expect(dispatcher.isEmpty)
    }

    @Test(arguments: 1...3)
    func `a liar among three is outvoted, and none of its first results counts`(
        liar: Int
    ) throws {
        var dispatcher = dispatcher(hosts: 3, slots: 4)
        _ = dispatcher.submit(count: 60)
        let events = try work(&dispatcher) {
            $0.worker == liar ? -Double($0.task) : Double($0.task)
        }
        #expect(quarantined(events) == [liar])
        let results = completed(events)
        #expect(results.count == 60)
        #expect(results.allSatisfy { Double($0.key) == $0.value.value })
        #expect(dispatcher.isQuarantined(liar))
    }

    @Test func `one that lies later is found by a copy, and who waits is told`() throws {
        var dispatcher = dispatcher(hosts: 3, trust: 0) { $0.speculates = true }
        _ = dispatcher.submit(count: 4)
        var held: [Dispatcher.Grant] = []
        // One host ends its task with a lie and the others' are late.
        let grants = dispatcher.assign(at: 0)
        let lie = grants[0]
        dispatcher.result(
            outcome(-1), lease: lie.lease, worker: lie.worker, seconds: 1, at: 1)
        held = Array(grants.dropFirst()) + dispatcher.assign(at: 1)
        for grant in held where grant.worker != lie.worker {
            dispatcher.result(
                outcome(Double(grant.task)), lease: grant.lease, worker: grant.worker, seconds: 1,
                at: 2)
        }
        let own = try #require(held.first { $0.worker == lie.worker })
        let copy = try #require(dispatcher.assign(at: 10).first { $0.task == own.task })
        dispatcher.result(
            outcome(-2), lease: own.lease, worker: own.worker, seconds: 1, at: 10.5)
        // Its job is over: there is nobody to ask any more.
        dispatcher.result(
            outcome(Double(copy.task)), lease: copy.lease, worker: copy.worker, seconds: 1, at: 11)
        let undecided = dispatcher.takeEvents().contains {
            if case .undecided = $0 { true } else { false }
        }
        #expect(undecided)
        try dispatcher.checkInvariants()
    }

    @Test func `a result that is contradicted while its job lasts waits for a third`() throws {
        var dispatcher = dispatcher(hosts: 3, trust: 0) { $0.speculates = true }
        _ = dispatcher.submit(count: 3)
        let grants = dispatcher.assign(at: 0)
        let (first, second, third) = (grants[0], grants[1], grants[2])
        dispatcher.result(
            outcome(1), lease: first.lease, worker: first.worker, seconds: 1, at: 1)
        // The second's task gets a copy at the first host, which lies about it.
        let copy = try #require(dispatcher.assign(at: 3).first { $0.worker == first.worker })
        let holder = copy.task == second.task ? second : third
        let other = copy.task == second.task ? third : second
        dispatcher.result(
            outcome(-5), lease: copy.lease, worker: copy.worker, seconds: 1, at: 3.5)
        dispatcher.result(
            outcome(5), lease: holder.lease, worker: holder.worker, seconds: 1, at: 4)
        try dispatcher.checkInvariants()
        #expect(dispatcher.openTasks == 2)
        let events = dispatcher.takeEvents()
        #expect(events.contains(.reopened(copy.task)))
        dispatcher.result(
            outcome(9), lease: other.lease, worker: other.worker, seconds: 1, at: 5)
        let judge = try #require(dispatcher.assign(at: 5).first)
        #expect(judge.worker == other.worker && judge.task == copy.task)
        dispatcher.result(
            outcome(5), lease: judge.lease, worker: judge.worker, seconds: 1, at: 6)
        let decided = dispatcher.takeEvents()
        #expect(decided.contains(.decided(copy.task)))
        #expect(quarantined(decided) == [first.worker])
        #expect(dispatcher.openTasks == 0)
        try dispatcher.checkInvariants()
    }

    @Test func `two that differ wait for a third, not for ever, and are said to differ`() throws {
        var dispatcher = dispatcher(hosts: 2)
        _ = dispatcher.submit(count: 1)
        let events = try work(&dispatcher) { $0.worker == 1 ? 5 : 6 }
        #expect(completed(events).isEmpty)
        for time in 0..<40 {
            if time == 30 { #expect(dispatcher.takeEvents().isEmpty) }
            for worker in [1, 2] {
                dispatcher.heartbeat(worker, progress: 0, held: [], capacity: 1, at: Double(time))
            }
            dispatcher.tick(at: Double(time))
        }
        let late = dispatcher.takeEvents()
        guard
            case .undecided(1, let first, let second) = late.first(where: {
                if case .undecided = $0 { true } else { false }
            })
        else {
            Issue.record("not said: \(late)")
            return
        }
        #expect(Set([first.outcome.episodeReturn, second.outcome.episodeReturn]) == [5, 6])
        #expect(dispatcher.openTasks == 0)
        try dispatcher.checkInvariants()
    }

    @Test func `one that can run nothing is in quarantine before it sets anything aside`() throws {
        var dispatcher = dispatcher(hosts: 3, slots: 2)
        _ = dispatcher.submit(count: 176)
        var now = 0.0
        var events: [Dispatcher.Event] = []
        while dispatcher.openTasks > 0, now < 100 {
            for grant in dispatcher.assign(at: now) {
                now += 0.01
                if grant.worker == 2 {
                    dispatcher.failure(
                        lease: grant.lease, worker: 2, reason: "no space left", at: now)
                } else {
                    dispatcher.result(
                        outcome(1), lease: grant.lease, worker: grant.worker, seconds: 1, at: now)
                }
                try dispatcher.checkInvariants()
            }
            now += 0.1
            dispatcher.tick(at: now)
            events += dispatcher.takeEvents()
        }
        #expect(completed(events).count == 176)
        #expect(quarantined(events) == [2])
        #expect(dispatcher.counters.setAside == 0)
    }

    @Test func `one that fails now and then, never often in a row, goes on`() throws {
        var dispatcher = dispatcher(hosts: 2)
        _ = dispatcher.submit(count: 60)
        var now = 0.0
        var turns = 0
        while dispatcher.openTasks > 0, now < 100 {
            for grant in dispatcher.assign(at: now) {
                now += 0.01
                if grant.worker == 2 { turns += 1 }
                if grant.worker == 2, !turns.isMultiple(of: 3) {
                    dispatcher.failure(
                        lease: grant.lease, worker: 2, reason: "no memory now", at: now)
                } else {
                    dispatcher.result(
                        outcome(1), lease: grant.lease, worker: grant.worker, seconds: 1, at: now)
                }
            }
            now += 0.1
            dispatcher.tick(at: now)
        }
        #expect(dispatcher.openTasks == 0 && dispatcher.counters.setAside == 0)
        #expect(turns > 20 && quarantined(dispatcher.takeEvents()).isEmpty)
    }
}
