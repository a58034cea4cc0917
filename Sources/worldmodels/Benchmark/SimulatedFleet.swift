// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import ClusterProtocol
import ClusterSessions
import ClusterTransport
import Episodes
import Foundation
import RolloutWorker

/// Many workers without environments: they take tasks, wait, and reply, to measure a coordinator.
final class SimulatedFleet {
    private struct Running {
        var end: Double
        var member: Int
        var order: WorkerSession.Order
        var core: Int
    }

    private let sockets: SocketFleet
    private let cores: Int
    private let environments: Int
    private let taskSeconds: Double
    private var members: [WorkerSession]
    /// When each environment of each member is free.
    private var freeAt: [[Double]]
    /// Steps of each member's engine; simulated ones never hang.
    private var progress: UInt64 = 0
    /// A binary heap, the earliest end first.
    private var running: [Running] = []
    private var isOver = false
    private let start = ContinuousClock.now

    init(
        connectingTo endpoint: Endpoint, workers: Int, cores: Int, environments: Int,
        taskSeconds: Double
    ) throws {
        sockets = try SocketFleet(connectingTo: endpoint, count: workers)
        self.cores = cores
        self.environments = environments
        self.taskSeconds = taskSeconds
        members = (0..<workers).map { member in
            var configuration = WorkerSession.Configuration(
                environments: environments, cores: cores, fingerprint: "simulated")
            configuration.hello.host = "simulated"
            configuration.hello.process = member
            return WorkerSession(configuration: configuration)
        }
        freeAt = [[Double]](
            repeating: [Double](repeating: 0, count: cores * environments), count: workers)
    }

    private var now: Double { (ContinuousClock.now - start).seconds }

    /// Works until the coordinator says farewell; asks now and then whether to go on.
    func run(while isWanted: () -> Bool = { true }) throws {
        for member in members.indices {
            members[member].connected(at: now)
            try perform(member)
        }
        var nextLook = 0.0
        while !isOver {
            let deadline = min(running.first?.end ?? .infinity, nextLook)
            var arrived: [(Int, [UInt8])] = []
            try sockets.receive(waitingAtMost: max(0, deadline - now)) { member, bytes in
                arrived.append((member, bytes))
            }
            for (member, bytes) in arrived {
                members[member].received(bytes, at: now)
                try perform(member)
            }
            try sendResults()
            guard now >= nextLook else { continue }
            nextLook = now + 0.05
            guard isWanted() else { return }
            progress += 1
            let signs = [WorkerSession.CoreSigns](
                repeating: WorkerSession.CoreSigns(progress: progress, isBusy: true), count: cores)
            for member in members.indices where members[member].deadline(after: now) <= now {
                members[member].tick(at: now, cores: signs)
                try perform(member)
            }
        }
    }

    private func perform(_ member: Int) throws {
        for action in members[member].takeActions() {
            switch action {
            case .send(let bytes): _ = try sockets.send(bytes, by: member)
            case .begin(let orders): for order in orders { begin(order, on: member) }
            case .end(.refused(let kind, let reason)):
                throw RolloutWorker.Failure.refused(kind, reason)
            case .end, .hangUp: isOver = true
            case .startEngine, .useCores, .replaceEngine, .tell: break
            }
        }
    }

    private func begin(_ order: WorkerSession.Order, on member: Int) {
        let slot = freeAt[member].indices.min { freeAt[member][$0] < freeAt[member][$1] } ?? 0
        let end = max(now, freeAt[member][slot]) + taskSeconds
        freeAt[member][slot] = end
        push(Running(end: end, member: member, order: order, core: slot / environments))
    }

    private func sendResults() throws {
        let time = now
        var done: Set<Int> = []
        while let first = running.first, first.end <= time {
            pop()
            done.insert(first.member)
            members[first.member].finished(
                FinishedEpisode(
                    ticket: first.order.lease, episode: first.order.episode,
                    outcome: .success(
                        EpisodeOutcome(
                            episodeReturn: Double(first.order.episode.name.candidate),
                            steps: 1000, tilesVisited: 100, trackTiles: 300, end: .timeLimit))),
                seconds: taskSeconds, core: first.core)
        }
        for member in done {
            while let frame = members[member].nextResults, try sockets.send(frame, by: member) {
                members[member].resultsSent()
            }
        }
    }

    // MARK: The heap

    private func push(_ item: Running) {
        running.append(item)
        var child = running.count - 1
        while child > 0, running[child].end < running[(child - 1) / 2].end {
            running.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private func pop() {
        running.swapAt(0, running.count - 1)
        running.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < running.count && running[child].end < running[least].end {
                least = child
            }
            if least == parent { return }
            running.swapAt(parent, least)
            parent = least
        }
    }
}
