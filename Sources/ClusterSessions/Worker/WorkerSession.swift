// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import ClusterProtocol
package import Episodes
import Foundation

/// The worker's side of the conversation, as a value that is told what happened and when.
///
/// It says what to do, and owns no socket, no thread and no clock.
///
/// Episodes outlive connections: what the engine finishes while there is no coordinator is kept
/// until there is one that knows its lease, or another that does not.
package struct WorkerSession: Sendable {
    /// Who the worker is and how patient it is.
    package let configuration: Configuration
    var state = State.disconnected
    var actions: [Action] = []
    var store = ModelStore()
    var engine: EngineSource?
    /// Leases in hand: waiting, running, or finished and not sent.
    package internal(set) var held: Set<UInt64> = []
    var outbox = ResultOutbox()
    var malformed = RateLimitedCount()
    /// Whether a goodbye was said that the coordinator has not answered: what has not been read of a
    /// connection when it ends may be lost.
    package internal(set) var awaitsAnswer = false
    /// When the grace time is over; nil while it is not draining.
    var drainDeadline: Seconds?
    /// Whether it drains because its time is over.
    var isExpired = false
    /// When there last was an episode in hand.
    var lastBusy: Seconds = 0
    var lastNotice: Seconds = 0
    /// What was last told of a coordinator that is not there; nil since there last was one.
    var toldAbsence: Notice?
    /// Until the next one: what has not been there for a day fills no log.
    var noticePause: Seconds
    private static let longestNoticePause: Seconds = 300
    /// Why the coordinator did not let us in when we last tried.
    var refusal: String?
    var watch = CoreWatch()
    /// Cores that take new episodes.
    package internal(set) var cores: Int
    /// The run that is to be at the other end; nil for any.
    var wantedRun: String?
    /// Why the coordinator has us wait; nil while it does not.
    var waitReason: String?
    var lastTick: Seconds = 0

    /// A worker without a connection.
    ///
    /// - Parameter configuration: Who it is and how patient it is.
    package init(configuration: Configuration) {
        self.configuration = configuration
        cores = configuration.cores
        noticePause = configuration.noticeSeconds
    }

    /// The actions since the last call, in order.
    package mutating func takeActions() -> [Action] {
        defer { actions = [] }
        return actions
    }

    // MARK: The connection

    /// A connection came about.
    ///
    /// - Parameters:
    ///   - run: The run that is to be there; nil for any.
    ///   - now: The time.
    package mutating func connected(to run: String? = nil, at now: Seconds) {
        if case .over = state { return }
        wantedRun = run
        refusal = nil
        waitReason = nil
        greet(at: now)
    }

    /// The connection broke; it is tried again without the session's doing.
    package mutating func connectionLost(at now: Seconds) {
        switch state {
        case .over: return
        case .fetching, .working: actions.append(.tell(.lost))
        case .disconnected, .greeting: break
        }
        state = .disconnected
        lastNotice = now
    }

    /// The security handshake failed; it is tried again without the session's doing.
    ///
    /// - Parameters:
    ///   - reason: One line.
    ///   - now: The time.
    package mutating func handshakeFailed(_ reason: String, at now: Seconds) {
        let isNew = refusal == nil
        refusal = reason
        guard isNew else { return }
        lastNotice = now
        tellAbsence()
    }

    /// A frame came.
    ///
    /// - Parameters:
    ///   - bytes: The frame.
    ///   - now: The time.
    package mutating func received(_ bytes: [UInt8], at now: Seconds) {
        let frame: CoordinatorFrame
        do {
            frame = try CoordinatorFrame(decoding: bytes)
        } catch {
            if case .version(let theirs, let ours) = error {
                end(.protocolVersion(theirs: theirs, ours: ours))
            } else {
                malformed.add("\(error)")
            }
            return
        }
        switch (state, frame.message) {
        case (.over, .farewell), (.over, .rejoin): awaitsAnswer = false
        case (.over, _): return
        case (_, .refusal(let kind, let reason)): end(.refused(kind, reason))
        case (.disconnected, _): return
        case (_, .welcome) where wantedRun != nil && wantedRun != frame.run:
            // Somebody else has the address now: it is to be looked for again.
            actions += [.tell(.otherRun(frame.run, wanted: wantedRun ?? "")), .hangUp]
            state = .disconnected
            lastNotice = now
        case (_, .welcome(let welcome)):
            store.keep(only: welcome.models)
            outbox.restart()
            let membership = Membership(
                run: frame.run, session: frame.session, welcome: welcome)
            fetchOrWork(membership, at: now)
        case (.greeting, .wait(let reason)):
            if reason != waitReason { actions.append(.tell(.waiting(reason))) }
            waitReason = reason
            lastNotice = now
        case (.greeting, .rejoin) where waitReason != nil:
            // What was prepared is there.
            waitReason = nil
            greet(at: now)
        case (_, .rejoin):
            // Several messages may have been in flight with the session that is unknown now:
            // only the first answer to them counts.
            guard let membership, frame.session == membership.session else { return }
            greet(at: now)
        case (_, .farewell(.finished, let reason)) where configuration.endsWhenFinished:
            end(.finished(reason))
        case (_, .farewell(let farewell, let reason)):
            actions += [.tell(.farewell(farewell, reason)), .hangUp]
            // The next coordinator will not know these leases: it asks for the episodes again.
            held.subtract(outbox.leases)
            outbox.removeAll()
            state = .disconnected
            lastNotice = now
        case (.fetching(let membership, _), .modelPiece(let sha256, let offset, let data))
        where belongs(frame, to: membership):
            let verdict = store.take(
                data, at: offset, of: sha256, models: membership.welcome.models)
            if case .corrupt(let name) = verdict { actions.append(.tell(.corruptModel(name))) }
            fetchOrWork(membership, at: now)
        case (.working(let membership, _), .assignments(let assignments))
        where belongs(frame, to: membership):
            take(assignments)
        case (.working(let membership, _), .useCores(let wanted))
        where belongs(frame, to: membership):
            use(cores: wanted, membership, at: now)
        case (_, .modelPiece), (_, .assignments), (_, .status), (_, .useCores), (_, .scaled),
            (_, .wait):
            return
        }
    }

    // MARK: The engine

    /// The engine is done with an episode.
    ///
    /// - Parameters:
    ///   - episode: The episode; its ticket is the lease.
    ///   - seconds: What it took.
    ///   - coreSeconds: Its share of its core's time; nil where nobody measured it.
    ///   - core: Which core drove it.
    package mutating func finished(
        _ episode: FinishedEpisode, seconds: Seconds, coreSeconds: Seconds? = nil, core: Int = 0
    ) {
        guard isDriven(episode.ticket) else { return }
        outbox.append(episode, seconds: seconds, coreSeconds: coreSeconds, core: core)
    }

    /// A core's engine was given up, and another is in its place.
    ///
    /// - Parameter loss: Which, and the leases of the episodes it was driving.
    package mutating func coreLost(_ loss: CoreLoss) {
        var loss = loss
        loss.leases = loss.leases.filter(isDriven)
        held.subtract(loss.leases)
        actions.append(.tell(.coreLost(loss)))
        // Where there is nobody to tell, the next heartbeat does not name its leases.
        guard case .working(let membership, _) = state else { return }
        actions.append(.send(encoded(.coreLost(loss), membership)))
    }

    /// Whether an episode is in hand and has no result yet, which is sent even where the core that
    /// drove it is lost.
    private func isDriven(_ lease: UInt64) -> Bool {
        held.contains(lease) && !outbox.leases.contains(lease)
    }

    /// The engine cannot be made, or broke: the worker leaves.
    ///
    /// - Parameter reason: One line.
    package mutating func engineFailed(_ reason: String) {
        if case .over = state { return }
        sayGoodbye("its engine failed: \(reason)")
        end(.engine(reason))
    }

    // MARK: Time

    /// When `tick` is to be called at the latest.
    package func deadline(after now: Seconds) -> Seconds {
        var deadline = now + 1
        if case .working(let membership, let last) = state {
            deadline = min(deadline, last + membership.welcome.heartbeatSeconds)
            // The connection had no room for all results.
            if !outbox.isEmpty { deadline = min(deadline, now + 0.05) }
        }
        if let drainDeadline { deadline = min(deadline, drainDeadline) }
        return max(now, deadline)
    }

    /// The time passes.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - signs: How each core is; none while there are no engines.
    package mutating func tick(at now: Seconds, cores signs: [CoreSigns]) {
        // A process that was stopped did not wait for work.
        if now - lastTick > 5 { lastBusy += now - lastTick }
        if !held.isEmpty { lastBusy = now }
        lastTick = now
        for (core, seconds) in watch.look(signs, at: now, limit: configuration.stallSeconds) {
            guard watch.given < cores else {
                return engineFailed(
                    "core \(core) made no step for \(Int(seconds)) s, and \(watch.given - 1) "
                        + "others were given up before")
            }
            actions.append(.replaceEngine(core: core, seconds: seconds))
        }
        if let (count, last) = malformed.notice(at: now) {
            actions.append(.tell(.malformed(count: count, last: last)))
        }
        switch state {
        case .over: return
        case .disconnected: break
        case .greeting(let last):
            // Who is to wait is called; asking is for a call that was lost.
            let patience = waitReason == nil ? 1.0 : 10
            if now - last >= patience * configuration.helloSeconds { greet(at: now) }
        case .fetching(let membership, let last):
            // A lost request or piece: ask again.
            if now - last >= configuration.helloSeconds { fetchOrWork(membership, at: now) }
        case .working(let membership, let last):
            if now - last >= membership.welcome.heartbeatSeconds {
                sendHeartbeat(membership, at: now)
            }
        }
        noticeAbsence(at: now)
        guard let drainDeadline else {
            if let idle = configuration.idleSeconds, now - lastBusy >= idle {
                // What it waited for, unless that was said.
                if membership == nil, absence != toldAbsence { tellAbsence() }
                sayGoodbye("it had nothing to do for \(Int(idle)) s")
                end(.idle(idle))
            }
            return
        }
        if held.isEmpty {
            leave("it was told to stop and has finished")
        } else if now >= drainDeadline {
            leave("it was told to stop; the grace time is over")
        }
    }

    mutating func noticeAbsence(at now: Seconds) {
        guard membership == nil else {
            toldAbsence = nil
            return noticePause = configuration.noticeSeconds
        }
        guard now - lastNotice >= noticePause else { return }
        lastNotice = now
        noticePause = min(2 * noticePause, Self.longestNoticePause)
        tellAbsence()
    }

    private mutating func tellAbsence() {
        toldAbsence = absence
        actions.append(.tell(absence))
    }

    /// How it is that there is no coordinator.
    private var absence: Notice {
        if let refusal { return .notAccepted(refusal) }
        if case .greeting = state { return waitReason.map { .waiting($0) } ?? .noAnswer }
        return .noCoordinator
    }

    // MARK: Results

    /// The next frame with results or a piece of a recording; nil when there is none to send.
    ///
    /// The caller sends it and, if there was room, calls `resultsSent`.
    package var nextResults: [UInt8]? {
        guard case .working(let membership, _) = state, let message = outbox.next else {
            return nil
        }
        return encoded(message, membership)
    }

    /// What `nextResults` gave has been sent.
    package mutating func resultsSent() {
        held.subtract(outbox.advance())
    }
}
