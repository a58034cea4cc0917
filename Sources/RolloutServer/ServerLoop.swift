// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import ClusterTransport
import Dispatching
import Episodes
import Foundation

/// The server's event loop: the one thread that owns the transport, the dispatcher and the peers.
final class ServerLoop {
    /// Messages handled in a row before commands, the clock and dispatching get their turn.
    private static let burst = 512
    /// Seconds between two looks at the clock's consequences.
    private static let tickSeconds = 0.1

    struct Pending {
        var ticket: Int
        var index: Int
        var episode: Episode
        /// As it goes on the wire, but for the lease.
        var assignment: WireAssignment
    }

    struct Job {
        var number: Int
        var sink: ServerMailbox.Sink
        var backlog: Backlog
        var batch: [IndexedResult] = []
        var open: Int
    }

    let configuration: RolloutServer.Configuration
    let models: [ServedModel]
    let settings: Data
    let transport: any Transport
    let mailbox: ServerMailbox
    let events: AsyncStream<ServerEvent>.Continuation

    var dispatcher: Dispatcher
    var peers: [PeerIdentifier: Peer] = [:]
    var workerKeys: [Data: Int] = [:]
    var workers: [Int: WorkerRecord] = [:]
    var nextWorker = 1
    var malformed = RateLimitedCount()
    var unauthenticated = RateLimitedCount()
    var unacknowledgedDrops = 0
    var recordings: RecordingAssembly
    /// Files of tasks that are completed, until `digestEvents` passes them on.
    var arrived: [Dispatcher.TaskKey: Data] = [:]

    private var pending: [Dispatcher.TaskKey: Pending] = [:]
    /// Names of settled tasks a second copy of which is still out.
    private var names: [Dispatcher.TaskKey: EpisodeName] = [:]
    private var jobs: [Int: Job] = [:]
    private var stopReason: String?
    private var nextTick = 0.0
    private var nextSweep = 0.0
    private var lastNotice = 0.0
    private let start = ContinuousClock.now

    init(
        configuration: RolloutServer.Configuration, models: [ServedModel], settings: Data,
        transport: any Transport, mailbox: ServerMailbox,
        events: AsyncStream<ServerEvent>.Continuation
    ) {
        self.configuration = configuration
        self.models = models
        self.settings = settings
        self.transport = transport
        self.mailbox = mailbox
        self.events = events
        recordings = RecordingAssembly(limit: configuration.recordingBytes)
        var rules = Dispatcher.Configuration()
        rules.leaseSeconds = configuration.leaseSeconds
        rules.transitSeconds = 4 * configuration.heartbeatSeconds
        rules.stallSeconds = configuration.stallSeconds
        rules.speculates = configuration.speculates
        // Leases of an earlier life of the coordinator must mean nothing in this one.
        dispatcher = Dispatcher(
            configuration: rules, firstLease: UInt64.random(in: 0...(.max >> 1)))
    }

    /// Seconds since the start, by a clock that never goes back.
    var now: Double {
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }

    /// Serves until told to stop, or until the transport breaks.
    func run() {
        do {
            while stopReason == nil { try turn() }
            farewell()
            try awaitHangUps()
        } catch {
            stopReason = error.description
            events.yield(.stopped(reason: error.description))
        }
        transport.close()
        let reason = stopReason ?? "no reason"
        for job in jobs.values { job.sink.finish(throwing: ServerStopped(reason: reason)) }
        jobs = [:]
        mailbox.markStopped(reason: reason, report: report(at: now, includingWorkers: true))
        events.finish()
    }

    private func turn() throws(TransportError) {
        var event = try transport.receive(waitingAtMost: max(0, nextTick - now))
        var handled = 0
        while let current = event {
            try handle(current)
            handled += 1
            event = handled < Self.burst ? try transport.receive(waitingAtMost: 0) : nil
        }
        for command in mailbox.takeCommands() { obey(command) }
        if now >= nextTick { tick() }
        // First, so that files on their way to a slow taker count before more are asked for.
        digestEvents()
        try dispatch()
    }

