// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Dispatching
import Episodes
import Testing

struct DispatcherTests {
    private func outcome(_ value: Double) -> EpisodeOutcome {
        EpisodeOutcome(
            episodeReturn: value, steps: 10, tilesVisited: 1, trackTiles: 2, end: .timeLimit)
    }

    private func completed(_ events: [Dispatcher.Event]) -> [UInt64] {
        events.compactMap { event in
            if case .completed(let task, _, _) = event { task } else { nil }
        }
    }

    @Test func `every task gets one result, in whatever order they come`() {
        var dispatcher = Dispatcher()
        dispatcher.join(1, slots: 4, capacity: 5, at: 0)
        dispatcher.join(2, slots: 4, capacity: 5, at: 0)
        let job = dispatcher.submit(count: 30)
        var done: [UInt64] = []
        var pending: [Dispatcher.Grant] = []
        var now = 0.0
        while dispatcher.openTasks > 0 {
            pending += dispatcher.assign(at: now)
            for worker in [1, 2] { #expect(pending.count { $0.worker == worker } <= 5) }
            let grant = pending.remove(at: pending.count / 2)
            now += 0.01
            dispatcher.result(
                outcome(Double(grant.task)), lease: grant.lease, worker: grant.worker, seconds: 1,
                at: now)
            done += completed(dispatcher.takeEvents())
        }
        #expect(done.sorted() == Array(job.tasks))
        #expect(dispatcher.outstandingLeases == 0)
        #expect(dispatcher.counters.completed == 30)
        #expect(dispatcher.isEmpty)
    }

    @Test func `a lease that is taken back twice makes its task wait once`() throws {
        var dispatcher = Dispatcher()
        dispatcher.join(1, slots: 2, capacity: 2, at: 0)
        _ = dispatcher.submit(count: 1)
        let grant = try #require(dispatcher.assign(at: 0).first)
        // Two results of one message that cannot be true (the simulator's story 65).
        for _ in 0..<2 { dispatcher.offence(lease: grant.lease, worker: 1, at: 0) }
        try dispatcher.checkInvariants()
        #expect(dispatcher.waitingTasks == 1)
        #expect(dispatcher.assign(at: 0).count == 1)
    }

    @Test func `few tasks are spread over the workers`() {
        var dispatcher = Dispatcher()
        for worker in 0..<4 { dispatcher.join(worker, slots: 8, capacity: 10, at: 0) }
        _ = dispatcher.submit(count: 8)
        let grants = dispatcher.assign(at: 0)
        for worker in 0..<4 { #expect(grants.count { $0.worker == worker } == 2) }
    }

    @Test func `a silent worker's tasks go to another, and its late result still counts once`() {
        var dispatcher = Dispatcher()
        dispatcher.join(1, slots: 1, capacity: 1, at: 0)
        let job = dispatcher.submit(count: 1)
        let lost = dispatcher.assign(at: 0)[0]
        dispatcher.tick(at: 9.9)
        let value1 = dispatcher.takeEvents()
        #expect(value1.isEmpty)
        dispatcher.tick(at: 10.1)
        let value2 = dispatcher.takeEvents()
        #expect(value2 == [.lost(1, .silence, tasks: 1)])
        dispatcher.join(2, slots: 1, capacity: 1, at: 11)
        let again = dispatcher.assign(at: 11)[0]
        #expect(again.task == lost.task && again.lease != lost.lease && again.worker == 2)
        dispatcher.result(outcome(5), lease: lost.lease, worker: 1, seconds: 1, at: 12)
        let done27 = completed(dispatcher.takeEvents())
        #expect(done27 == [job.tasks.lowerBound])
        dispatcher.result(outcome(5), lease: again.lease, worker: 2, seconds: 1, at: 13)
        let value3 = dispatcher.takeEvents()
        let second = Dispatcher.Vote(outcome: outcome(5), worker: 2, party: -2, seconds: 1)
        #expect(value3 == [.agreed(job.tasks.lowerBound, second)])
        #expect(dispatcher.counters.completed == 1)
        #expect(dispatcher.isEmpty)
    }

    @Test func `a worker that was silent too long gets work again by its next heartbeat`() {
        var dispatcher = Dispatcher()
        dispatcher.join(1, slots: 1, capacity: 1, at: 0)
        _ = dispatcher.submit(count: 1)
        let lost = dispatcher.assign(at: 0)[0]
        dispatcher.tick(at: 20)
        _ = dispatcher.takeEvents()
        let whileSilent = dispatcher.assign(at: 20)
        #expect(whileSilent.isEmpty)
        dispatcher.heartbeat(1, progress: 1, held: [lost.lease], capacity: 1, at: 21)
        let events = dispatcher.takeEvents()
        #expect(events == [.returned(1)])
        let again = dispatcher.assign(at: 21)
        #expect(again.map(\.task) == [lost.task] && again[0].lease != lost.lease)
        dispatcher.tick(at: 30)
        let alive = dispatcher.takeEvents()
        #expect(alive.isEmpty)
    }

    @Test func `heartbeats that name a lease extend it as long as the engine steps`() {
        var dispatcher = Dispatcher()
        dispatcher.join(1, slots: 1, capacity: 1, at: 0)
        _ = dispatcher.submit(count: 1)
        let grant = dispatcher.assign(at: 0)[0]
        for second in 1...100 {
            dispatcher.heartbeat(
                1, progress: UInt64(second), held: [grant.lease], capacity: 1, at: Double(second))
            dispatcher.tick(at: Double(second))
        }
        let value4 = dispatcher.takeEvents()
        #expect(value4.isEmpty)
        var now = 100.0
        while dispatcher.counters.deaths == 0, now < 300 {
            now += 1
            dispatcher.heartbeat(1, progress: 100, held: [grant.lease], capacity: 1, at: now)
            dispatcher.tick(at: now)
        }
        // 60 s without a step, then the lease's 10 s.
        #expect((165...175).contains(now))
        let value5 = dispatcher.takeEvents()
        #expect(value5 == [.lost(1, .hang, tasks: 1)])
        // It still names what it hangs on: it gets nothing to hang on too.
        dispatcher.heartbeat(1, progress: 100, held: [grant.lease], capacity: 1, at: now)
        let value6 = dispatcher.assign(at: now)
        #expect(value6.isEmpty)
        dispatcher.heartbeat(1, progress: 101, held: [], capacity: 1, at: now)
        let value7 = dispatcher.assign(at: now)
        #expect(value7.count == 1)
    }

    @Test func `one that hangs is ready when it steps, not when it says Hello again`() {
        var dispatcher = Dispatcher()
        dispatcher.join(1, slots: 1, capacity: 1, at: 0)
        _ = dispatcher.submit(count: 1)
        let lease = dispatcher.assign(at: 0)[0].lease
        var now = 0.0
        while now < 100, !dispatcher.isHung(1) {
            now += 1
            dispatcher.heartbeat(1, progress: 5, held: [lease], capacity: 1, at: now)
            dispatcher.tick(at: now)
        }
        #expect(dispatcher.isHung(1))
        dispatcher.join(1, slots: 1, capacity: 1, at: now)
        #expect(dispatcher.isHung(1) && dispatcher.idleWorkers.hung == 1)
        // Nor after its connection broke.
        dispatcher.lose(1, .disconnection)
        dispatcher.join(1, slots: 1, capacity: 1, at: now)
        #expect(dispatcher.isHung(1))
        #expect(dispatcher.assign(at: now).isEmpty)
        dispatcher.heartbeat(1, progress: 6, held: [], capacity: 1, at: now + 1)
        #expect(!dispatcher.isHung(1))
        #expect(dispatcher.assign(at: now + 1).count == 1)
    }

    @Test func `a lease that a heartbeat does not name was lost on the way`() {
        var dispatcher = Dispatcher()
        dispatcher.join(1, slots: 1, capacity: 1, at: 0)
        _ = dispatcher.submit(count: 1)
        let first = dispatcher.assign(at: 0)[0]
        dispatcher.heartbeat(1, progress: 0, held: [], capacity: 1, at: 1)
        let value8 = dispatcher.assign(at: 1)
        #expect(value8.isEmpty)
        dispatcher.heartbeat(1, progress: 0, held: [], capacity: 1, at: 5)
        let second = dispatcher.assign(at: 5)
        #expect(second.map(\.task) == [first.task])
        #expect(dispatcher.counters.deaths == 0)
    }

    @Test func `a draining worker gets nothing, and what it hands back goes on elsewhere`() {
        var dispatcher = Dispatcher()
        dispatcher.join(1, slots: 2, capacity: 2, at: 0)
        _ = dispatcher.submit(count: 4)
        let held = dispatcher.assign(at: 0)
        #expect(held.count == 2)
        dispatcher.heartbeat(1, progress: 1, held: held.map(\.lease), capacity: 0, at: 1)
        dispatcher.result(outcome(1), lease: held[0].lease, worker: 1, seconds: 1, at: 2)
        let value9 = dispatcher.assign(at: 2)
        #expect(value9.isEmpty)
        dispatcher.leave(1)
        dispatcher.join(2, slots: 4, capacity: 4, at: 3)
        let value10 = dispatcher.assign(at: 3)
        #expect(value10.count == 3)
        #expect(dispatcher.counters.deaths == 0)
    }

    @Test func `results for inventions and for cancelled jobs are counted and dropped`() {
        var dispatcher = Dispatcher()
        dispatcher.join(1, slots: 2, capacity: 2, at: 0)
        dispatcher.join(2, slots: 2, capacity: 2, at: 0)
        let job = dispatcher.submit(count: 2)
        let grants = dispatcher.assign(at: 0)
        dispatcher.result(outcome(1), lease: 12345, worker: 1, seconds: 1, at: 1)
        // Another worker's lease.
        let stolen = grants[0]
        dispatcher.result(
            outcome(1), lease: stolen.lease, worker: 3 - stolen.worker, seconds: 1, at: 1)
        #expect(dispatcher.counters.late == 2)
        #expect(dispatcher.openTasks == 2)
        dispatcher.cancel(job: job.job)
        #expect(dispatcher.openTasks == 0)
        for grant in grants {
            dispatcher.result(
                outcome(1), lease: grant.lease, worker: grant.worker, seconds: 1, at: 2)
        }
        #expect(dispatcher.counters.late == 4)
        #expect(dispatcher.counters.completed == 0)
        #expect(dispatcher.isEmpty)
    }

    @Test func `a liar is quarantined and its tasks are tried elsewhere`() {
        var dispatcher = Dispatcher()
        dispatcher.join(1, slots: 1, capacity: 1, at: 0)
        _ = dispatcher.submit(count: 1)
        for offence in 1...3 {
            let grants = dispatcher.assign(at: 0)
            #expect(grants.count == 1, "offence \(offence)")
            dispatcher.offence(lease: grants[0].lease, worker: 1, at: 0)
        }
        let value11 = dispatcher.takeEvents()
        #expect(value11 == [.quarantined(-1, .impossible, seconds: 3600)])
        let value12 = dispatcher.assign(at: 0)
        #expect(value12.isEmpty)
        dispatcher.join(2, slots: 1, capacity: 1, at: 0)
        let value13 = dispatcher.assign(at: 0)
        #expect(value13.map(\.worker) == [2])
        #expect(dispatcher.counters.setAside == 0)
    }

    @Test func `a task that the engines of three hosts cannot run is set aside`() {
        var dispatcher = Dispatcher()
        for worker in 1...4 { dispatcher.join(worker, slots: 1, capacity: 1, at: 0) }
        let job = dispatcher.submit(count: 1)
        var tried: Set<Int> = []
        for _ in 0..<3 {
            let grant = dispatcher.assign(at: 0)[0]
            tried.insert(grant.worker)
            dispatcher.failure(lease: grant.lease, worker: grant.worker, reason: "NaN", at: 0)
        }
        #expect(tried.count == 3)
        let events = dispatcher.takeEvents()
        #expect(
            events.last == .setAside(job.tasks.lowerBound, deaths: 0, failures: 3))
        #expect(dispatcher.openTasks == 0)
        #expect(dispatcher.isEmpty)
    }

    @Test func `however often one host fails a task, it sets aside none`() throws {
        var dispatcher = Dispatcher()
        dispatcher.join(1, slots: 1, capacity: 1, at: 0)
        _ = dispatcher.submit(count: 1)
        var failures = 0
        while let grant = dispatcher.assign(at: 0).first {
            dispatcher.failure(lease: grant.lease, worker: 1, reason: "no space left", at: 0)
            failures += 1
            try dispatcher.checkInvariants()
        }
        // It was tried again and again, until the host was no more.
        #expect(failures > 3 && dispatcher.isQuarantined(1))
        #expect(dispatcher.counters.setAside == 0 && dispatcher.openTasks == 1)
        dispatcher.join(2, slots: 1, capacity: 1, at: 0)
        let grant = try #require(dispatcher.assign(at: 0).first)
        dispatcher.result(outcome(1), lease: grant.lease, worker: 2, seconds: 1, at: 1)
        #expect(dispatcher.openTasks == 0 && dispatcher.counters.completed == 1)
    }
}
