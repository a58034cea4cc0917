// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import ClusterTransport
import Dispatching
import Episodes
import Foundation

/// A connection that said Hello.
struct Peer {
    /// Which worker speaks.
    var worker: Int
    /// Proves that a message belongs to this Hello.
    var session: UInt64
    /// Whether the worker has loaded the models.
    var isReady = false
    var lastHeard: Double
}

/// A worker's process, across its connections.
struct WorkerRecord {
    var instance: Data
    var host: String
    var process: Int
    var cores: Int
    var environments: Int
    var software: String
    var fingerprint: String
    /// Its connection; nil while it has none.
    var peer: PeerIdentifier?
    var joined: Double
    var lastHeard: Double
    var capacity = 0
    var completed = 0
    var errors = 0

    /// Host and process.
    var name: String { "\(host)/\(process)" }
}

extension ServerLoop {
    /// Connections that may have said Hello at once.
    private static let peerLimit = 20_000

    func handle(_ event: TransportEvent) throws(TransportError) {
        switch event {
        case .message(let peer, let bytes): try handle(bytes, from: peer)
        case .disconnected(let peer):
            guard let state = peers.removeValue(forKey: peer) else { return }
            workers[state.worker]?.peer = nil
            if state.isReady { dispatcher.lose(state.worker, .disconnection) }
        case .handshakeFailed(let reason): unauthenticated.add(reason)
        case .connected, .connectionLost: break
        }
    }

    private func handle(_ bytes: [UInt8], from peer: PeerIdentifier) throws(TransportError) {
        let message: WireFromWorker
        do {
            message = try WireFromWorker(validating: bytes)
        } catch {
            malformed.add("\(error) from peer \(Data(peer.bytes).hexadecimal)")
            if case .version(let theirs, let ours) = error, theirs != 0 {
                try refuse(
                    peer, .protocolVersion,
                    "the worker speaks protocol version \(theirs), the coordinator \(ours) "
                        + "(worldmodels \(SoftwareVersion.current)); use the same build on both")
            }
            return
        }
        switch message.body {
        case .hello(let hello): try welcome(hello, peer)
        case .statusRequest: try send(.status(status()), to: peer)
        default:
            guard let state = peers[peer], state.session == message.session,
                message.run == configuration.run
            else {
                try send(.rejoin(WireRejoin()), to: peer, session: message.session)
                return
            }
            peers[peer]?.lastHeard = now
            workers[state.worker]?.lastHeard = now
            try handle(message, of: state, peer)
        }
    }

    private func handle(
        _ message: WireFromWorker, of state: Peer, _ peer: PeerIdentifier
    ) throws(TransportError) {
        switch message.body {
        case .modelRequest(let request): try sendChunk(request, to: peer)
        case .ready(let ready):
            guard let record = workers[state.worker] else { return }
            peers[peer]?.isReady = true
            workers[state.worker]?.capacity = Int(ready.capacity)
            dispatcher.join(
                state.worker, slots: record.environments, capacity: Int(ready.capacity), at: now)
            events.yield(
                .joined(
                    worker: record.name, environments: record.environments,
                    fingerprint: record.fingerprint))
        case .results(let results):
            guard state.isReady else { return }
            for result in results.results { accept(result, from: state.worker, peer) }
        case .recordingChunk(let chunk):
            guard state.isReady else { return }
            accept(chunk, from: state.worker, peer)
        case .heartbeat(let heartbeat):
            guard state.isReady else { return }
            workers[state.worker]?.capacity = Int(heartbeat.capacity)
            dispatcher.heartbeat(
                state.worker, progress: heartbeat.progress, held: heartbeat.leases,
                capacity: Int(heartbeat.capacity), at: now)
        case .goodbye(let goodbye):
            peers[peer] = nil
            workers[state.worker]?.peer = nil
            dispatcher.leave(state.worker)
            events.yield(.left(worker: nameOf(worker: state.worker), reason: goodbye.reason))
        case .hello, .statusRequest, nil: break
        }
    }

    /// Takes a piece of a recording; one that no lease asks for, or that does not continue what came
    /// before, is dropped.
    private func accept(_ chunk: WireRecordingChunk, from worker: Int, _ peer: PeerIdentifier) {
        guard dispatcher.expects(chunk.lease, from: worker) else {
            malformed.add(
                "a piece of a recording that nobody waits for from \(nameOf(worker: worker))")
            return
        }
        do {
            try recordings.take(chunk, from: peer)
        } catch {
            malformed.add("\(error) from \(nameOf(worker: worker))")
        }
    }

    /// Forgets what has come of recordings whose lease or peer is gone.
    func sweepRecordings() {
        recordings.keep { peer, lease in
            peers[peer].map { dispatcher.expects(lease, from: $0.worker) } ?? false
        }
    }

