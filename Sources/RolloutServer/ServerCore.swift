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
    var jobs: [Int: Job] = [:]
    var pending: [Dispatcher.TaskKey: Pending] = [:]
    /// Names of settled tasks of which a second copy may be out.
    var names: [Dispatcher.TaskKey: EpisodeName] = [:]
    /// Files of tasks that may become their results, by who recorded them.
    var arrived: [Dispatcher.TaskKey: [Dispatcher.WorkerKey: Data]] = [:]
    /// The dispatcher's numbers of who answers for workers, and back.
    var partyKeys: [String: Dispatcher.PartyKey] = [:]
    var partyNames: [Dispatcher.PartyKey: String] = [:]
    var nextParty: Dispatcher.PartyKey = 0
    /// Who is not to be believed, and why.
    var distrusted: [Dispatcher.PartyKey: String] = [:]
    /// A contradiction that nobody could decide, of a batch that was over.
    var doubt: String?
    var actions: [Action] = []
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
        dispatcher = Dispatcher(configuration: configuration.rules, firstLease: seed)
        for quarantine in configuration.quarantined { takeOver(quarantine, at: 0) }
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
    ///   - now: The time.
    package mutating func submit(_ ticket: Int, _ batch: EpisodeBatch, at now: Seconds = 0) {
        var claims: [Int: EpisodeResult] = [:]
        if !batch.claims.isEmpty {
            for (index, episode) in batch.episodes.enumerated() {
                claims[index] = batch.claims[episode.name]
            }
        }
        let (number, keys) = dispatcher.submit(
            count: batch.episodes.count,
            claims: claims.mapValues { ($0.outcome, partyKey($0.driver.party)) }, at: now)
        jobs[ticket] = Job(
            number: number, tasks: keys, vectors: batch.vectors.map(ParameterBits.encode),
            claims: claims, open: keys.count)
        for (party, reason) in distrusted.sorted(by: { $0.key < $1.key }) {
            actions.append(
                .distrust(ticket: ticket, party: partyNames[party] ?? "", reason: reason))
        }
        if let doubt {
            self.doubt = nil
            actions.append(.fail(ticket: ticket, reason: doubt))
        }
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

    /// Ends the quarantine of a party, or of that which answers for a host or a worker.
    ///
    /// - Parameter name: The party as it is told of, or a host, or a worker's host and process.
    /// - Returns: Whether there is such a party.
    @discardableResult
    package mutating func release(_ name: String) -> Bool {
        var parties = Set([partyKeys[name]].compactMap { $0 })
        for worker in session.workers.values where worker.hello.host == name || worker.name == name
        {
            if let party = partyKeys[worker.party] { parties.insert(party) }
        }
        for party in parties.sorted() {
            dispatcher.release(party: party)
            // Batches that come before this is told of are not told to disbelieve it.
            distrusted[party] = nil
        }
        return !parties.isEmpty
    }

    /// Tells all workers that the coordinator stops.
    ///
    /// - Parameters:
    ///   - farewell: What follows.
    ///   - reason: One line.
    package mutating func sayFarewell(_ farewell: Farewell, _ reason: String) {
        session.sayFarewell(farewell, reason)
        for action in session.takeActions() {
            if case .send(let bytes, let peer) = action { actions.append(.send(bytes, peer)) }
        }
    }

    /// Tells workers that come from here on why they wait.
    package mutating func prepare(_ reason: String) { session.prepare(reason) }

    /// Connections that were told to wait.
    package var waitingPeers: Set<PeerIdentifier> { session.waitingPeers }

    /// Calls those who waited for this core's predecessor.
    package mutating func invite(_ peers: Set<PeerIdentifier>, at now: Seconds) {
        session.invite(peers)
        obeySession(at: now)
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
        hand(bytes, from: peer, origin, at: now)
        obeySession(at: now)
    }

    /// A step of its own: what it knows of leases must be gone before they change, or they are copied.
    private mutating func hand(
        _ bytes: [UInt8], from peer: PeerIdentifier, _ origin: PeerOrigin, at now: Seconds
    ) {
        let expected = dispatcher.expectations
        session.received(bytes, from: peer, origin, at: now) { expected.contains($0, from: $1) }
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
            case .introduced(let worker):
                dispatcher.introduce(
                    worker, of: session.workers[worker].map { partyKey($0.party) }, at: now)
            case .heard(let worker): dispatcher.heard(from: worker, at: now)
            case .joined(let worker, let slots, let cores, let capacity):
                dispatcher.join(worker, slots: slots, cores: cores, capacity: capacity, at: now)
                let fingerprint = session.workers[worker]?.hello.fingerprint ?? ""
                tell(
                    .joined(
                        worker: session.name(of: worker), cores: cores, environments: slots,
                        fingerprint: fingerprint))
            case .heartbeat(let worker, let heartbeat):
                dispatcher.heartbeat(
                    worker, progress: heartbeat.totalProgress, held: heartbeat.leases,
                    slots: session.slots(of: worker), cores: heartbeat.wantedCores,
                    capacity: heartbeat.capacity, at: now)
            case .coreLost(let worker, let loss):
                tell(.coreLost(worker: session.name(of: worker), loss))
                dispatcher.loseCore(of: worker, leases: loss.leases)
            case .result(
                let worker, let lease, let outcome, let seconds, let coreSeconds, let core, let file
            ):
                if let problem = problem(with: outcome, of: lease, file: file) {
                    let name = session.name(of: worker)
                    session.malformed.add("an impossible result (\(problem)) from \(name)")
                    session.countError(of: worker)
                    dispatcher.offence(lease: lease, worker: worker, at: now)
                    continue
                }
                let task = dispatcher.result(
                    outcome, lease: lease, worker: worker, seconds: seconds,
                    coreSeconds: coreSeconds, core: core, at: now)
                // One that is needed to decide between others' files has come for its digest.
                if let task, let file, pending[task] != nil {
                    arrived[task, default: [:]][worker] = file
                }
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
            case .cutOff(let peer): actions.append(.cutOff(peer))
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
        let expected = dispatcher.expectations
        session.sweepRecordings { expected.contains($0, from: $1) }
        if now >= nextSweep {
            // It walks all peers and workers, for times of several leases.
            nextSweep = now + configuration.leaseSeconds / 10
            sweep(at: now)
        }
        if jobs.isEmpty || dispatcher.hasAvailableWorker {
            lastNotice = now
        } else if now - lastNotice >= configuration.noticeSeconds {
            lastNotice = now
            let idle = dispatcher.idleWorkers
            tell(
                .waiting(
                    tasks: dispatcher.openTasks, quarantined: idle.quarantined, hung: idle.hung))
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
        // One message for those that follow one another and share worker and vectors, as nearly all of a
        // worker's do.
        var message: [Assignments.Assignment] = []
        var (receiver, job) = (grants[0].worker, 0)
        for grant in grants {
            guard let entry = pending[grant.task] else { continue }
            if grant.worker != receiver || entry.ticket != job, !message.isEmpty {
                session.assign(message, vectors: jobs[job]?.vectors ?? [], to: receiver)
                message.removeAll(keepingCapacity: true)
            }
            (receiver, job) = (grant.worker, entry.ticket)
            message.append(Assignments.Assignment(lease: grant.lease, episode: entry.episode))
        }
        guard !message.isEmpty else { return }
        session.assign(message, vectors: jobs[job]?.vectors ?? [], to: receiver)
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
                count <= job.open, "batch \(ticket): \(job.open) open of \(count)")
        }
        try BrokenInvariant.check(
            arrived.keys.allSatisfy { pending[$0] != nil }, "a file of no task")
    }
}
