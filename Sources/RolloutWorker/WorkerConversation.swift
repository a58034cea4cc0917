// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import ClusterTransport
import Episodes
import Foundation

/// The worker's side of the protocol, on the thread that owns the transport.
final class WorkerConversation {
    private enum Stage {
        /// No answer yet: the coordinator is not there, or has not spoken.
        case calling
        /// Fetching what Welcome named.
        case fetching
        /// Taking part.
        case working
    }

    /// Seconds between two attempts to send what the connection had no room for.
    private static let outboxSeconds = 0.05

    private let configuration: RolloutWorker.Configuration
    private let transport: any Transport
    private let factory: EngineFactory
    private let report: RolloutWorker.Report
    private let start = ContinuousClock.now

    private var stage = Stage.calling
    private var isConnected = false
    private var lastHello = -Double.infinity
    private var lastHeard = 0.0
    private var lastNotice = 0.0
    /// Why the coordinator did not let us in when we last tried.
    private var refusal: String?
    private var lastHeartbeat = -Double.infinity
    private var heartbeatSeconds = 1.0
    private var leaseSeconds = 10.0
    private var run = ""
    private var session: UInt64 = 0
    private var store = ModelStore()
    private var welcome = WireWelcome()
    private var engine: RunningEngine?
    private var held: [UInt64: WireTaskName] = [:]
    /// Finished recordings; their leases are held until they are sent.
    private var outbox = RecordingOutbox()
    private var malformed = RateLimitedCount()
    private var drainDeadline: Double?
    /// Whether nothing is left to do.
    private(set) var isOver = false

    /// An engine with what it was made of.
    private struct RunningEngine {
        var mailbox: EngineMailbox
        var models: [Data]
        var settings: Data
    }

    init(
        configuration: RolloutWorker.Configuration, transport: any Transport,
        factory: @escaping EngineFactory, report: @escaping RolloutWorker.Report
    ) {
        self.configuration = configuration
        self.transport = transport
        self.factory = factory
        self.report = report
    }

    private var now: Double { (ContinuousClock.now - start).seconds }

    /// Waits for something to happen and deals with it.
    func turn() throws {
        var event = try transport.receive(waitingAtMost: secondsToNextDeed)
        while let current = event {
            try handle(current)
            event = try transport.receive(waitingAtMost: 0)
        }
        try sendFinished()
        try sendRecordings()
        try keepInTouch()
        if let drainDeadline {
            if held.isEmpty {
                try leave("it was told to stop and has finished")
            } else if now >= drainDeadline {
                try leave("it was told to stop; the grace time is over")
            }
        }
    }

    /// Takes no more work; leaves when what runs has ended or the grace time is over.
    func drain() {
        guard drainDeadline == nil else { return }
        drainDeadline = now + configuration.graceSeconds
        report(
            "draining: \(held.count) episodes in hand, at most \(configuration.graceSeconds) s")
        let withdrawn = engine?.mailbox.withdrawWaiting() ?? []
        for lease in withdrawn { held[lease] = nil }
        // The heartbeat says that there is no more room, and which tasks are still in hand.
        lastHeartbeat = -.infinity
        if stage != .working { isOver = true }
    }

    /// Hands back what is in hand and says goodbye.
    func leave(_ reason: String) throws {
        guard !isOver else { return }
        isOver = true
        guard stage == .working else { return }
        var goodbye = WireGoodbye()
        goodbye.leases = held.keys.sorted()
        goodbye.reason = reason
        try send(.goodbye(goodbye))
    }

    /// Ends the engine's thread.
    func end() {
        engine?.mailbox.stop()
        engine = nil
    }

    // MARK: Time

    private var secondsToNextDeed: Double {
        var seconds = 1.0
        if stage == .working { seconds = min(seconds, lastHeartbeat + heartbeatSeconds - now) }
        if let drainDeadline { seconds = min(seconds, drainDeadline - now) }
        // The connection had no room for all of a recording.
        if stage == .working, !outbox.isEmpty { seconds = min(seconds, Self.outboxSeconds) }
        return max(0, seconds)
    }

