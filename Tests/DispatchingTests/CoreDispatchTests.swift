// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Dispatching
import Episodes
import Testing

/// Workers of several cores.
struct CoreDispatchTests {
    private let outcome = EpisodeOutcome(
        episodeReturn: 1, steps: 10, tilesVisited: 1, trackTiles: 2, end: .timeLimit)

    @Test func `tasks are shared by slots, not by workers`() throws {
        var dispatcher = Dispatcher()
        dispatcher.join(1, slots: 8, cores: 1, capacity: 10, at: 0)
        dispatcher.join(2, slots: 24, cores: 3, capacity: 30, at: 0)
        _ = dispatcher.submit(count: 16)
        let grants = dispatcher.assign(at: 0)
        #expect(grants.count { $0.worker == 1 } == 4)
        #expect(grants.count { $0.worker == 2 } == 12)
        try dispatcher.checkInvariants()
    }

    @Test func `a worker that uses more cores gets more, and fewer with fewer`() throws {
        var dispatcher = Dispatcher()
        dispatcher.join(1, slots: 2, cores: 1, capacity: 3, at: 0)
        _ = dispatcher.submit(count: 20)
        var grants = dispatcher.assign(at: 0)
        #expect(grants.count == 3)
        dispatcher.heartbeat(
            1, progress: 1, held: grants.map(\.lease), slots: 6, cores: 3, capacity: 9, at: 1)
        grants += dispatcher.assign(at: 1)
        #expect(grants.count == 9)
        dispatcher.heartbeat(
            1, progress: 2, held: grants.map(\.lease), slots: 2, cores: 1, capacity: 3, at: 2)
        #expect(dispatcher.assign(at: 2).isEmpty)
        try dispatcher.checkInvariants()
    }

    @Test func `a core that hangs loses its tasks alone, and they are suspects`() throws {
        var dispatcher = Dispatcher()
        dispatcher.join(1, slots: 4, cores: 2, capacity: 5, at: 0)
        _ = dispatcher.submit(count: 4)
        let grants = dispatcher.assign(at: 0)
        dispatcher.loseCore(of: 1, leases: grants.prefix(2).map(\.lease) + [999])
        #expect(dispatcher.outstanding(of: 1) == 2 && dispatcher.counters.deaths == 1)
        // The worker's return is no proof that its core did not hang.
        dispatcher.join(1, slots: 4, cores: 2, capacity: 5, at: 1)
        let again = dispatcher.assign(at: 1)
        #expect(Set(again.map(\.task)) == Set(grants.prefix(2).map(\.task)))
        try dispatcher.checkInvariants()
    }

    @Test func `what hangs core after core is set aside, and what was with it is not`() throws {
        var dispatcher = Dispatcher()
        dispatcher.join(1, slots: 8, cores: 4, capacity: 10, at: 0)
        let tasks = dispatcher.submit(count: 8).tasks
        let killer = tasks.first
        var setAside: [Dispatcher.TaskKey] = []
        var now = 0.0
        while dispatcher.openTasks > 0, now < 100 {
            now += 1
            let grants = dispatcher.assign(at: now)
            let hung = grants.filter { $0.task == killer }
            for grant in grants where grant.task != killer {
                dispatcher.result(
                    outcome, lease: grant.lease, worker: 1, seconds: 1, core: 2, at: now)
            }
            if !hung.isEmpty { dispatcher.loseCore(of: 1, leases: hung.map(\.lease)) }
            for case .setAside(let task, _, _) in dispatcher.takeEvents() { setAside.append(task) }
            try dispatcher.checkInvariants()
        }
        #expect(setAside == [killer].compactMap { $0 })
    }

    /// A machine that is taken away must not cost its tasks one by one.
    @Test func `a large worker's tasks are retried a core each after its death`() throws {
        var dispatcher = Dispatcher()
        for worker in 1...2 { dispatcher.join(worker, slots: 16, cores: 16, capacity: 20, at: 0) }
        _ = dispatcher.submit(count: 32)
        let grants = dispatcher.assign(at: 0)
        dispatcher.lose(1, .disconnection)
        for grant in grants where grant.worker == 2 {
            dispatcher.result(outcome, lease: grant.lease, worker: 2, seconds: 1, at: 1)
        }
        let first = dispatcher.assign(at: 1)
        #expect(first.count == 16)
        // A second death narrows it down: a quarter of the cores.
        dispatcher.lose(2, .disconnection)
        dispatcher.join(3, slots: 16, cores: 16, capacity: 20, at: 2)
        #expect(dispatcher.assign(at: 2).count == 4)
        try dispatcher.checkInvariants()
    }
}
