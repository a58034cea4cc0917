// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import Digests
package import ClusterProtocol
import Episodes
import Foundation

/// The coordinator's side of the conversation with all of its workers, as a value.
///
/// It is told what came and when, says what to do, and owns no socket, no thread and no clock.
///
/// It knows who speaks, and puts recordings together; who drives what, and who counts as dead, is
/// the dispatcher's.
package struct CoordinatorSession: Sendable {
    /// Connections that may have said Hello at once.
    private static let peerLimit = 20_000

    /// What it serves, and to whom.
    package let configuration: Configuration
    /// The workers by their numbers.
    package internal(set) var workers: [WorkerKey: Worker] = [:]
    /// Messages that were dropped.
    package var malformed = RateLimitedCount()

    var peers: [PeerIdentifier: Peer] = [:]
    var keys: [Data: WorkerKey] = [:]
    var recordings: RecordingAssembly
    var limits = RequestLimits()
    var nextWorker: WorkerKey = 1
    var nextSession: UInt64
    /// Why workers wait; nil once there is something to drive.
    var preparation: String?
    /// Connections that were told to wait.
    package internal(set) var waitingPeers: Set<PeerIdentifier> = []
    var actions: [Action] = []

    /// A coordinator without workers.
    ///
    /// - Parameters:
    ///   - configuration: What it serves, and to whom.
    ///   - firstSession: Where sessions are counted from; random, so that a message for an earlier
    ///     life of the coordinator is not taken for one of this life.
    package init(configuration: Configuration, firstSession: UInt64) {
        self.configuration = configuration
        preparation = configuration.preparation
        recordings = RecordingAssembly(limit: configuration.recordingBytes)
        // Room to count without wrapping; 0 is no session.
        nextSession = firstSession >> 1 + 1
    }

    /// The actions since the last call, in order.
    package mutating func takeActions() -> [Action] {
        defer { actions = [] }
        return actions
    }

    /// Connections that said Hello.
    package var peerCount: Int { peers.count }
    /// Who is connected.
    package var connectedPeers: [PeerIdentifier] { Array(peers.keys) + waitingPeers }
    /// Whether any worker that has loaded the models is connected.
    package var hasReadyWorker: Bool { peers.values.contains(where: \.isReady) }

    /// What a worker is called, also one that is not known any more.
    package func name(of worker: WorkerKey) -> String {
        workers[worker]?.name ?? "worker \(worker)"
    }

    /// The workers that are connected, and whether each has loaded the models.
    package var connectedWorkers: [(key: WorkerKey, isReady: Bool)] {
        peers.values.map { ($0.worker, $0.isReady) }
    }

    // MARK: What arrives

    /// A frame came.
    ///
    /// - Parameters:
    ///   - bytes: The frame.
    ///   - peer: By which connection.
    ///   - origin: Whose it is.
    ///   - now: The time.
    ///   - isExpected: Whether a result for a lease may still come from a worker.
    package mutating func received(
        _ bytes: [UInt8], from peer: PeerIdentifier, _ origin: PeerOrigin = PeerOrigin(),
        at now: Seconds,
        isExpected: (LeaseKey, WorkerKey) -> Bool
    ) {
        let frame: WorkerFrame
        do {
            frame = try WorkerFrame(decoding: bytes)
        } catch {
            malformed.add("\(error) from peer \(Data(peer.bytes).hexadecimal)")
            if case .version(let theirs, let ours) = error, theirs != 0,
                grants(.unknown, to: peer, origin, at: now)
            {
                refuse(
                    peer, .protocolVersion,
                    "the worker speaks protocol version \(theirs), the coordinator \(ours) "
                        + "(worldmodels \(Software.version)); use the same build on both")
            }
            return
        }
        if let reason = objection(to: frame.message, from: origin) {
            guard grants(.unknown, to: peer, origin, at: now) else { return }
            actions.append(.refused(origin.key?.text ?? "a client", reason))
            if case .scale = frame.message { return send(.scaled(.refused(reason)), to: peer) }
            return refuse(peer, .other, reason)
        }
        switch frame.message {
        case .hello(let hello):
            if grants(.hello, to: peer, origin, at: now) {
                welcome(hello, peer, origin, at: now)
            }
        case .statusRequest:
            if grants(.status, to: peer, origin, at: now) { actions.append(.statusAsked(peer)) }
        case .scale(let host, let cores):
            if grants(.status, to: peer, origin, at: now) {
                send(.scaled(scale(host: host, to: cores)), to: peer)
            }
        default:
            guard let state = peers[peer], state.session == frame.session,
                frame.run == configuration.run
            else {
                guard grants(.unknown, to: peer, origin, at: now) else { return }
                return send(.rejoin, to: peer, session: frame.session)
            }
            actions.append(.heard(state.worker))
            handle(frame.message, of: state, peer, isExpected: isExpected)
        }
    }

    /// Whether a request is answered; there may be floods of them.
    mutating func grants(
        _ request: RequestLimits.Request, to peer: PeerIdentifier, _ origin: PeerOrigin,
        at now: Seconds
    ) -> Bool {
        let verdict = limits.judge(request, by: peer, origin, at: now)
        if verdict == .granted { return true }
        malformed.add(
            "more requests than are answered, from "
                + (origin.address ?? "peer \(Data(peer.bytes).hexadecimal)"))
        if verdict == .flood { actions.append(.cutOff(peer)) }
        return false
    }

    /// A connection broke.
    package mutating func disconnected(_ peer: PeerIdentifier) {
        waitingPeers.remove(peer)
        guard let state = drop(peer) else { return }
        if state.isReady { actions.append(.lost(state.worker)) }
    }

    mutating func handle(
        _ message: WorkerMessage, of state: Peer, _ peer: PeerIdentifier,
        isExpected: (LeaseKey, WorkerKey) -> Bool
    ) {
        switch message {
        case .modelRequest(let sha256, let offset): sendPiece(of: sha256, at: offset, to: peer)
        case .ready(let capacity, let cores): join(peer, capacity: capacity, cores: cores)
        case .results(let results):
            guard state.isReady else { return }
            for result in results { accept(result, from: state.worker, peer, isExpected) }
        case .recordingPiece(let piece):
            guard state.isReady else { return }
            accept(piece, from: state.worker, peer, isExpected)
        case .heartbeat(let heartbeat):
            // Only who takes part says so; its Ready was lost on the way.
            if !state.isReady {
                join(peer, capacity: heartbeat.capacity, cores: heartbeat.wantedCores)
            }
            workers[state.worker]?.cores = heartbeat.cores
            workers[state.worker]?.wantedCores = heartbeat.wantedCores
            workers[state.worker]?.coreSteps = heartbeat.progress
            actions.append(.heartbeat(state.worker, heartbeat))
        case .coreLost(let loss):
            if state.isReady { actions.append(.coreLost(state.worker, loss)) }
        case .goodbye(let reason):
            // It waits for this before it ends the connection.
            send(.farewell(.answered, reason: "goodbye"), to: peer)
            _ = drop(peer)
            actions.append(.left(state.worker, reason))
        case .hello, .statusRequest, .scale: return
        }
    }

    mutating func join(_ peer: PeerIdentifier, capacity: Int, cores: Int) {
        guard let worker = peers[peer]?.worker else { return }
        peers[peer]?.isReady = true
        workers[worker]?.cores = cores
        workers[worker]?.wantedCores = cores
        let slots = slots(of: worker)
        actions.append(.joined(worker, slots: slots, cores: cores, capacity: capacity))
    }

    /// Episodes that a worker runs at once.
    package func slots(of worker: WorkerKey) -> Int {
        workers[worker].map { $0.wantedCores * $0.hello.environments } ?? 0
    }

    /// Takes a piece of a recording; one that no lease asks for, or that does not continue what came
    /// before, is dropped.
    mutating func accept(
        _ piece: RecordingPiece, from worker: WorkerKey, _ peer: PeerIdentifier,
        _ isExpected: (LeaseKey, WorkerKey) -> Bool
    ) {
        guard isExpected(piece.lease, worker) else {
            return drop("a piece of a recording that nobody waits for", from: worker)
        }
        do {
            try recordings.take(piece, from: peer)
        } catch {
            drop("\(error)", from: worker)
        }
    }

    mutating func drop(_ what: String, from worker: WorkerKey) {
        let name = name(of: worker)
        malformed.add("\(what) from \(name)")
    }

    /// Takes a result; a recording's counts with its file alone.
    mutating func accept(
        _ result: LeasedResult, from worker: WorkerKey, _ peer: PeerIdentifier,
        _ isExpected: (LeaseKey, WorkerKey) -> Bool
    ) {
        switch result.report {
        case .failure(let failure): actions.append(.failed(worker, result.lease, failure))
        case .implausible(let problem):
            offend(worker, result.lease, "a result with \(problem)")
        case .outcome(let outcome):
            do {
                // A late result's file is not looked at.
                let file =
                    isExpected(result.lease, worker)
                    ? try recordings.finish(result.lease, digest: outcome.fileDigest, from: peer)
                    : nil
                actions.append(
                    .result(
                        worker, result.lease, outcome, seconds: result.seconds,
                        coreSeconds: result.coreSeconds, core: result.core, file: file))
            } catch {
                offend(worker, result.lease, "\(error)")
            }
        }
    }

    mutating func offend(_ worker: WorkerKey, _ lease: LeaseKey, _ problem: String) {
        drop(problem, from: worker)
        actions.append(.offence(worker, lease))
    }

    // MARK: Who takes part

    mutating func welcome(
        _ hello: Hello, _ peer: PeerIdentifier, _ origin: PeerOrigin, at now: Seconds
    ) {
        let name = "\(hello.host)/\(hello.process)"
        if let wanted = configuration.fingerprint, wanted != hello.fingerprint {
            let reason =
                "the worker computes with \(hello.fingerprint), the run with \(wanted); "
                + "results would differ in their last bits"
            actions.append(.refused(name, reason))
            return refuse(peer, .fingerprint, reason)
        }
        if let preparation, waitingPeers.count < Self.peerLimit {
            waitingPeers.insert(peer)
            return send(.wait(preparation), to: peer)
        }
        let others = peers.count - (peers[peer] == nil ? 0 : 1)
        if others >= configuration.maximumWorkers ?? Self.peerLimit {
            let reason = "the coordinator has its \(others) workers already"
            actions.append(.refused(name, reason))
            return refuse(peer, .full, reason)
        }
        let worker = keys[hello.instance] ?? nextWorker
        if worker == nextWorker {
            nextWorker += 1
            keys[hello.instance] = worker
        } else if let old = workers[worker]?.peer, old != peer {
            peers[old] = nil
        }
        // A connection is one worker: whoever says another name takes the first one back, so that
        // a flood of names costs no memory.
        if let former = peers[peer]?.worker, former != worker {
            workers[former]?.peer = nil
            actions.append(.replaced(former))
        }
        workers[worker] = Worker(
            hello: hello, party: origin.party(host: hello.host), peer: peer,
            joined: workers[worker]?.joined ?? now,
            completed: workers[worker]?.completed ?? 0, errors: workers[worker]?.errors ?? 0)
        peers[peer] = Peer(worker: worker, session: nextSession)
        nextSession += 1
        actions.append(.introduced(worker))
        send(
            .welcome(
                Welcome(
                    models: configuration.models.map(\.description), work: configuration.work,
                    heartbeatSeconds: configuration.heartbeatSeconds)), to: peer)
    }

    /// Counts an episode that a worker was the first to finish.
    package mutating func countCompletion(by worker: WorkerKey) {
        workers[worker]?.completed += 1
    }

    /// Counts something that a worker did wrong.
    package mutating func countError(of worker: WorkerKey) {
        workers[worker]?.errors += 1
    }

    /// Ends a worker's session: it is silent, and may say Hello again.
    package mutating func hangUp(_ worker: WorkerKey) {
        if let peer = workers[worker]?.peer { _ = drop(peer) }
    }

    /// Forgets a worker.
    package mutating func forget(_ worker: WorkerKey) {
        guard let known = workers.removeValue(forKey: worker) else { return }
        keys[known.hello.instance] = nil
        if let peer = known.peer { peers[peer] = nil }
    }

    /// Forgets what has come of recordings whose lease or peer is gone.
    package mutating func sweepRecordings(isExpected: (LeaseKey, WorkerKey) -> Bool) {
        let peers = peers
        recordings.keep { peer, lease in
            peers[peer].map { isExpected(lease, $0.worker) } ?? false
        }
    }

    mutating func drop(_ peer: PeerIdentifier) -> Peer? {
        guard let state = peers.removeValue(forKey: peer) else { return nil }
        workers[state.worker]?.peer = nil
        return state
    }
}
