// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Dispatching
import Episodes
import SeededRandom
import Testing

/// A cluster in the imagination: workers that take a while for each task, die of guilty tasks and
/// at random, and are replaced at once.
private struct Simulation {
    var dispatcher = Dispatcher()
    var guilty: Set<UInt64> = []
    /// Chance that a worker is killed in a step of 0.1 s.
    var killRate = 0.0
    var random = PCG64(seed: 1)
    var workers: [Int: [(grant: Dispatcher.Grant, end: Double)]] = [:]
    var nextWorker = 1
    var now = 0.0
    var setAside: Set<UInt64> = []
    var completed: Set<UInt64> = []
    var killed = 0

    init(workers count: Int, slots: Int = 4) {
        for _ in 0..<count { start(slots: slots) }
    }

    private mutating func start(slots: Int) {
        workers[nextWorker] = []
        dispatcher.join(nextWorker, slots: slots, capacity: slots + 1, at: now)
        nextWorker += 1
    }

    private mutating func kill(_ worker: Int) {
        workers[worker] = nil
        dispatcher.lose(worker, .disconnection)
        killed += 1
        start(slots: 4)
    }

    /// Runs until all is done; false when it takes absurdly long.
    mutating func run() -> Bool {
        for _ in 0..<1_000_000 {
            if dispatcher.openTasks == 0 { return true }
            now += 0.1
            for grant in dispatcher.assign(at: now) {
                workers[grant.worker]?.append((grant, now + 1 + random.unit()))
            }
            for worker in workers.keys.sorted() {
                let held = workers[worker] ?? []
                for (grant, end) in held where end <= now {
                    if guilty.contains(grant.task) {
                        kill(worker)
                        break
                    }
                    workers[worker]?.removeAll { $0.grant == grant }
                    dispatcher.result(
                        EpisodeOutcome(
                            episodeReturn: 1, steps: 1, tilesVisited: 0, trackTiles: 1,
                            end: .lapCompleted),
                        lease: grant.lease, worker: worker, seconds: 1, at: now)
                }
                guard let left = workers[worker] else { continue }
                if killRate > 0, random.unit() < killRate {
                    kill(worker)
                } else {
                    dispatcher.heartbeat(
                        worker, progress: UInt64(now * 10), held: left.map(\.grant.lease),
                        capacity: 5, at: now)
                }
            }
            dispatcher.tick(at: now)
            for event in dispatcher.takeEvents() {
                switch event {
                case .completed(let task, _, _):
                    #expect(completed.insert(task).inserted)
                case .setAside(let task, _, _): #expect(setAside.insert(task).inserted)
                default: break
                }
            }
        }
        return false
    }
}

struct IsolationTests {
    @Test(arguments: [1, 2, 5])
    func `a task that kills its workers is set aside after three deaths apart`(workers: Int) {
        var simulation = Simulation(workers: workers)
        let job = simulation.dispatcher.submit(count: 40)
        simulation.guilty = [job.tasks.lowerBound + 11]
        let finishes = simulation.run()
        #expect(finishes)
        #expect(simulation.setAside == simulation.guilty)
        #expect(simulation.completed.count == 39)
        // Once among others, then three times apart from other suspects.
        #expect(simulation.killed == 4)
    }

    @Test func `two guilty tasks side by side take no innocent with them`() {
        var simulation = Simulation(workers: 3)
        let job = simulation.dispatcher.submit(count: 60)
        simulation.guilty = [job.tasks.lowerBound + 4, job.tasks.lowerBound + 5]
        let finishes = simulation.run()
        #expect(finishes)
        #expect(simulation.setAside == simulation.guilty)
        #expect(simulation.completed.count == 58)
    }

    @Test(arguments: [UInt64](0..<20))
    func `workers that die at random cost no innocent task its place`(seed: UInt64) {
        var simulation = Simulation(workers: 3)
        // Each worker lives some 7 s, each task takes 1 to 2 s.
        simulation.killRate = 0.015
        simulation.random = PCG64(seed: seed)
        let job = simulation.dispatcher.submit(count: 300)
        let finishes = simulation.run()
        #expect(finishes)
        #expect(simulation.setAside.isEmpty)
        #expect(simulation.completed.count == job.tasks.count)
        #expect(simulation.killed > 10)
    }

    @Test func `a guilty task is found among random deaths too`() {
        var simulation = Simulation(workers: 3)
        simulation.killRate = 0.005
        let job = simulation.dispatcher.submit(count: 200)
        simulation.guilty = [job.tasks.upperBound - 50]
        let finishes = simulation.run()
        #expect(finishes)
        #expect(simulation.setAside == simulation.guilty)
        #expect(simulation.completed.count == 199)
    }

    @Test func `a worker that returns was not dead: nothing speaks against its tasks`() {
        var dispatcher = Dispatcher()
        let job = dispatcher.submit(count: 1)
        for round in 0..<10 {
            let now = Double(round) * 100
            dispatcher.join(1, slots: 1, capacity: 1, at: now)
            let given = dispatcher.assign(at: now).map(\.task)
            #expect(given == [job.tasks.lowerBound])
            // Who does not look for long forgives silence.
            for second in 0..<100 { dispatcher.tick(at: now + Double(second)) }
        }
        #expect(dispatcher.counters.deaths == 10)
        #expect(dispatcher.counters.setAside == 0)
    }
}
