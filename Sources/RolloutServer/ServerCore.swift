// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Digests
package import ClusterProtocol
import ClusterSessions
import Dispatching
package import Episodes
import Foundation

/// All that the coordinator's server decides: a value that is told what came, what is wanted and
/// what time it is, and says what to do.
///
/// It joins the conversations with the workers (`CoordinatorSession`) to the decision of who drives
/// what (`Dispatcher`).
package struct ServerCore: Sendable {
    /// Seconds between two looks at what follows from the time.
    private static let tickSeconds: Seconds = 0.1

    /// How it behaves.
    package let configuration: Configuration
    /// When `advance` is to be called at the latest.
    package private(set) var nextTick: Seconds = 0

    var session: CoordinatorSession
    var dispatcher: Dispatcher
    var unauthenticated = RateLimitedCount()
    private var jobs: [Int: Job] = [:]
    private var pending: [Dispatcher.TaskKey: Pending] = [:]
    /// Names of settled tasks of which a second copy may be out.
    private var names: [Dispatcher.TaskKey: EpisodeName] = [:]
    /// Files of tasks that are completed, until they are delivered.
    private var arrived: [Dispatcher.TaskKey: Data] = [:]
    private var actions: [Action] = []
    private var nextSweep: Seconds = 0
    private var lastNotice: Seconds = 0

    /// A server without workers and tasks.
    ///
    /// - Parameters:
    ///   - configuration: How it behaves.
    ///   - seed: Where leases and sessions are counted from. Random, so that those of an earlier
    ///     life of the coordinator mean nothing in this one.
    package init(configuration: Configuration, seed: UInt64) {
        self.configuration = configuration
        session = CoordinatorSession(configuration: configuration.session, firstSession: seed)
        var rules = Dispatcher.Configuration()
        rules.leaseSeconds = configuration.leaseSeconds
        rules.transitSeconds = 4 * configuration.session.heartbeatSeconds
        rules.stallSeconds = configuration.stallSeconds
        rules.deathsToSetAside = configuration.deathsToSetAside
        rules.speculates = configuration.speculates
        dispatcher = Dispatcher(configuration: rules, firstLease: seed)
    }

    /// The actions since the last call, in order.
    package mutating func takeActions() -> [Action] {
        defer { actions = [] }
        return actions
    }

    /// Who is connected.
    package var connectedPeers: [PeerIdentifier] { session.connectedPeers }

    // MARK: What is wanted

    /// Takes a batch of episodes.
    ///
    /// - Parameters:
    ///   - ticket: The caller's number for it, used once.
    ///   - batch: At least one episode.
    package mutating func submit(_ ticket: Int, _ batch: EpisodeBatch) {
        let (number, keys) = dispatcher.submit(count: batch.episodes.count)
        jobs[ticket] = Job(
            number: number, vectors: batch.vectors.map(ParameterBits.encode), open: keys.count)
        pending.reserveCapacity(pending.count + keys.count)
        for (index, (episode, key)) in zip(batch.episodes, keys).enumerated() {
            pending[key] = Pending(ticket: ticket, index: index, episode: episode)
        }
    }

    /// Gives a batch up; nothing more is delivered of it.
    ///
    /// - Parameter ticket: The batch's number; an unknown one is ignored.
    package mutating func cancel(_ ticket: Int) {
        guard let job = jobs.removeValue(forKey: ticket) else { return }
        dispatcher.cancel(job: job.number)
        for (key, entry) in pending where entry.ticket == ticket {
            pending[key] = nil
            arrived[key] = nil
        }
    }

    /// Tells all workers that the coordinator stops.
    ///
    /// - Parameter reason: One line.
    package mutating func sayFarewell(_ reason: String) {
        session.sayFarewell(reason)
        for action in session.takeActions() {
            if case .send(let bytes, let peer) = action { actions.append(.send(bytes, peer)) }
        }
    }

    // MARK: What arrives

    /// A frame came.
    ///
    /// - Parameters:
    ///   - bytes: The frame.
    ///   - peer: By which connection.
    ///   - origin: Whose it is.
    ///   - now: The time.
    package mutating func received(
        _ bytes: [UInt8], from peer: PeerIdentifier, _ origin: PeerOrigin = PeerOrigin(),
        at now: Seconds
    ) {
        let dispatcher = dispatcher
        session.received(bytes, from: peer, origin, at: now) { dispatcher.expects($0, from: $1) }
        obeySession(at: now)
    }

    /// A connection broke.
    ///
    /// - Parameters:
    ///   - peer: The connection.
    ///   - now: The time.
    package mutating func disconnected(_ peer: PeerIdentifier, at now: Seconds) {
        session.disconnected(peer)
        obeySession(at: now)
    }

    /// A connection failed the security handshake.
    ///
    /// - Parameter reason: One line.
    package mutating func handshakeFailed(_ reason: String) {
        unauthenticated.add(reason)
    }

    private mutating func obeySession(at now: Seconds) {
        for action in session.takeActions() {
            switch action {
            case .send(let bytes, let peer): actions.append(.send(bytes, peer))
            case .introduced(let worker): dispatcher.introduce(worker, at: now)
            case .heard(let worker): dispatcher.heard(from: worker, at: now)
            case .joined(let worker, let slots, let capacity):
                dispatcher.join(worker, slots: slots, capacity: capacity, at: now)
                let fingerprint = session.workers[worker]?.hello.fingerprint ?? ""
                tell(
                    .joined(
                        worker: session.name(of: worker), environments: slots,
                        fingerprint: fingerprint))
            case .heartbeat(let worker, let heartbeat):
                dispatcher.heartbeat(
                    worker, progress: heartbeat.progress, held: heartbeat.leases,
                    capacity: heartbeat.capacity, at: now)
            case .result(let worker, let lease, let outcome, let seconds, let file):
                let task = dispatcher.result(
                    outcome, lease: lease, worker: worker, seconds: seconds, at: now)
                if let task, let file { arrived[task] = file }
            case .failed(let worker, let lease, let failure):
                dispatcher.failure(
                    lease: lease, worker: worker, reason: failure.description, at: now)
            case .offence(let worker, let lease):
                session.countError(of: worker)
                dispatcher.offence(lease: lease, worker: worker, at: now)
            case .left(let worker, let reason):
                dispatcher.leave(worker)
                tell(.left(worker: session.name(of: worker), reason: reason))
            case .lost(let worker): dispatcher.lose(worker, .disconnection)
            case .replaced(let worker): forget(worker)
            case .refused(let worker, let reason): tell(.refused(worker: worker, reason: reason))
            case .statusAsked(let peer): actions.append(.statusAsked(peer))
            }
        }
    }

    // MARK: Time

    /// The time passes: what has ended is delivered, what waits is handed out.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - backlogBytes: Bytes of recordings that were delivered and not taken.
    package mutating func advance(to now: Seconds, backlogBytes: Int = 0) {
        if now >= nextTick { tick(at: now) }
        // First, so that files on their way to a slow taker count before more are asked for.
        let delivered = digestEvents()
        // A disk that is slower than the workers: what they have in hand is all that may still come.
        if backlogBytes + delivered <= configuration.backlogBytes { assign(at: now) }
        obeySession(at: now)
    }

    private mutating func tick(at now: Seconds) {
        nextTick = now + Self.tickSeconds
        dispatcher.tick(at: now)
        let dispatcher = dispatcher
        session.sweepRecordings { dispatcher.expects($0, from: $1) }
        if now >= nextSweep {
            // It walks all peers and workers, for times of several leases.
            nextSweep = now + configuration.leaseSeconds / 10
            sweep(at: now)
        }
        if jobs.isEmpty || session.hasReadyWorker {
            lastNotice = now
        } else if now - lastNotice >= configuration.noticeSeconds {
            lastNotice = now
            tell(.waiting(tasks: self.dispatcher.openTasks))
        }
        if let (count, last) = session.malformed.notice(at: now) {
            tell(.malformed(count: count, last: last))
        }
        if let (count, last) = unauthenticated.notice(at: now) {
            tell(.unauthenticated(count: count, last: last))
        }
    }

    /// Ends sessions that have been silent for long, and forgets workers that will not return.
    private mutating func sweep(at now: Seconds) {
        for (worker, known) in session.workers {
            let silence = dispatcher.silence(of: worker, at: now)
            if known.peer != nil, silence > 3 * configuration.leaseSeconds {
                session.hangUp(worker)
                dispatcher.lose(worker, .silence)
            } else if known.peer == nil, silence > 100 * configuration.leaseSeconds {
                forget(worker)
            }
        }
    }

    /// Forgets a worker, after what it did has been delivered under its name.
    private mutating func forget(_ worker: CoordinatorSession.WorkerKey) {
        _ = digestEvents()
        dispatcher.leave(worker)
        session.forget(worker)
    }

    /// Sends what the dispatcher grants.
    private mutating func assign(at now: Seconds) {
        let grants = dispatcher.assign(at: now)
        guard !grants.isEmpty else { return }
        var batches: [Dispatcher.WorkerKey: [Int: [Assignments.Assignment]]] = [:]
        var order: [Dispatcher.WorkerKey] = []
        for grant in grants {
            guard let entry = pending[grant.task] else { continue }
            if batches[grant.worker] == nil { order.append(grant.worker) }
            batches[grant.worker, default: [:]][entry.ticket, default: []].append(
                Assignments.Assignment(lease: grant.lease, episode: entry.episode))
        }
        for worker in order {
            for (ticket, assignments) in batches[worker, default: [:]].sorted(by: {
                $0.key < $1.key
            }) {
                session.assign(assignments, vectors: jobs[ticket]?.vectors ?? [], to: worker)
            }
        }
    }

    /// Passes on what the dispatcher decided.
    ///
    /// - Returns: How many bytes of recordings are among it.
    private mutating func digestEvents() -> Int {
        var bytes = 0
        for event in dispatcher.takeEvents() {
            switch event {
            case .completed(let task, let outcome, let worker, let seconds):
                session.countCompletion(by: worker)
                let file = arrived.removeValue(forKey: task)
                bytes += file?.count ?? 0
                finish(
                    task, outcome, by: session.workers[worker]?.driver ?? .unnamed,
                    seconds: seconds, file: file)
            case .setAside(let task, let deaths, let failures):
                tell(.setAside(name(of: task), deaths: deaths, failures: failures))
                finish(task, .setAside, by: .unnamed, seconds: 0, file: nil)
            case .lost(let worker, let reason, let tasks):
                tell(
                    .lost(
                        worker: session.name(of: worker), reason: reason.rawValue, tasks: tasks))
            case .disagreed(let task, let first, let one, let second, let other):
                tell(
                    .disagreed(
                        name(of: task), first: describe(one, by: first),
                        second: describe(other, by: second)))
            case .failed(let task, let worker, let reason):
                session.countError(of: worker)
                tell(
                    .failed(name(of: task), worker: session.name(of: worker), reason: reason))
            case .quarantined(let worker): tell(.quarantined(worker: session.name(of: worker)))
            case .returned(let worker): tell(.returned(worker: session.name(of: worker)))
            case .agreed, .late: break
            }
        }
        for (ticket, job) in jobs where !job.results.isEmpty {
            actions.append(
                .deliver(ticket: ticket, job.results, isComplete: job.open == 0))
            if job.open == 0 { jobs[ticket] = nil } else { jobs[ticket]?.results = [] }
        }
        if names.count > 4096 { names = [:] }
        return bytes
    }

    private mutating func finish(
        _ task: Dispatcher.TaskKey, _ outcome: EpisodeOutcome, by driver: EpisodeDriver,
        seconds: Seconds, file: Data?
    ) {
        guard let entry = pending.removeValue(forKey: task) else { return }
        names[task] = entry.episode.name
        let result = EpisodeResult(
            episode: entry.episode, outcome: outcome, driver: driver, seconds: seconds)
        jobs[entry.ticket]?.results.append(
            Delivery(index: entry.index, result: result, file: file))
        jobs[entry.ticket]?.open -= 1
    }

    private mutating func tell(_ event: ServerEvent) { actions.append(.tell(event)) }

    private func name(of task: Dispatcher.TaskKey) -> String {
        (pending[task]?.episode.name ?? names[task])?.description ?? "an earlier task"
    }

    private func describe(_ outcome: EpisodeOutcome, by worker: Dispatcher.WorkerKey) -> String {
        let fingerprint = session.workers[worker]?.hello.fingerprint ?? "unknown"
        return "\(session.name(of: worker)) (\(fingerprint)) returned \(outcome.episodeReturn) in "
            + "\(outcome.steps) steps"
            + (outcome.fileDigest.isEmpty
                ? "" : " and recorded \(Data(outcome.fileDigest).hexadecimal.prefix(16))")
    }

    /// Looks for contradictions in the state; for tests, after each step.
    ///
    /// - Throws: `BrokenInvariant` naming one.
    package func checkInvariants() throws(BrokenInvariant) {
        try dispatcher.checkInvariants()
        try session.checkInvariants()
        for (ticket, job) in jobs {
            let count = pending.values.count { $0.ticket == ticket }
            try BrokenInvariant.check(
                count == job.open, "batch \(ticket): \(job.open) open of \(count)")
        }
        try BrokenInvariant.check(
            arrived.keys.allSatisfy { pending[$0] != nil }, "a file of no task")
    }
}
