// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Dispatching
import Episodes
import Testing

struct SpeculationTests {
    private func outcome(_ value: Double) -> EpisodeOutcome {
        EpisodeOutcome(
            episodeReturn: value, steps: 10, tilesVisited: 1, trackTiles: 2, end: .lapCompleted)
    }

    private func vote(
        _ value: Double, _ worker: Int, seconds: Double = 1
    ) -> Dispatcher.Vote {
        Dispatcher.Vote(outcome: outcome(value), worker: worker, party: -worker, seconds: seconds)
    }

    /// One task of four hangs back on worker 1; worker 2 is idle.
    private func straggler() -> (Dispatcher, Dispatcher.Grant) {
        var dispatcher = Dispatcher()
        dispatcher.join(1, slots: 2, capacity: 2, at: 0)
        dispatcher.join(2, slots: 2, capacity: 2, at: 0)
        _ = dispatcher.submit(count: 4)
        let grants = dispatcher.assign(at: 0)
        let slow = grants.filter { $0.worker == 1 }[0]
        for grant in grants where grant != slow {
            dispatcher.result(
                outcome(1), lease: grant.lease, worker: grant.worker, seconds: 1, at: 1)
        }
        _ = dispatcher.takeEvents()
        return (dispatcher, slow)
    }

    @Test func `an idle worker repeats the slowest task, once`() {
        var (dispatcher, slow) = straggler()
        let value1 = dispatcher.assign(at: 1.2)
        #expect(value1.isEmpty)
        let copies = dispatcher.assign(at: 2)
        #expect(copies.map(\.task) == [slow.task])
        #expect(copies.map(\.worker) == [2])
        let value2 = dispatcher.assign(at: 20)
        #expect(value2.isEmpty)
        dispatcher.result(outcome(7), lease: copies[0].lease, worker: 2, seconds: 1, at: 3)
        #expect(dispatcher.openTasks == 0)
        dispatcher.result(outcome(7), lease: slow.lease, worker: 1, seconds: 3, at: 4)
        #expect(dispatcher.counters.duplicates == 1)
        #expect(dispatcher.counters.completed == 4)
        #expect(dispatcher.isEmpty)
    }

    @Test func `what is held since before any result is repeated as well`() {
        var dispatcher = Dispatcher()
        dispatcher.join(1, slots: 2, capacity: 2, at: 0)
        _ = dispatcher.submit(count: 2)
        let held = dispatcher.assign(at: 0).map(\.lease)
        dispatcher.join(2, slots: 2, capacity: 2, at: 0)
        var copies: [Dispatcher.Grant] = []
        for second in 1...11 {
            let now = Double(second)
            dispatcher.heartbeat(1, progress: UInt64(second), held: held, capacity: 2, at: now)
            dispatcher.heartbeat(2, progress: 0, held: [], capacity: 2, at: now)
            dispatcher.tick(at: now)
            copies += dispatcher.assign(at: now)
            if second == 10 { #expect(copies.isEmpty) }
        }
        #expect(copies.map(\.worker) == [2, 2])
        for grant in copies {
            dispatcher.result(outcome(1), lease: grant.lease, worker: 2, seconds: 1, at: 12)
        }
        #expect(dispatcher.openTasks == 0)
    }

    /// When a task is handed out that nobody who has it answers, of six workers with a slot each.
    private func times(_ dispatcher: inout Dispatcher, until end: Int) -> [Double] {
        var held: [Int: [UInt64]] = [:]
        var times: [Double] = []
        for second in 0...end {
            let now = Double(second)
            for worker in 1...6 {
                dispatcher.heartbeat(
                    worker, progress: UInt64(second), held: held[worker] ?? [], capacity: 1,
                    at: now)
            }
            dispatcher.tick(at: now)
            for grant in dispatcher.assign(at: now) {
                held[grant.worker, default: []].append(grant.lease)
                times.append(now)
            }
        }
        return times
    }

    private func six() -> Dispatcher {
        var configuration = Dispatcher.Configuration()
        configuration.copies = 4
        var dispatcher = Dispatcher(configuration: configuration)
        for worker in 1...6 { dispatcher.join(worker, slots: 1, capacity: 1, at: 0) }
        return dispatcher
    }

    @Test func `what all its holders keep goes to one more, each time later, up to a number`() {
        var dispatcher = six()
        _ = dispatcher.submit(count: 1)
        #expect(times(&dispatcher, until: 300) == [0, 11, 21, 41])
    }

    @Test func `one that may be a killer is repeated, though later`() {
        var dispatcher = six()
        _ = dispatcher.submit(count: 1)
        let grant = dispatcher.assign(at: 0)[0]
        dispatcher.lose(grant.worker, .disconnection)
        #expect(times(&dispatcher, until: 150) == [0, 81])
    }

    @Test func `results that differ name both workers, and the first stays`() {
        var (dispatcher, slow) = straggler()
        let copy = dispatcher.assign(at: 2)[0]
        dispatcher.result(outcome(7), lease: copy.lease, worker: 2, seconds: 1, at: 3)
        _ = dispatcher.takeEvents()
        dispatcher.result(outcome(8), lease: slow.lease, worker: 1, seconds: 3, at: 4)
        let events = dispatcher.takeEvents()
        #expect(
            events == [
                .disagreed(slow.task, first: vote(7, 2), second: vote(8, 1, seconds: 3)),
                .undecided(slow.task, vote(7, 2), vote(8, 1, seconds: 3)),
            ])
        #expect(dispatcher.counters.disagreements == 1)
        #expect(dispatcher.counters.completed == 4)
    }

