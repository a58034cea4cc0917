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
        ]
    } read: { bytes in
        var fuzzer = WorkerFuzzer(bytes)
        while !fuzzer.isOver { try fuzzer.step() }
    }
}

/// Reads a story out of bytes, and lets a session live through it.
private struct WorkerFuzzer {
    private static let model = Data([1, 2, 3])

    private var input: ByteReader
    private var session: WorkerSession
    private var now = 0.0
    private var steps = 0
    /// What the engine drives.
    private var running: [UInt64] = []

    init(_ bytes: [UInt8]) {
        input = ByteReader(bytes)
        session = WorkerSession(
            configuration: WorkerSession.Configuration(hello: FuzzTarget.hello(instance: 3)))
    }

    var isOver: Bool { input.isEmpty || steps > 200 }

    mutating func step() throws {
        steps += 1
        switch input.byte() % 10 {
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
        case 7: if session.nextResults != nil { session.resultsSent() }
        case 8:
            let withdrawn = running.prefix(1)
            running.removeFirst(withdrawn.count)
            session.drain(withdrawn: Array(withdrawn), at: now)
        default: session.engineFailed(input.text())
        }
        try obey()
    }

    private mutating func message() -> CoordinatorMessage {
        switch input.byte() % 7 {
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
            let farewells: [Farewell] = [.answered, .paused, .finished, .failed]
            return .farewell(farewells[input.number(below: 4)], reason: input.text())
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
                file: input.number(below: 2) == 0 ? nil : Data(input.take(200))), seconds: 1)
    }

    private mutating func obey() throws {
        for action in session.takeActions() {
            switch action {
            case .send(let bytes): _ = try WorkerFrame(decoding: bytes)
            case .startEngine: running = []
            case .begin(let orders):
                running += orders.map(\.lease)
                precondition(Set(running).count == running.count, "a lease twice: \(running)")
            default: break
            }
        }
        do {
            try session.checkInvariants()
        } catch {
            fatalError("\(error)")
        }
    }
}
