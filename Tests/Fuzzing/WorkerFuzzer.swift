// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import ClusterSessions
import Digests
import Episodes
import Foundation

extension FuzzTarget {
    /// The worker's side of the conversation with a coordinator that says anything.
    static let workerSession = FuzzTarget("worker-session", expects: { $0 is WireError }) {
        [
            // A connection, welcome, the model, tasks, results, time, an end.
            [2, 1, 0, 1, 1, 3, 1, 2, 0, 5, 0, 6, 7, 6, 40, 1, 0, 4, 8],
            [2, 1, 0, 1, 1, 3, 6, 255, 3, 2, 1, 0, 1, 3, 5, 1, 6, 1],
            // Told to wait and called, welcomed; a model, four tasks; two cores, and three; two
            // engines hang; a result, a goodbye.
            [2, 1, 253, 2, 104, 105, 0, 1, 1, 0, 0, 1] + joining + [
                1, 3, 4, 1, 0, 0, 2, 0, 0, 3, 0, 0, 4, 0, 0, 0, 1, 1, 252, 1, 0, 1, 1, 252, 2, 0, 1,
            ] + hanging + hanging + hanging + [5, 0, 0, 0, 7, 253, 2, 104, 105],
            // The run that is wanted; answers to somebody who scales, a foreign engine's end, a
            // refusal.
            [252, 1] + joining + [
                1, 254, 0, 2, 110, 111, 0, 1, 1, 254, 1, 0, 1, 255, 2, 1, 7, 1, 255, 2, 2, 110, 111,
                0, 1,
            ],
        ]
    } read: { bytes in
        var fuzzer = WorkerFuzzer(bytes)
        while !fuzzer.isOver { try fuzzer.step() }
    }
}

/// Welcome, and the model that it names.
private let joining: [UInt8] = [1, 1, 1, 0, 104, 105, 40, 0, 1, 1, 2, 0, 0, 0, 0, 1]
/// Five seconds in which two cores with episodes do not step.
private let hanging: [UInt8] = [6, 80, 2, 0, 255, 0, 255]

/// Reads a story out of bytes, and lets a session live through it.
private struct WorkerFuzzer {
    private static let model = Data([1, 2, 3])

    private var input: ByteReader
    private var session: WorkerSession
    private var now = 0.0
    private var steps = 0
    /// What the engines drive, on as many cores as are used.
    private var running: [UInt64] = []
    private var cores = 4

    init(_ bytes: [UInt8]) {
        input = ByteReader(bytes)
        var configuration = WorkerSession.Configuration(hello: FuzzTarget.hello(instance: 3))
        configuration.stallSeconds = 6
        configuration.lifetimeSeconds = 300
        session = WorkerSession(configuration: configuration)
    }

    var isOver: Bool { input.isEmpty || steps > 200 }

    mutating func step() throws {
        steps += 1
        let step = input.byte()
        switch step {
        // What came later stands above the rest, whose bytes mean what they always did.
        case 252...: later(step)
        default: act(step)
        }
        try obey()
    }

    private mutating func later(_ step: UInt8) {
        switch step {
        case 252:
            let runs = [nil, "fuzz", "other"]
            session.connected(to: runs[input.number(below: 3)], at: now)
        case 253: session.leave(input.text())
        case 254: finish()
        default:
            // Of an engine that is not its own; what is told to be lost runs nowhere.
            let core = input.number(below: 9)
            let leases = input.take(input.number(below: 5)).map(UInt64.init)
            running.removeAll(where: leases.contains)
            session.coreLost(CoreLoss(core: core, seconds: 7, leases: leases))
        }
    }

    private mutating func act(_ step: UInt8) {
        switch step % 10 {
        case 0: session.received(input.take(Int(input.byte())), at: now)
        case 1:
            let frame = CoordinatorFrame(
                message(), run: input.number(below: 8) == 7 ? "other" : "fuzz",
                session: UInt64(input.number(below: 3)))
            session.received(frame.encoded(), at: now)
        case 2: session.connected(at: now)
        case 3: session.connectionLost(at: now)
        case 4: session.handshakeFailed(input.text(), at: now)
        case 5: finish()
        case 6:
            now += Double(input.byte()) / 16
            session.tick(
                at: now,
                cores: (0..<input.number(below: 4)).map { _ in
                    WorkerSession.CoreSigns(progress: input.word(), isBusy: input.byte() > 127)
                })
            precondition(session.deadline(after: now) >= now, "a deadline that has been")
            if session.isDue(at: now) { session.expire(withdrawn: withdraw(), at: now) }
        case 7: if session.nextResults != nil { session.resultsSent() }
        case 8: session.drain(withdrawn: withdraw(), at: now)
        default: session.engineFailed(input.text())
        }
    }

