// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import Digests
package import Episodes
import Foundation
import SeededRandom

import ClusterSessions
import RolloutServer

/// A coordinator's server and its workers in one process, under a virtual clock and one generator.
///
/// Connections keep order and lose what is under way when they break; a sender whose queue is full
/// loses a message. Processes are killed, paused, cut off and return; engines hang; the disk is slow.
/// All of it follows from the seed.
///
/// Sendable without checks: one task drives a story from its beginning to its end.
package final class SimulatedCluster: @unchecked Sendable {
    /// How eventful a story is.
    package struct Script: Sendable {
        package var workers = 3
        /// What the last worker is like.
        package var last = SimulatedWorker.Character.honest
        /// Mean time between two faults; nil: none.
        package var faultSeconds: Double? = 1
        /// No fault begins after this.
        package var faultsEnd = 12.0
        /// All work must be done so long after the last fault.
        package var patience = 60.0
        /// The chance that a control message finds no room.
        package var loss = 0.0
        /// Time that the disk takes for a result.
        package var diskSeconds = 0.0
        /// Whether episodes are recorded: their files travel with the results.
        package var records = false
        /// Whether faults may end the coordinator too.
        package var killsCoordinator = true

        package init() {}
    }

    /// The server has given the work up, as it does where nobody can decide between two results.
    package struct GivenUp: Error {
        /// Why.
        package var reason: String
    }

    /// The coordinator's process ends here.
    package struct Crash: Error {
        /// The end.
        package init() {}
    }

    enum Event {
        case toServer(connection: Int, [UInt8])
        case toWorker(connection: Int, [UInt8])
        case connect(worker: Int, life: Int)
        case workerNotices(connection: Int)
        case serverNotices(connection: Int)
        case workerTurn(worker: Int, life: Int)
        case episodeEnds(worker: Int, life: Int, lease: UInt64)
        case serverTurn(life: Int)
        case taken(life: Int, ServerCore.Delivery)
        case fault
        case workerReturns(worker: Int)
    }

    struct Connection {
        var worker: Int
        var peer: PeerIdentifier
        var serverLife: Int
        var isOpen = true
        /// Whether the worker has ended in peace: what it sent still arrives.
        var deliversRest = false
        var cutUntil = 0.0
        /// Whether the first piece of a model on it will come damaged.
        var spoilsModel: Bool
        var lastToServer = 0.0
        var lastToWorker = 0.0
    }

    let script: Script
    var random: PCG64
    var clock = 0.0
    var queue = EventQueue<Event>()
    var workers: [SimulatedWorker] = []
    var connections: [Connection] = []
    var server: ServerCore?
    var serverLife = 0
    var ticket = 0
    var taken: [ServerCore.Delivery] = []
    /// Bytes of files that were delivered and that the disk has not taken.
    var waitingBytes = 0
    /// When the last fault ended.
    var quietSince = 0.0
    /// Episodes whose results were taken: none of them may be asked for again.
    var acknowledged: Set<EpisodeName> = []
    /// Who is not to be believed, as the server has told and nobody has heard.
    var distrusted: [(party: String, reason: String)] = []
    /// Why the server has given the batch up.
    var givenUp: String?
    /// What happened, where somebody wants to know.
    package var history: [String]?

    /// A cluster without a server; its workers knock.
    ///
    /// - Parameters:
    ///   - script: How eventful it is.
    ///   - seed: The story.
    ///   - tells: Whether a history is kept.
    package init(_ script: Script, seed: UInt64, tells: Bool = false) {
        self.script = script
        random = PCG64(seed: seed)
        history = tells ? [] : nil
        for index in 0..<script.workers {
            workers.append(
                SimulatedWorker(
                    index: index,
                    character: index == script.workers - 1 ? script.last : .honest,
                    slots: 1 + Int(random.integer(below: 3)),
                    clockOffset: random.uniform(-1e6, 1e6),
                    clockRate: random.uniform(0.9, 1.1)))
            queue.add(.workerReturns(worker: index), at: random.uniform(0, 0.5))
        }
        if script.faultSeconds != nil { queue.add(.fault, at: random.uniform(0.1, 2)) }
    }

    func note(_ line: @autoclosure () -> String) {
        guard history != nil else { return }
        history?.append("\(String(format: "%8.3f", clock))  \(line())")
    }

    // MARK: The coordinator

    /// The bytes that every engine is to be made of.
    static let model = Data([1, 2, 3])

    /// Starts the coordinator's process.
    package func startServer() {
        serverLife += 1
        var session = CoordinatorSession.Configuration(
            run: "story", models: [ServedModel(name: "vae", data: Self.model)],
            work: script.records ? .record(settings: Data()) : .score(settings: Data()))
        session.heartbeatSeconds = 0.1
        session.recordingBytes = script.records ? SimulatedWorker.largestFile : 0
        var configuration = ServerCore.Configuration(session: session)
        configuration.backlogBytes = SimulatedWorker.largestFile
        configuration.leaseSeconds = 1
        configuration.stallSeconds = 2
        // Workers are killed so often here that chance alone would accuse the innocent.
        configuration.deathsToSetAside = 1000
        server = ServerCore(configuration: configuration, seed: random.next())
        taken = []
        distrusted = []
        givenUp = nil
        waitingBytes = 0
        note("the coordinator starts")
        queue.add(.serverTurn(life: serverLife), at: clock)
    }

    /// Ends the coordinator's process at once, and starts another one.
    ///
    /// - Parameter seconds: The time between the two.
    /// - Throws: `BrokenInvariant`.
    package func restartServer(after seconds: Double) throws {
        while true {
            do {
                try killServer(for: seconds)
                return startServer()
            } catch is Crash {
                // It may be killed while it is down: that changes nothing.
            }
        }
    }

    /// What any honest worker makes of an episode.
    package static func outcome(of episode: Episode, _ parameters: [Float]) -> EpisodeOutcome {
        SimulatedWorker.outcome(episode, parameters)
    }

    private func killServer(for seconds: Double) throws {
        note("the coordinator is killed")
        server = nil
        for index in connections.indices where connections[index].isOpen {
            close(index, workerNoticesAfter: random.uniform(0, 0.1), serverNoticesAfter: nil)
        }
        let end = clock + seconds
        quietSince = max(quietSince, end)
        while clock < end { try step() }
    }

    // MARK: Time

    /// Lets the next thing happen.
    ///
    /// - Throws: `Crash`, where it is the end of the coordinator; `BrokenInvariant`.
    func step() throws {
        guard let (time, event) = queue.pop() else { throw BrokenInvariant("nothing happens") }
        clock = max(clock, time)
        try handle(event)
        try server?.checkInvariants()
        if clock > max(script.faultsEnd, quietSince) + script.patience {
            throw BrokenInvariant("the work does not end")
        }
    }

    private func handle(_ event: Event) throws {
        switch event {
        case .toServer(let connection, let bytes):
            guard connections[connection].isOpen || connections[connection].deliversRest,
                connections[connection].serverLife == serverLife, server != nil
            else { return }
            let peer = connections[connection].peer
            server?.received(bytes, from: peer, at: clock)
            serverActs()
        case .serverNotices(let connection):
            guard connections[connection].serverLife == serverLife else { return }
            server?.disconnected(connections[connection].peer, at: clock)
            serverActs()
        case .serverTurn(let life):
            guard life == serverLife, server != nil else { return }
            server?.advance(to: clock, backlogBytes: waitingBytes)
            serverActs()
            queue.add(event, at: clock + 0.1)
        case .taken(let life, let delivery):
            guard life == serverLife else { return }
            waitingBytes -= delivery.file?.count ?? 0
            taken.append(delivery)
        case .toWorker(let connection, let bytes):
            let worker = connections[connection].worker
            guard connections[connection].isOpen, isPresent(worker, event) else { return }
            workers[worker].session.received(bytes, at: workers[worker].local(clock))
            try workerActs(worker)
        case .workerNotices(let connection):
            let worker = connections[connection].worker
            guard isPresent(worker, event), workers[worker].connection == connection else { return }
            workers[worker].connection = nil
            workers[worker].session.connectionLost(at: workers[worker].local(clock))
            try workerActs(worker)
            knock(worker)
        case .connect(let worker, let life):
            guard workers[worker].life == life, isPresent(worker, event) else { return }
            try connect(worker)
        case .workerTurn(let worker, let life):
            guard workers[worker].life == life, isPresent(worker, event) else { return }
            try workerTurn(worker)
        case .episodeEnds(let worker, let life, let lease):
            guard workers[worker].life == life, isPresent(worker, event) else { return }
            try episodeEnds(worker, lease, event)
        case .workerReturns(let worker):
            guard !workers[worker].isAlive else { return }
            workers[worker].begin()
            note("host\(worker) starts")
            knock(worker)
            queue.add(.workerTurn(worker: worker, life: workers[worker].life), at: clock)
        case .fault: try fault()
        }
    }

    /// Whether a worker's process runs; what comes for one that is paused comes later.
    private func isPresent(_ worker: Int, _ event: Event) -> Bool {
        guard workers[worker].isAlive else { return false }
        guard workers[worker].pausedUntil > clock else { return true }
        queue.add(event, at: workers[worker].pausedUntil)
        return false
    }

    func serverActs() {
        for action in server?.takeActions() ?? [] {
            switch action {
            case .send(let bytes, let peer):
                guard
                    let index = connections.lastIndex(where: { $0.peer == peer && $0.isOpen }),
                    random.unit() >= script.loss
                else { continue }
                transmit(bytes, by: index, toServer: false)
            case .deliver(_, let results, _):
                for result in results {
                    note("delivered: \(result.result.name)")
                    waitingBytes += result.file?.count ?? 0
                    queue.add(
                        .taken(life: serverLife, result),
                        at: clock + random.uniform(0, script.diskSeconds))
                }
            case .distrust(_, let party, let reason): distrusted.append((party, reason))
            case .fail(_, let reason): givenUp = reason
            case .statusAsked, .cutOff: break
            case .tell(let event): note("server: \(event)")
            }
        }
    }

    /// Sends by a connection, in order.
    func transmit(_ sent: [UInt8], by index: Int, toServer: Bool) {
        let bytes = toServer ? sent : spoiled(sent, by: index)
        let arrival = max(clock + random.uniform(0.001, 0.05), connections[index].cutUntil)
        if toServer {
            connections[index].lastToServer = max(connections[index].lastToServer, arrival)
            queue.add(
                .toServer(connection: index, bytes), at: connections[index].lastToServer)
        } else {
            connections[index].lastToWorker = max(connections[index].lastToWorker, arrival)
            if history != nil { describe(bytes, to: connections[index].worker) }
            queue.add(
                .toWorker(connection: index, bytes), at: connections[index].lastToWorker)
        }
    }

    /// What arrives of what the coordinator sends: a byte of a model may be another.
    private func spoiled(_ bytes: [UInt8], by index: Int) -> [UInt8] {
        guard connections[index].spoilsModel, var frame = try? CoordinatorFrame(decoding: bytes),
            case .modelPiece(let sha256, let offset, var data) = frame.message
        else { return bytes }
        connections[index].spoilsModel = false
        data[data.startIndex] ^= 1
        frame.message = .modelPiece(sha256: sha256, offset: offset, data: data)
        return frame.encoded()
    }

    private func describe(_ bytes: [UInt8], to worker: Int) {
        guard let frame = try? CoordinatorFrame(decoding: bytes),
            case .assignments(let message) = frame.message
        else { return }
        for assignment in message.assignments {
            note("to host\(worker): \(assignment.episode.name), lease \(assignment.lease)")
        }
    }

    /// Breaks a connection: what is under way is lost, and each end notices in its time.
    func close(
        _ index: Int, workerNoticesAfter worker: Double?, serverNoticesAfter server: Double?
    ) {
        connections[index].isOpen = false
        if let worker { queue.add(.workerNotices(connection: index), at: clock + worker) }
        if let server { queue.add(.serverNotices(connection: index), at: clock + server) }
    }
}