    private func obey(_ command: ServerMailbox.Command) {
        switch command {
        case .submit(let ticket, let batch, let sink, let backlog):
            begin(ticket, batch, sink, backlog)
        case .cancel(let ticket):
            guard let job = jobs.removeValue(forKey: ticket) else { return }
            dispatcher.cancel(job: job.number)
            pending = pending.filter { $0.value.ticket != ticket }
        case .report(let request):
            request.answer(report(at: now, includingWorkers: request.includesWorkers))
        case .stop(let reason): stopReason = reason
        }
    }

    private func begin(
        _ ticket: Int, _ batch: EpisodeBatch, _ sink: ServerMailbox.Sink, _ backlog: Backlog
    ) {
        let (number, keys) = dispatcher.submit(count: batch.episodes.count)
        jobs[ticket] = Job(number: number, sink: sink, backlog: backlog, open: keys.count)
        pending.reserveCapacity(pending.count + keys.count)
        let vectors = batch.vectors.map(ParameterBits.encode)
        for (index, (episode, key)) in zip(batch.episodes, keys).enumerated() {
            var assignment = WireAssignment()
            assignment.name = WireTaskName(episode.name)
            assignment.parameters = vectors.isEmpty ? Data() : vectors[episode.vector]
            assignment.trackSeed = episode.trackSeed
            assignment.stepCap = UInt32(clamping: episode.stepCap ?? 0)
            pending[key] = Pending(
                ticket: ticket, index: index, episode: episode, assignment: assignment)
        }
    }

    private func tick() {
        let time = now
        nextTick = time + Self.tickSeconds
        dispatcher.tick(at: time)
        sweepRecordings()
        if time >= nextSweep {
            // It walks all peers and workers, for times of several leases.
            nextSweep = time + configuration.leaseSeconds / 10
            sweepPeers(at: time)
        }
        if !jobs.isEmpty, !peers.values.contains(where: \.isReady) {
            if time - lastNotice >= configuration.noticeSeconds {
                lastNotice = time
                events.yield(.waiting(tasks: dispatcher.openTasks))
            }
        } else {
            lastNotice = time
        }
        if let (count, last) = malformed.notice(at: time) {
            events.yield(.malformed(count: count, last: last))
        }
        if let (count, last) = unauthenticated.notice(at: time) {
            events.yield(.unauthenticated(count: count, last: last))
        }
    }

    /// Sends what the dispatcher grants, one message a worker.
    private func dispatch() throws(TransportError) {
        // A disk that is slower than the workers: what they have in hand is all that may still come.
        if jobs.values.contains(where: { $0.backlog.bytes > configuration.backlogBytes }) { return }
        let grants = dispatcher.assign(at: now)
        guard !grants.isEmpty else { return }
        var batches: [Int: [WireAssignment]] = [:]
        var order: [Int] = []
        for grant in grants {
            guard var assignment = pending[grant.task]?.assignment else { continue }
            assignment.lease = grant.lease
            if batches[grant.worker] == nil { order.append(grant.worker) }
            batches[grant.worker, default: []].append(assignment)
        }
        for worker in order {
            guard let peer = workers[worker]?.peer, let batch = batches[worker] else { continue }
            var first = 0
            while first < batch.count {
                let next = min(first + WireLimits.assignmentsInMessage, batch.count)
                var message = WireAssignments()
                message.assignments = Array(batch[first..<next])
                // A message that finds no room is lost on the way: heartbeats will show it.
                try send(.assignments(message), to: peer)
                first = next
            }
        }
    }

