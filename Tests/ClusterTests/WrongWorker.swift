// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CarRacing
import ClusterProtocol
import ClusterTransport
import Digests
import Episodes
import Foundation
import Rollouts
import Synchronization

/// A client that keeps to the protocol and does wrong by it, on a thread of its own.
///
/// It has no engine and fetches no models.
final class WrongWorker: Sendable {
    /// What it does with tasks.
    enum Character: Sendable {
        /// Fails every one.
        case failer
        /// Gives returns that could be, without having driven: those of its kind give the same.
        case liar
        /// A liar of another kind, whose returns differ from the first one's.
        case otherLiar
        /// Gives what cannot be.
        case impossibleLiar
        /// Gives returns that cannot be, of drives that could.
        case boaster
        /// Gives outcomes that could be, and recordings that are too short for them.
        case pretender
        /// Keeps them for ever, and says that it goes on with them.
        case holder
        /// Leaves and comes back before it gets one.
        case rejoiner
    }

    /// What it has done so far.
    struct Deeds: Sendable {
        /// Hellos that were answered by a welcome.
        var welcomes = 0
        /// Tasks it was given.
        var tasks = 0
        /// Tasks it has answered, in whatever way.
        var answers = 0
        /// Why it was not let in, as the coordinator last said.
        var refusal: String?
    }

    private struct State {
        var deeds = Deeds()
        var isStopped = false
        var isHoldingOn: Bool
        var waker: (any TransportWaker)?
    }

    private let character: Character
    private let host: String
    private let rejoins: Int
    private let state: Mutex<State>
    private let changes: AsyncStream<Void>
    private let change: AsyncStream<Void>.Continuation
    private let ending: AsyncStream<Void>

    /// Connects, and does wrong until it is stopped.
    ///
    /// - Parameters:
    ///   - address: The coordinator's.
    ///   - character: What it does with tasks.
    ///   - host: What it calls its host.
    ///   - capacity: Tasks it asks for at once.
    ///   - rejoins: How often it says goodbye, after each message with tasks that it has dealt with,
    ///     and comes back as a new process of its host; a rejoiner does so at once.
    ///   - holdsOn: Whether it keeps the tasks that come after the first it has answered, until it is
    ///     to go on.
    ///   - security: How it proves who it is.
    /// - Throws: What speaks against the address.
    init(
        _ address: String, character: Character, host: String, capacity: Int = 8, rejoins: Int = 0,
        holdsOn: Bool = false, security: ClientSecurity = .plaintext
    ) throws {
        state = Mutex(State(isHoldingOn: holdsOn))
        self.character = character
        self.host = host
        self.rejoins = rejoins
        (changes, change) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        let (ending, end) = AsyncStream.makeStream(of: Void.self)
        self.ending = ending
        let endpoint = try Endpoint(parsing: address, binding: false)
        Thread { [self] in
            // A transport belongs to its thread.
            if let transport = try? ConnectingTransport(
                connectingTo: endpoint, security: security)
            {
                state.withLock { $0.waker = transport.waker }
                var conversation = Conversation(of: self, over: transport, capacity: capacity)
                while !state.withLock({ $0.isStopped }), (try? conversation.turn()) != nil {}
                transport.close()
            }
            end.finish()
            change.finish()
        }.start()
    }

    /// What it has done so far.
    var deeds: Deeds { state.withLock { $0.deeds } }

    /// Lets it answer what it keeps.
    func goOn() {
        let waker = state.withLock {
            $0.isHoldingOn = false
            return $0.waker
        }
        waker?.wake()
    }

    /// Ends its thread as a crash would, without a goodbye.
    func stop() {
        let waker = state.withLock {
            $0.isStopped = true
            return $0.waker
        }
        waker?.wake()
    }

    /// Waits until its thread has ended, after `stop`.
    func hasStopped() async {
        for await _ in ending {}
    }

    /// Waits until it has done something.
    ///
    /// - Parameter isDone: Whether what it has done is enough.
    /// - Returns: What it has done; not enough if it was stopped before.
    func done(_ isDone: (Deeds) -> Bool) async -> Deeds {
        if isDone(deeds) { return deeds }
        for await _ in changes where isDone(deeds) { break }
        return deeds
    }

    private func note(_ deed: (inout Deeds) -> Void) {
        state.withLock { deed(&$0.deeds) }
        change.yield()
    }

    // MARK: The conversation

