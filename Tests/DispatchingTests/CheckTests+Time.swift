// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Dispatching
import Episodes
import Testing

// What takes too long, and what ends a quarantine.
extension CheckTests {
    @Test func `a holder that claims progress for ever does not keep an idle host from its tasks`()
        throws
    {
        // Before any result, and with as many holders as copies run at first.
        var dispatcher = dispatcher(hosts: 3, slots: 8, trust: 0) { $0.speculates = true }
        _ = dispatcher.submit(count: 16)
        var now = 0.0
        var held: [Int: [UInt64]] = [:]
        while dispatcher.openTasks > 0, now < 300 {
            for grant in dispatcher.assign(at: now) {
                if grant.worker == 3 {
                    dispatcher.result(
                        outcome(1), lease: grant.lease, worker: 3, seconds: 1, at: now)
                } else {
                    held[grant.worker, default: []].append(grant.lease)
                }
            }
            now += 0.1
            for worker in 1...3 {
                dispatcher.heartbeat(
                    worker, progress: UInt64(now * 100), held: held[worker] ?? [], capacity: 8,
                    at: now)
            }
            dispatcher.tick(at: now)
            try dispatcher.checkInvariants()
        }
        #expect(dispatcher.openTasks == 0)
        #expect(now < 30)
    }

    @Test func `no progress makes a lease last longer than any task can take`() throws {
        var dispatcher = dispatcher(hosts: 1)
        _ = dispatcher.submit(count: 1)
        let grant = dispatcher.assign(at: 0)[0]
        var now = 0.0
        while now < 700, dispatcher.outstanding(of: 1) > 0 {
            now += 1
            dispatcher.heartbeat(
                1, progress: UInt64(now), held: [grant.lease], capacity: 1, at: now)
            dispatcher.tick(at: now)
        }
        #expect((600...602).contains(now))
        #expect(quarantined(dispatcher.takeEvents()) == [1])
        #expect(!dispatcher.hasAvailableWorker)
        #expect(dispatcher.idleWorkers.quarantined == 1)
        // The pause ends by itself.
        while now < 1300, dispatcher.isQuarantined(1) {
            now += 1
            dispatcher.heartbeat(1, progress: 0, held: [], capacity: 1, at: now)
            dispatcher.tick(at: now)
        }
        #expect((1200...1203).contains(now))
        #expect(dispatcher.assign(at: now).count == 1)
    }

    @Test func `how long a task can take is told by the slowest pace of long ones`() throws {
        var dispatcher = dispatcher(hosts: 1) { $0.overdueSeconds = 10...3600 }
        _ = dispatcher.submit(count: 4)
        #expect(dispatcher.longestTask == 600)
        var now = 0.0
        // A short one may have waited for others; a faster one says nothing against a slower.
        for (steps, seconds, limit) in [(10, 50, 600), (500, 25, 200), (1000, 10, 200)]
            as [(Int, Double, Double)]
        {
            let grant = try #require(dispatcher.assign(at: now).first)
            now += seconds
            dispatcher.result(
                outcome(1, steps: steps), lease: grant.lease, worker: 1, seconds: 1, at: now)
            #expect(dispatcher.longestTask == limit)
        }
        let grant = try #require(dispatcher.assign(at: now).first)
        let start = now
        while now < start + 700, dispatcher.outstanding(of: 1) > 0 {
            now += 1
            dispatcher.heartbeat(
                1, progress: UInt64(now), held: [grant.lease], capacity: 1, at: now)
            dispatcher.tick(at: now)
        }
        #expect((200...202).contains(now - start))
        #expect(quarantined(dispatcher.takeEvents()) == [1])
    }

    @Test func `a goodbye and a hello end no quarantine; an order does`() throws {
        var dispatcher = dispatcher(hosts: 2)
        for _ in 0..<3 { dispatcher.offence(lease: nil, worker: 1, at: 0) }
        dispatcher.leave(1)
        dispatcher.introduce(3, of: 1, at: 1)
        dispatcher.join(3, slots: 1, capacity: 1, at: 1)
        _ = dispatcher.submit(count: 4)
        #expect(dispatcher.assign(at: 1).map(\.worker) == [2])
        dispatcher.release(party: 1)
        #expect(dispatcher.assign(at: 1).map(\.worker) == [3])
        #expect(dispatcher.takeEvents().contains(.released(1)))
        try dispatcher.checkInvariants()
    }

    @Test func `a claim is confirmed by another host, or stands where there is none`() throws {
        var dispatcher = dispatcher(hosts: 2)
        let (_, tasks) = dispatcher.submit(
            count: 2, claims: [0: (outcome(3), 1), 1: (outcome(4), 1)], at: 0)
        let grants = dispatcher.assign(at: 0)
        #expect(grants.allSatisfy { $0.worker == 2 })
        let events = try work(&dispatcher) { _ in nil }
        #expect(events.isEmpty)
        dispatcher.result(
            outcome(3), lease: grants[0].lease, worker: 2, seconds: 1, at: 1)
        #expect(completed(dispatcher.takeEvents())[tasks.lowerBound]?.1 == true)
        dispatcher.lose(2, .disconnection)
        dispatcher.tick(at: 2)
        let rest = completed(dispatcher.takeEvents())
        #expect(rest[tasks.upperBound]?.1 == false)
        #expect(rest[tasks.upperBound]?.value == 4)
        #expect(dispatcher.isEmpty)
    }

    @Test func `who did not look for a while does not hold that against others`() throws {
        var dispatcher = dispatcher(hosts: 1)
        _ = dispatcher.submit(count: 1)
        _ = dispatcher.assign(at: 0)
        dispatcher.tick(at: 0.1)
        dispatcher.tick(at: 5000)
        #expect(dispatcher.takeEvents().isEmpty)
        // From then on silence is silence.
        for time in 1...12 { dispatcher.tick(at: 5000 + Double(time)) }
        #expect(dispatcher.counters.deaths == 1)
    }
}