    /// Takes a result; a recording's counts with its file alone.
    private func accept(_ result: WireResult, from worker: Int, _ peer: PeerIdentifier) {
        if !result.failure.isEmpty {
            dispatcher.failure(
                lease: result.lease, worker: worker, reason: result.failure, at: now)
        } else if let problem = result.implausibility {
            workers[worker]?.errors += 1
            malformed.add("a result with \(problem) from \(nameOf(worker: worker))")
            dispatcher.offence(lease: result.lease, worker: worker, at: now)
        } else {
            var file: Data?
            do {
                // A late result's file is not looked at.
                if dispatcher.expects(result.lease, from: worker) {
                    file = try recordings.finish(
                        result.lease, digest: result.recordingSha256, from: peer)
                }
            } catch {
                workers[worker]?.errors += 1
                malformed.add("\(error) from \(nameOf(worker: worker))")
                dispatcher.offence(lease: result.lease, worker: worker, at: now)
                return
            }
            guard let end = EpisodeEnd(rawValue: result.end), end != .setAside else {
                workers[worker]?.errors += 1
                malformed.add("a result with an unknown end from \(nameOf(worker: worker))")
                dispatcher.offence(lease: result.lease, worker: worker, at: now)
                return
            }
            let completed = dispatcher.result(
                EpisodeOutcome(
                    episodeReturn: result.episodeReturn, steps: Int(result.steps),
                    tilesVisited: Int(result.tilesVisited), trackTiles: Int(result.trackTiles),
                    end: end, fileDigest: Array(result.recordingSha256)),
                lease: result.lease, worker: worker, seconds: result.seconds, at: now)
            if let completed, let file { arrived[completed] = file }
        }
    }

    private func welcome(_ hello: WireHello, _ peer: PeerIdentifier) throws(TransportError) {
        let name = "\(hello.host)/\(hello.process)"
        if let wanted = configuration.fingerprint, wanted != hello.fingerprint {
            let reason =
                "the worker computes with \(hello.fingerprint), the run with \(wanted); "
                + "results would differ in their last bits"
            events.yield(.refused(worker: name, reason: reason))
            try refuse(peer, .fingerprint, reason)
            return
        }
        let known = workerKeys[hello.instance]
        let connected = peers.count - (peers[peer] == nil ? 0 : 1)
        if connected >= configuration.maximumWorkers ?? Self.peerLimit {
            let reason = "the coordinator has its \(connected) workers already"
            events.yield(.refused(worker: name, reason: reason))
            try refuse(peer, .full, reason)
            return
        }
        let worker = known ?? nextWorker
        if known == nil {
            nextWorker += 1
            workerKeys[hello.instance] = worker
        } else if let old = workers[worker]?.peer, old != peer {
            peers[old] = nil
        }
        // A connection is one worker: whoever says another name takes the first one back, so that
        // a flood of names costs no memory.
        if let former = peers[peer]?.worker, former != worker { forget(former) }
        let time = now
        workers[worker] = WorkerRecord(
            instance: hello.instance, host: hello.host, process: Int(hello.process),
            cores: Int(hello.cores), environments: Int(hello.environments),
            software: hello.software, fingerprint: hello.fingerprint, peer: peer,
            joined: workers[worker]?.joined ?? time, lastHeard: time,
            completed: workers[worker]?.completed ?? 0, errors: workers[worker]?.errors ?? 0)
        peers[peer] = Peer(
            worker: worker, session: UInt64.random(in: 1...(.max)), lastHeard: time)
        var welcome = WireWelcome()
        welcome.models = models.map(\.description)
        welcome.settings = settings
        welcome.heartbeatSeconds = configuration.heartbeatSeconds
        welcome.leaseSeconds = configuration.leaseSeconds
        welcome.software = SoftwareVersion.current
        try send(.welcome(welcome), to: peer)
    }

    private func refuse(
        _ peer: PeerIdentifier, _ reason: WireRefusal.Reason, _ text: String
    ) throws(TransportError) {
        var refusal = WireRefusal()
        refusal.reason = reason
        refusal.message = String(text.prefix(500))
        try send(.refusal(refusal), to: peer)
    }

    private func sendChunk(
        _ request: WireModelRequest, to peer: PeerIdentifier
    ) throws(TransportError) {
        guard let model = models.first(where: { $0.sha256 == request.sha256 }),
            request.offset < UInt64(model.data.count)
        else {
            malformed.add("a request for a model that is not served")
            return
        }
        let start = model.data.startIndex + Int(request.offset)
        var chunk = WireModelChunk()
        chunk.sha256 = model.sha256
        chunk.offset = request.offset
        chunk.data = model.data[start..<min(start + WireLimits.chunkBytes, model.data.endIndex)]
        try send(.modelChunk(chunk), to: peer)
    }

    private func forget(_ worker: Int) {
        if let instance = workers.removeValue(forKey: worker)?.instance {
            workerKeys[instance] = nil
        }
        dispatcher.leave(worker)
    }

    /// Forgets connections that said Hello and fell silent, and workers that will not return.
    func sweepPeers(at time: Double) {
        let silence = 3 * configuration.leaseSeconds
        for (peer, state) in peers where time - state.lastHeard > silence {
            peers[peer] = nil
            workers[state.worker]?.peer = nil
            dispatcher.lose(state.worker, .silence)
        }
        let memory = 100 * configuration.leaseSeconds
        for (worker, record) in workers where record.peer == nil {
            guard time - record.lastHeard > memory else { continue }
            workers[worker] = nil
            workerKeys[record.instance] = nil
            dispatcher.forget(worker)
        }
    }
}