    /// Passes on what the dispatcher decided.
    private func digestEvents() {
        for event in dispatcher.takeEvents() {
            switch event {
            case .completed(let task, let outcome, let worker, let seconds):
                workers[worker]?.completed += 1
                let driver = workers[worker].map {
                    EpisodeDriver(name: $0.name, fingerprint: $0.fingerprint)
                }
                finish(
                    task, outcome, by: driver ?? .unnamed, seconds: seconds,
                    file: arrived.removeValue(forKey: task))
            case .setAside(let task, let deaths, let failures):
                events.yield(
                    .setAside(nameOf(task), deaths: deaths, failures: failures))
                finish(task, .setAside, by: .unnamed, seconds: 0, file: nil)
            case .lost(let worker, let reason, let tasks):
                events.yield(
                    .lost(worker: nameOf(worker: worker), reason: reason.rawValue, tasks: tasks))
            case .disagreed(let task, let first, let one, let second, let other):
                events.yield(
                    .disagreed(
                        nameOf(task), first: describe(one, by: first),
                        second: describe(other, by: second)))
            case .failed(let task, let worker, let reason):
                workers[worker]?.errors += 1
                events.yield(
                    .failed(nameOf(task), worker: nameOf(worker: worker), reason: reason))
            case .quarantined(let worker):
                events.yield(.quarantined(worker: nameOf(worker: worker)))
            case .returned(let worker):
                events.yield(.returned(worker: nameOf(worker: worker)))
            case .agreed, .late: break
            }
        }
        for (ticket, job) in jobs where !job.batch.isEmpty {
            job.sink.yield(job.batch)
            if job.open == 0 {
                job.sink.finish()
                jobs[ticket] = nil
            } else {
                jobs[ticket]?.batch = []
            }
        }
        if names.count > 4096 { names = [:] }
    }

    private func finish(
        _ task: Dispatcher.TaskKey, _ outcome: EpisodeOutcome, by driver: EpisodeDriver,
        seconds: Double, file: Data?
    ) {
        guard let entry = pending.removeValue(forKey: task) else { return }
        names[task] = entry.episode.name
        if let bytes = file?.count { jobs[entry.ticket]?.backlog.add(bytes) }
        let result = EpisodeResult(
            episode: entry.episode, outcome: outcome, driver: driver, seconds: seconds)
        jobs[entry.ticket]?.batch.append(
            IndexedResult(index: entry.index, result: result, file: file))
        jobs[entry.ticket]?.open -= 1
    }

    private func nameOf(_ task: Dispatcher.TaskKey) -> String {
        (pending[task]?.episode.name ?? names[task])?.description ?? "an earlier task"
    }

    func nameOf(worker: Int) -> String {
        workers[worker]?.name ?? "worker \(worker)"
    }

    private func describe(_ outcome: EpisodeOutcome, by worker: Int) -> String {
        "\(nameOf(worker: worker)) (\(workers[worker]?.fingerprint ?? "unknown")) returned "
            + "\(outcome.episodeReturn) in \(outcome.steps) steps"
            + (outcome.fileDigest.isEmpty
                ? "" : " and recorded \(Data(outcome.fileDigest).hexadecimal.prefix(16))")
    }

    private func farewell() {
        var message = WireFarewell()
        message.reason = String((stopReason ?? "").prefix(200))
        for peer in peers.keys { try? send(.farewell(message), to: peer) }
    }

    /// Waits for the workers to end their connections, for a second at most: what they have not
    /// read of a connection that ends at this side is lost.
    private func awaitHangUps() throws(TransportError) {
        var open = Set(peers.keys)
        let deadline = now + 1
        while !open.isEmpty, now < deadline {
            if case .disconnected(let peer) = try transport.receive(waitingAtMost: deadline - now) {
                open.remove(peer)
            }
        }
    }

    /// Sends a body under this run's envelope, and the peer's session or a given one.
    func send(
        _ body: WireFromCoordinator.OneOf_Body, to peer: PeerIdentifier, session: UInt64? = nil
    ) throws(TransportError) {
        var message = WireFromCoordinator()
        message.protocolVersion = ProtocolVersion.current
        message.run = configuration.run
        message.session = session ?? peers[peer]?.session ?? 0
        message.body = body
        if try !transport.send(message.encoded(), to: peer) { unacknowledgedDrops += 1 }
    }
}