    private func keepInTouch() throws {
        let time = now
        if let (count, last) = malformed.notice(at: time) {
            report("dropped \(count) malformed messages from the coordinator; the last: \(last)")
        }
        switch stage {
        case .calling:
            if isConnected, time - lastHello >= configuration.helloSeconds { try sayHello() }
        case .fetching:
            // A lost request or chunk: ask again.
            if time - lastHeard >= configuration.helloSeconds { try begin() }
        case .working:
            if time - lastHeartbeat >= heartbeatSeconds { try sendHeartbeat() }
        }
        if stage == .calling, time - lastNotice >= configuration.noticeSeconds {
            lastNotice = time
            if let refusal {
                reportRefusal(refusal)
            } else {
                report(
                    isConnected
                        ? "\(transport.address) is there but does not answer; still trying"
                        : "no coordinator at \(transport.address); still trying")
            }
        }
    }

    private func reportRefusal(_ reason: String) {
        report(
            "the coordinator at \(transport.address) did not accept us: \(reason); still trying")
    }

    private func sayHello() throws {
        lastHello = now
        var hello = WireHello()
        hello.instance = configuration.instance
        hello.host = String(configuration.host.prefix(200))
        hello.process = UInt32(truncatingIfNeeded: configuration.process)
        hello.cores = UInt32(configuration.cores)
        hello.environments = UInt32(configuration.environments)
        hello.software = SoftwareVersion.current
        hello.fingerprint = String(configuration.fingerprint.prefix(200))
        try send(.hello(hello))
    }

    private var capacity: UInt32 {
        drainDeadline == nil ? UInt32(configuration.environments + configuration.reserve) : 0
    }

    private func sendHeartbeat() throws {
        lastHeartbeat = now
        var heartbeat = WireHeartbeat()
        heartbeat.progress = (engine?.mailbox.progress ?? 0) &+ outbox.sentPieces
        heartbeat.leases = Array(held.keys)
        heartbeat.capacity = capacity
        try send(.heartbeat(heartbeat))
    }

    // MARK: What arrives

    private func handle(_ event: TransportEvent) throws {
        switch event {
        case .connected:
            isConnected = true
            refusal = nil
            stage = .calling
            try sayHello()
        case .connectionLost:
            isConnected = false
            if stage != .calling {
                report("lost the coordinator at \(transport.address); trying again")
            }
            stage = .calling
            lastNotice = now
        case .handshakeFailed(let reason):
            if refusal == nil {
                lastNotice = now
                reportRefusal(reason)
            }
            refusal = reason
        case .message(_, let bytes): try handle(bytes)
        case .disconnected: break
        }
    }

    private func handle(_ bytes: [UInt8]) throws {
        let message: WireFromCoordinator
        do {
            message = try WireFromCoordinator(validating: bytes)
        } catch {
            if case .version(let theirs, let ours) = error {
                throw RolloutWorker.Failure.protocolVersion(theirs: theirs, ours: ours)
            }
            malformed.add("\(error)")
            return
        }
        lastHeard = now
        switch message.body {
        case .refusal(let refusal): throw RolloutWorker.Failure.refused(refusal.message)
        case .welcome(let welcome):
            self.welcome = welcome
            store.keep(only: welcome.models)
            run = message.run
            session = message.session
            heartbeatSeconds = welcome.heartbeatSeconds
            leaseSeconds = welcome.leaseSeconds
            stage = .fetching
            outbox.restart()
            try begin()
        case .rejoin:
            // Several messages may have been in flight with the session that is unknown now:
            // only the first answer to them counts.
            guard message.session == session, session != 0 else { return }
            session = 0
            stage = .calling
            try sayHello()
        case .farewell(let farewell):
            report("the coordinator stopped: \(farewell.reason); waiting for its return")
            stage = .calling
            // The next coordinator will not know these leases: it asks for the episodes again.
            for lease in outbox.removeAll() { held[lease] = nil }
            transport.hangUp()
            lastNotice = now
        default:
            guard message.session == session, message.run == run else { return }
            switch message.body {
            case .modelChunk(let chunk): try take(chunk)
            case .assignments(let assignments): take(assignments)
            default: break
            }
        }
    }

    /// Asks for the next missing piece, or takes part when none is missing.
    private func begin() throws {
        let hashes = welcome.models.map(\.sha256)
        if engine == nil || engine?.models != hashes || engine?.settings != welcome.settings {
            for model in welcome.models {
                guard let offset = store.missing(model) else { continue }
                var request = WireModelRequest()
                request.sha256 = model.sha256
                request.offset = offset
                try send(.modelRequest(request))
                return
            }
            end()
            held = [:]
            _ = outbox.removeAll()
            let waker = transport.waker
            let mailbox = EngineMailbox(wakeSocket: { waker.wake() })
            EngineThread.start(
                mailbox: mailbox, models: store.handOver(welcome.models),
                settings: welcome.settings, environments: configuration.environments,
                factory: factory)
            engine = RunningEngine(
                mailbox: mailbox, models: hashes, settings: welcome.settings)
        }
        stage = .working
        var ready = WireReady()
        ready.capacity = capacity
        try send(.ready(ready))
        try sendHeartbeat()
        report(
            "connected to \(transport.address), run \(run): "
                + "\(configuration.environments) environments")
    }