    /// What its thread knows.
    private struct Conversation {
        private let worker: WrongWorker
        private let transport: ConnectingTransport
        private let capacity: Int
        private var membership: (run: String, session: UInt64, welcome: Welcome)?
        private var instance = Data()
        private var process = 0
        private var goodbyes = 0
        private var held: Set<UInt64> = []
        private var kept: [Assignments] = []
        private var progress: UInt64 = 0
        private var nextHeartbeat = ContinuousClock.now
        private var nextHello: ContinuousClock.Instant?

        init(of worker: WrongWorker, over transport: ConnectingTransport, capacity: Int) {
            self.worker = worker
            self.transport = transport
            self.capacity = capacity
            becomeAnother()
        }

        /// Waits for something to happen and deals with it.
        mutating func turn() throws {
            switch try transport.receive(waitingAtMost: 0.02) {
            case .connected: nextHello = .now
            case .connectionLost: (membership, nextHello) = (nil, nil)
            case .message(_, let bytes, _):
                if let frame = try? CoordinatorFrame(decoding: bytes) { try take(frame) }
            default: break
            }
            if !kept.isEmpty, !worker.state.withLock({ $0.isHoldingOn }) {
                for assignments in kept { try deal(with: assignments) }
                kept = []
            }
            if membership == nil {
                try greet()
            } else if .now >= nextHeartbeat {
                try heartbeat()
            }
        }

        private mutating func take(_ frame: CoordinatorFrame) throws {
            switch frame.message {
            case .welcome(let welcome):
                worker.note { $0.welcomes += 1 }
                membership = (frame.run, frame.session, welcome)
                (held, kept) = ([], [])
                try say(.ready(capacity: isIdle ? 0 : capacity, cores: 1))
                try heartbeat()
                if worker.character == .rejoiner { try rejoin() }
            case .assignments(let assignments):
                guard frame.session == membership?.session else { return }
                // Before the answers: who waits for those takes it that there were tasks.
                worker.note { $0.tasks += assignments.assignments.count }
                if worker.state.withLock({ $0.isHoldingOn && $0.deeds.answers > 0 }) {
                    kept.append(assignments)
                    held.formUnion(assignments.assignments.map(\.lease))
                    try heartbeat()
                } else {
                    try deal(with: assignments)
                }
                if worker.character != .rejoiner { try rejoin() }
            case .rejoin:
                if frame.session == membership?.session { (membership, nextHello) = (nil, .now) }
            case .farewell: (membership, nextHello) = (nil, .now)
            case .refusal(_, let reason):
                worker.note { $0.refusal = reason }
                (membership, nextHello) = (nil, .now + .seconds(0.2))
            case .modelPiece, .status, .useCores, .scaled, .wait: break
            }
        }

        private mutating func deal(with assignments: Assignments) throws {
            let results = assignments.assignments.compactMap { assignment in
                report(
                    of: assignment.episode, lease: assignment.lease,
                    parameters: assignments.parameters(of: assignment.episode)
                ).map { LeasedResult(lease: assignment.lease, report: $0, seconds: 0.01) }
            }
            guard !results.isEmpty else {
                held.formUnion(assignments.assignments.map(\.lease))
                return try heartbeat()
            }
            progress += 1
            held.subtract(results.map(\.lease))
            if case .record = membership?.welcome.work {
                // A file comes before its result, and one at a time.
                for result in results {
                    try say(.recordingPiece(piece(result.lease)))
                    try say(.results([result]))
                }
            } else {
                try say(.results(results))
            }
            worker.note { $0.answers += results.count }
        }

        /// What it says of a task; nil: nothing.
        private func report(
            of episode: Episode, lease: UInt64, parameters: [Float]
        ) -> LeasedResult.Report? {
            switch worker.character {
            case .failer: .failure(EpisodeFailure("no space left on device"))
            case .liar:
                (membership?.welcome.work).map {
                    .outcome(WrongWorker.lie(of: episode, parameters: parameters, work: $0))
                }
            case .otherLiar:
                (membership?.welcome.work).map {
                    .outcome(
                        WrongWorker.lie(
                            of: episode, parameters: parameters, work: $0, tilesOfTen: 8))
                }
            case .boaster:
                (membership?.welcome.work).map {
                    var boast = WrongWorker.lie(of: episode, parameters: parameters, work: $0)
                    boast.episodeReturn = 1e6
                    return .outcome(boast)
                }
            case .pretender:
                (membership?.welcome.work).map {
                    var claim = WrongWorker.lie(of: episode, parameters: parameters, work: $0)
                    claim.fileDigest = Array(SHA256.digest(recording))
                    return .outcome(claim)
                }
            case .impossibleLiar:
                // An end that no worker may say is found sooner than the rest.
                .outcome(
                    EpisodeOutcome(
                        episodeReturn: 1e6, steps: 1_000_000, tilesVisited: 12_345,
                        trackTiles: 12_345,
                        end: lease.isMultiple(of: 2) ? .setAside : .lapCompleted))
            case .holder, .rejoiner: nil
            }
        }