    @Test func `two recordings of one episode are compared as well`() {
        var dispatcher = Dispatcher()
        dispatcher.join(1, slots: 1, capacity: 1, at: 0)
        dispatcher.join(2, slots: 1, capacity: 1, at: 0)
        let tasks = Array(dispatcher.submit(count: 2).tasks)
        let grants = dispatcher.assign(at: 0)
        func recorded(_ byte: UInt8) -> EpisodeOutcome {
            EpisodeOutcome(
                episodeReturn: 1, steps: 10, tilesVisited: 1, trackTiles: 2, end: .timeLimit,
                fileDigest: [byte])
        }
        let first = dispatcher.result(
            recorded(1), lease: grants[0].lease, worker: grants[0].worker, seconds: 1, at: 1)
        #expect(first == tasks[0])
        let copy = dispatcher.assign(at: 100)
        #expect(copy.map(\.task) == [tasks[1]])
        for (grant, byte) in [(grants[1], 5), (copy[0], 6)] as [(Dispatcher.Grant, UInt8)] {
            #expect(dispatcher.expects(grant.lease, from: grant.worker))
            #expect(!dispatcher.expects(grant.lease, from: grant.worker + 1))
            let completed = dispatcher.result(
                recorded(byte), lease: grant.lease, worker: grant.worker, seconds: 1, at: 101)
            #expect(completed == (byte == 5 ? tasks[1] : nil))
            #expect(!dispatcher.expects(grant.lease, from: grant.worker))
        }
        #expect(dispatcher.counters.disagreements == 1)
        #expect(dispatcher.isEmpty)
    }

    @Test func `nothing is repeated when it is switched off`() {
        var configuration = Dispatcher.Configuration()
        configuration.speculates = false
        var dispatcher = Dispatcher(configuration: configuration)
        dispatcher.join(1, slots: 1, capacity: 1, at: 0)
        dispatcher.join(2, slots: 1, capacity: 1, at: 0)
        _ = dispatcher.submit(count: 2)
        let grants = dispatcher.assign(at: 0)
        dispatcher.result(
            outcome(1), lease: grants[0].lease, worker: grants[0].worker, seconds: 1, at: 1)
        let value3 = dispatcher.assign(at: 100)
        #expect(value3.isEmpty)
    }
}