    private func take(_ chunk: WireModelChunk) throws {
        guard stage == .fetching else { return }
        if case .corrupt(let name) = store.take(chunk, of: welcome.models) {
            report("the model \(name) does not have the SHA-256 it was announced with; again")
        }
        try begin()
    }

    private func take(_ message: WireAssignments) {
        guard stage == .working, let mailbox = engine?.mailbox else { return }
        // A coordinator that was restarted, or thought this worker dead, knows nothing of what
        // still runs here: up to twice the capacity may be in hand. Beyond that it is wrong, and
        // will miss the rest.
        let room = 2 * (configuration.environments + configuration.reserve) - held.count
        let tasks = message.assignments.prefix(max(0, room)).map { assignment in
            held[assignment.lease] = assignment.name
            let purpose: Purpose =
                switch assignment.name.purpose {
                case .evaluation: .evaluation
                case .recording: .recording
                default: .training
                }
            let name = EpisodeName(
                purpose: purpose, generation: Int(assignment.name.generation),
                candidate: Int(assignment.name.candidate),
                repetition: Int(assignment.name.repetition))
            return EngineMailbox.Waiting(
                lease: assignment.lease,
                episode: Episode(
                    name: name, trackSeed: assignment.trackSeed,
                    stepCap: assignment.stepCap == 0 ? nil : Int(assignment.stepCap)),
                parameters: ParameterBits.decode(assignment.parameters))
        }
        if drainDeadline != nil {
            // Given before the coordinator knew: not named in heartbeats, so given to others.
            for task in tasks { held[task.lease] = nil }
            return
        }
        mailbox.add(tasks)
    }

    // MARK: What leaves

    private func sendFinished() throws {
        guard let mailbox = engine?.mailbox else { return }
        let (finished, failure) = mailbox.takeFinished()
        if let failure {
            try leave("its engine failed: \(String(failure.prefix(500)))")
            throw RolloutWorker.Failure.engine(failure)
        }
        var message = WireResults()
        for item in finished {
            guard let name = held[item.episode.ticket] else { continue }
            var result = WireResult(item, name: name)
            if let file = item.episode.file {
                if !file.isEmpty, file.count <= WireLimits.recordingBytes {
                    outbox.append(result, file)
                    continue
                }
                result.failure =
                    "a recording of \(file.count) bytes; 1 to \(WireLimits.recordingBytes) travel"
            }
            held[item.episode.ticket] = nil
            message.results.append(result)
            if message.results.count == WireLimits.resultsInMessage {
                try send(.results(message))
                message.results = []
            }
        }
        if !message.results.isEmpty { try send(.results(message)) }
    }

    /// Sends recordings as long as the connection has room.
    private func sendRecordings() throws {
        guard stage == .working else { return }
        while let body = outbox.next {
            guard try send(body) else { return }
            if let lease = outbox.advance() { held[lease] = nil }
        }
    }

    /// A message that cannot be sent is lost: the heartbeats, or their absence, will show it.
    ///
    /// - Returns: Whether it was sent.
    @discardableResult
    private func send(_ body: WireFromWorker.OneOf_Body) throws -> Bool {
        var message = WireFromWorker()
        message.protocolVersion = configuration.protocolVersion
        message.run = run
        message.session = session
        message.body = body
        return try transport.send(message.encoded(), to: .coordinator)
    }
}

extension WireResult {
    /// An engine's outcome on the wire.
    init(_ item: EngineMailbox.Finished, name: WireTaskName) {
        self.init()
        lease = item.episode.ticket
        self.name = name
        seconds = item.seconds
        switch item.episode.outcome {
        case .success(let outcome):
            episodeReturn = outcome.episodeReturn
            steps = UInt32(clamping: outcome.steps)
            tilesVisited = UInt32(clamping: outcome.tilesVisited)
            trackTiles = UInt32(clamping: outcome.trackTiles)
            end = outcome.end.rawValue
        case .failure(let reason):
            failure = String(reason.description.prefix(200))
        }
    }
}
