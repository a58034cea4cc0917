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
    /// One worker; an object, since to look at a value in an array is to copy it.
    private final class Member {
        var session: WorkerSession
        /// When each of its environments is free.
        var freeAt: [Double]

        init(_ session: WorkerSession, slots: Int) {
            self.session = session
            freeAt = [Double](repeating: 0, count: slots)
        }
    }

    /// An episode under way: numbers alone, which a heap moves without counting references.
    private struct Running {
        var end: Double
        var member: Int
        var lease: UInt64
        var episode: Episode
        var core: Int
    }

    private let sockets: SocketFleet
    private let cores: Int
    private let environments: Int
    private let taskSeconds: Double
    private let members: [Member]
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
            return Member(
                WorkerSession(configuration: configuration), slots: cores * environments)
        }
    }

    private var now: Double { (ContinuousClock.now - start).seconds }

    /// Works until the coordinator says farewell; asks now and then whether to go on.
    func run(while isWanted: () -> Bool = { true }) throws {
        for member in members.indices {
            members[member].session.connected(at: now)
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
                members[member].session.received(bytes, at: now)
                try perform(member)
            }
            try sendResults()
            guard now >= nextLook else { continue }
            nextLook = now + 0.05
            guard isWanted() else { return }
            progress += 1
            let signs = [WorkerSession.CoreSigns](
                repeating: WorkerSession.CoreSigns(progress: progress, isBusy: true), count: cores)
            for (index, member) in members.enumerated()
            where member.session.deadline(after: now) <= now {
                member.session.tick(at: now, cores: signs)
                try perform(index)
            }
        }
    }

    private func perform(_ member: Int) throws {
        for action in members[member].session.takeActions() {
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
        let freeAt = members[member].freeAt
        let slot = freeAt.indices.min { freeAt[$0] < freeAt[$1] } ?? 0
        let end = max(now, freeAt[slot]) + taskSeconds
        members[member].freeAt[slot] = end
        push(
            Running(
                end: end, member: member, lease: order.lease, episode: order.episode,
                core: slot / environments))
    }

    private func sendResults() throws {
        let time = now
        var done: Set<Int> = []
        while let first = running.first, first.end <= time {
            pop()
            done.insert(first.member)
            members[first.member].session.finished(
                FinishedEpisode(
                    ticket: first.lease, episode: first.episode,
                    outcome: .success(
                        EpisodeOutcome(
                            episodeReturn: Double(first.episode.name.candidate),
                            steps: 1000, tilesVisited: 100, trackTiles: 300, end: .timeLimit))),
                seconds: taskSeconds, core: first.core)
        }
        for index in done {
            let member = members[index]
            while let frame = member.session.nextResults, try sockets.send(frame, by: index) {
                member.session.resultsSent()
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