    /// Takes from the engines what they have not begun.
    private mutating func withdraw() -> [UInt64] {
        defer { running.removeFirst(min(1, running.count)) }
        return Array(running.prefix(1))
    }

    private mutating func message() -> CoordinatorMessage {
        let kind = input.byte()
        switch kind {
        case 252: return .useCores(1 + input.number(below: 9))
        case 253: return .wait(input.text())
        case 254:
            let workers = input.number(below: 3)
            return .scaled(
                workers == 0 ? .refused(input.text()) : .told(workers: workers, limited: 0))
        case 255:
            let reasons: [RefusalReason] = [.protocolVersion, .fingerprint, .full, .other]
            let reason = input.number(below: 5)
            guard reason < 4 else { return .farewell(input.farewell(), reason: input.text()) }
            return .refusal(reasons[reason], input.text())
        default: return olderMessage(kind % 7)
        }
    }

    private mutating func olderMessage(_ kind: UInt8) -> CoordinatorMessage {
        switch kind {
        case 0: return .rejoin
        case 1:
            return .welcome(
                Welcome(
                    models: (0..<input.number(below: 3)).map {
                        ModelDescription(
                            name: "model\($0)", sha256: SHA256.digest(Self.model),
                            size: Self.model.count + input.number(below: 2))
                    }, work: .record(settings: Data(input.take(2))),
                    heartbeatSeconds: 0.1 + Double(input.byte()) / 16))
        case 2:
            return .modelPiece(
                sha256: SHA256.digest(Self.model), offset: UInt64(input.number(below: 4)),
                data: input.number(below: 4) == 3
                    ? Data(input.take(3)) : Self.model.dropFirst(input.number(below: 3)))
        case 3:
            return .assignments(
                Assignments(
                    vectors: [ParameterBits.encode([1])],
                    assignments: (0..<input.number(below: 20)).map { _ in
                        .init(
                            lease: UInt64(input.byte()),
                            episode: Episode(
                                name: .recording(Int(input.byte())), trackSeed: input.word()))
                    }))
        case 4:
            return .farewell(input.farewell(), reason: input.text())
        case 5: return .refusal(.other, input.text())
        default:
            return .status(
                ClusterStatus(
                    counters: ServerCounters(), workers: [],
                    run: RunProgress(.search, done: input.number(below: 9), total: 9)))
        }
    }

    private mutating func finish() {
        guard !running.isEmpty else { return }
        let lease = running.remove(at: input.number(below: running.count))
        let outcome = EpisodeOutcome(
            episodeReturn: 1, steps: 2, tilesVisited: 1, trackTiles: 3, end: .timeLimit)
        session.finished(
            FinishedEpisode(
                ticket: lease,
                episode: Episode(name: .recording(0), trackSeed: 9),
                outcome: input.number(below: 2) == 0
                    ? .success(outcome) : .failure(EpisodeFailure(input.text())),
                file: input.number(below: 2) == 0 ? nil : Data(input.take(200))), seconds: 1,
            core: Int(lease) % cores)
    }

    private mutating func obey() throws {
        var actions = session.takeActions()
        // Replacing an engine leads to more.
        while !actions.isEmpty {
            for action in actions { try obey(action) }
            actions = session.takeActions()
        }
        do {
            try session.checkInvariants()
        } catch {
            fatalError("\(error)")
        }
    }

    private mutating func obey(_ action: WorkerSession.Action) throws {
        switch action {
        case .send(let bytes): _ = try FuzzTarget.sound { try WorkerFrame(decoding: bytes) }
        case .startEngine: running = []
        case .useCores(let count):
            precondition((1...4).contains(count) && count == session.cores, "\(count) cores")
            cores = count
        case .replaceEngine(let core, let seconds):
            precondition((0..<4).contains(core) && seconds > 6, "core \(core) of 4")
            let lost = running.filter { Int($0) % cores == core }
            running.removeAll(where: lost.contains)
            session.coreLost(CoreLoss(core: core, seconds: seconds, leases: lost))
        case .begin(let orders):
            running += orders.map(\.lease)
            precondition(Set(running).count == running.count, "a lease twice: \(running)")
        default: break
        }
    }
}