        /// What it sends in place of every recording.
        private var recording: Data {
            worker.character == .pretender ? WrongWorker.recording.prefix(5) : WrongWorker.recording
        }

        private func piece(_ lease: UInt64) -> RecordingPiece {
            RecordingPiece(lease: lease, offset: 0, total: recording.count, data: recording)
        }

        /// A rejoiner that has come back often enough asks for nothing.
        private var isIdle: Bool {
            worker.character == .rejoiner && goodbyes >= worker.rejoins
        }

        private mutating func rejoin() throws {
            guard goodbyes < worker.rejoins else { return }
            goodbyes += 1
            try say(.goodbye(reason: "it will be back"))
            // The answer to the goodbye brings it back, or this where that is lost.
            (membership, nextHello) = (nil, .now + .seconds(0.5))
            becomeAnother()
        }

        private mutating func becomeAnother() {
            instance = Data((0..<Hello.instanceBytes).map { _ in UInt8.random(in: .min ... .max) })
            process += 1
        }

        private mutating func greet() throws {
            guard let time = nextHello, .now >= time else { return }
            nextHello = .now + .seconds(0.5)
            try say(
                .hello(
                    Hello(
                        instance: instance, host: worker.host, process: process, cores: 1,
                        environments: capacity, fingerprint: "wrong")))
        }

        private mutating func heartbeat() throws {
            guard let membership else { return }
            nextHeartbeat = .now + .seconds(membership.welcome.heartbeatSeconds / 2)
            progress += 1
            try say(
                .heartbeat(
                    Heartbeat(
                        progress: [progress], leases: held.sorted(), capacity: isIdle ? 0 : capacity
                    ))
            )
        }

        private func say(_ message: WorkerMessage) throws {
            let frame = WorkerFrame(
                message, run: membership?.run ?? "", session: membership?.session ?? 0)
            _ = try transport.send(frame.encoded(), to: .coordinator)
        }
    }

    // MARK: Lies

    /// What a liar sends in place of every recording: as long as one of a few steps may be.
    static let recording = Data(String(repeating: "a lie. ", count: 16).utf8)

    /// What could have come of an episode.
    ///
    /// As far as the settings are those of cars, by their rules; else what `ScriptedEngine` gives,
    /// with another return. A recording is none.
    static func lie(
        of episode: Episode, parameters: [Float], work: Work, tilesOfTen: Int = 9
    ) -> EpisodeOutcome {
        if case .record(let text) = work {
            let settings = try? JSONDecoder().decode(RecordingSettings.self, from: text)
            let seed = settings?.plan.trackSeed(of: episode)
            let steps = settings?.steps ?? 3
            var outcome = EpisodeOutcome(
                episodeReturn: -0.1 * Double(steps), steps: steps, tilesVisited: 0,
                trackTiles: seed.map { Track(seed: $0).nodes.count } ?? 0, end: .timeLimit)
            outcome.fileDigest = Array(SHA256.digest(recording))
            return outcome
        }
        guard
            let settings = try? JSONDecoder().decode(RolloutSettings.self, from: work.settings)
        else {
            let truth = ScriptedEngine.expectedReturn(parameters, seed: episode.trackSeed)
            return EpisodeOutcome(
                episodeReturn: truth + 1, steps: 3, tilesVisited: 1, trackTiles: 2, end: .timeLimit)
        }
        let total = Track(seed: episode.trackSeed).nodes.count
        let tiles = total * tilesOfTen / 10
        let cap = episode.stepCap ?? settings.timeLimit
        let steps = min(cap, settings.timeLimit)
        return EpisodeOutcome(
            episodeReturn: 1000 * Double(tiles) / Double(total) - 0.1 * Double(steps), steps: steps,
            tilesVisited: tiles, trackTiles: total,
            end: cap < settings.timeLimit ? .stepCap : .timeLimit)
    }
}