extension SimulatedCluster: EpisodeService {
    /// Lets an episode be driven again: its result was thrown away.
    package func forget(_ episode: EpisodeName) {
        acknowledged.remove(episode)
    }

    package func perform(
        _ batch: EpisodeBatch, onNews: @Sendable (EpisodeNews) throws -> Void
    ) async throws -> [EpisodeResult] {
        // A claim is to be driven twice, and what a liar drove is thrown away.
        for episode in batch.episodes
        where acknowledged.contains(episode.name) && batch.claims[episode.name] == nil
            && script.last != .liar && script.last != .babbler
        {
            throw BrokenInvariant("\(episode.name) is driven again, though its result was stored")
        }
        ticket += 1
        server?.submit(ticket, batch, at: clock)
        var results = [EpisodeResult?](repeating: nil, count: batch.episodes.count)
        var open = results.count
        while open > 0 {
            try step()
            for (party, reason) in distrusted {
                try onNews(.distrusted(party: party, reason: reason))
            }
            distrusted = []
            if let givenUp { throw GivenUp(reason: givenUp) }
            let deliveries = taken
            taken = []
            for delivery in deliveries {
                let result = delivery.result
                guard results[delivery.index] == nil else {
                    throw BrokenInvariant("\(result.name) is counted twice")
                }
                let episode = batch.episodes[delivery.index]
                var expected = SimulatedWorker.outcome(episode, batch.parameters(of: episode))
                let file = script.records ? SimulatedWorker.file(episode) : nil
                expected.fileDigest = file.map { Array(SHA256.digest($0)) } ?? []
                let isLie =
                    result.driver.party.hasPrefix("host\(workers.count - 1)@")
                    && script.last == .liar && !result.isConfirmed
                guard
                    result.episode == episode,
                    isLie || result.outcome == expected && delivery.file == file
                else { throw BrokenInvariant("\(result.name) has another's result") }
                try onNews(.finished(result, file: delivery.file))
                acknowledged.insert(result.name)
                results[delivery.index] = result
                open -= 1
            }
        }
        return results.compactMap { $0 }
    }
}
