// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
package import ClusterTransport
import Foundation

/// Many workers without environments: they take tasks, wait, and reply, to measure a coordinator.
package final class SimulatedFleet {
    private struct Member {
        var instance = Data(
            (0..<WireHello.instanceBytes).map { _ in UInt8.random(in: 0...255) })
        var run = ""
        var session: UInt64 = 0
        var heartbeatSeconds = 1.0
        var nextHeartbeat = Double.infinity
        var held: Set<UInt64> = []
        var progress: UInt64 = 0
        /// When each of its environments is free.
        var freeAt: [Double]
    }

    private struct Running {
        var end: Double
        var member: Int
        var lease: UInt64
        var name: WireTaskName
    }

    private let sockets: SocketFleet
    private let environments: Int
    private let taskSeconds: Double
    private var members: [Member]
    /// A binary heap, the earliest end first.
    private var running: [Running] = []
    private var isOver = false
    private let start = ContinuousClock.now

    /// Describes the workers.
    ///
    /// - Parameters:
    ///   - endpoint: The coordinator's address.
    ///   - workers: How many.
    ///   - environments: Tasks each runs at once.
    ///   - taskSeconds: What a task takes.
    /// - Throws: `TransportError`.
    package init(
        connectingTo endpoint: Endpoint, workers: Int, environments: Int, taskSeconds: Double
    ) throws {
        sockets = try SocketFleet(connectingTo: endpoint, count: workers)
        self.environments = environments
        self.taskSeconds = taskSeconds
        members = (0..<workers).map { _ in
            Member(freeAt: [Double](repeating: 0, count: environments))
        }
    }

    private var now: Double { (ContinuousClock.now - start).seconds }

    /// Works until the coordinator says farewell.
    ///
    /// - Parameter isWanted: Asked now and then whether to go on.
    /// - Throws: `TransportError`.
    package func run(while isWanted: () -> Bool = { true }) throws {
        for member in members.indices { try sayHello(member) }
        var nextLook = 0.0
        while !isOver {
            let deadline = min(running.first?.end ?? .infinity, nextLook)
            var arrived: [(Int, [UInt8])] = []
            try sockets.receive(waitingAtMost: max(0, deadline - now)) { member, bytes in
                arrived.append((member, bytes))
            }
            for (member, bytes) in arrived { try handle(bytes, of: member) }
            try sendResults()
            if now >= nextLook {
                nextLook = now + 0.05
                guard isWanted() else { return }
                for member in members.indices where members[member].nextHeartbeat <= now {
                    try sendHeartbeat(member)
                }
            }
        }
    }

    private func handle(_ bytes: [UInt8], of member: Int) throws {
        let message = try WireFromCoordinator(validating: bytes)
        switch message.body {
        case .welcome(let welcome):
            members[member].run = message.run
            members[member].session = message.session
            members[member].heartbeatSeconds = welcome.heartbeatSeconds
            var ready = WireReady()
            ready.capacity = capacity
            try send(.ready(ready), by: member)
            // Spread over the interval, as independent hosts would be.
            members[member].nextHeartbeat =
                now + welcome.heartbeatSeconds * Double(member) / Double(members.count)
        case .assignments(let message):
            for assignment in message.assignments {
                members[member].held.insert(assignment.lease)
                begin(assignment, on: member)
            }
        case .rejoin: try sayHello(member)
        case .farewell: isOver = true
        case .refusal(let refusal): throw RolloutWorker.Failure.refused(refusal.message)
        default: break
        }
    }

    private var capacity: UInt32 { UInt32(environments + max(1, environments / 4)) }

    private func begin(_ assignment: WireAssignment, on member: Int) {
        let time = now
        let free = members[member].freeAt
        let slot = free.indices.min { free[$0] < free[$1] } ?? 0
        let end = max(time, free[slot]) + taskSeconds
        members[member].freeAt[slot] = end
        push(Running(end: end, member: member, lease: assignment.lease, name: assignment.name))
    }

    private func sendResults() throws {
        let time = now
        var batches: [Int: WireResults] = [:]
        while let first = running.first, first.end <= time {
            pop()
            members[first.member].held.remove(first.lease)
            members[first.member].progress += 1
            var result = WireResult()
            result.lease = first.lease
            result.name = first.name
            result.episodeReturn = Double(first.name.candidate)
            result.steps = 1000
            result.trackTiles = 300
            result.tilesVisited = 100
            result.end = "timeLimit"
            result.seconds = taskSeconds
            batches[first.member, default: WireResults()].results.append(result)
        }
        for (member, results) in batches {
            try send(.results(results), by: member)
        }
    }

    private func sendHeartbeat(_ member: Int) throws {
        members[member].nextHeartbeat = now + members[member].heartbeatSeconds
        // Simulated engines never hang.
        members[member].progress += 1
        var heartbeat = WireHeartbeat()
        heartbeat.progress = members[member].progress
        heartbeat.leases = Array(members[member].held)
        heartbeat.capacity = capacity
        try send(.heartbeat(heartbeat), by: member)
    }

    private func sayHello(_ member: Int) throws {
        members[member].session = 0
        var hello = WireHello()
        hello.instance = members[member].instance
        hello.host = "simulated"
        hello.process = UInt32(member)
        hello.cores = 1
        hello.environments = UInt32(environments)
        hello.software = SoftwareVersion.current
        hello.fingerprint = "simulated"
        try send(.hello(hello), by: member)
    }

    private func send(_ body: WireFromWorker.OneOf_Body, by member: Int) throws {
        var message = WireFromWorker()
        message.protocolVersion = ProtocolVersion.current
        message.run = members[member].run
        message.session = members[member].session
        message.body = body
        _ = try sockets.send(message.encoded(), by: member)
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
