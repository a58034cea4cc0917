// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import ClusterSessions
import Episodes
import Foundation

extension FuzzTarget {
    /// The coordinator's side of the conversation with some peers that say anything in any order.
    static let coordinatorSession = FuzzTarget(
        "coordinator-session", expects: { $0 is WireError }
    ) {
        [
            // Hello, ready, a task, a recording in two pieces, its result, a goodbye.
            [1, 0, 1, 2, 0, 0, 4, 6, 0, 1, 2, 0, 1, 1, 1, 0, 1, 4, 2, 9, 9, 2, 0, 2, 3, 0],
            [1, 0, 1, 1, 1, 1, 1, 1, 2, 5, 0, 1, 0, 7, 3, 1, 2, 2, 8, 4, 0],
        ]
    } read: { bytes in
        var fuzzer = CoordinatorFuzzer(bytes)
        while !fuzzer.isOver { try fuzzer.step() }
    }
}

/// Reads a story out of bytes, and lets a session live through it.
private struct CoordinatorFuzzer {
    private var input: ByteReader
    private var session: CoordinatorSession
    private var now = 0.0
    /// The last session that each peer was told.
    private var sessions: [PeerIdentifier: UInt64] = [:]
    private var steps = 0

    init(_ bytes: [UInt8]) {
        input = ByteReader(bytes)
        var configuration = CoordinatorSession.Configuration(
            run: "fuzz", models: [ServedModel(name: "vae", data: Data([1, 2, 3]))],
            work: .record(settings: Data("{}".utf8)))
        configuration.recordingBytes = 64
        configuration.maximumWorkers = 3
        configuration.fingerprint = "cpu"
        session = CoordinatorSession(configuration: configuration, firstSession: 1000)
    }

    var isOver: Bool { input.isEmpty || steps > 200 }

    mutating func step() throws {
        steps += 1
        switch input.byte() % 9 {
        case 0:
            let sender = peer()
            receive(input.take(Int(input.byte())), from: sender)
        case 1:
            let sender = peer()
            let hello = FuzzTarget.hello(instance: input.byte() % 5)
            receive(WorkerFrame(.hello(hello)).encoded(), from: sender)
        case 2:
            let sender = peer()
            guard let message = message() else { return }
            let frame = WorkerFrame(message, run: "fuzz", session: sessions[sender] ?? 0)
            receive(frame.encoded(), from: sender)
        case 3: session.disconnected(peer())
        case 4:
            let episode = Episode(name: .recording(input.number(below: 4)), trackSeed: 1)
            session.assign(
                [.init(lease: UInt64(input.byte()), episode: episode)], vectors: [],
                to: input.number(below: 6))
        case 5: session.hangUp(input.number(below: 6))
        case 6: session.forget(input.number(below: 6))
        case 7: session.sweepRecordings { lease, _ in lease % 2 == 0 }
        default: now += Double(input.byte()) / 16
        }
        try obey()
    }

    private mutating func peer() -> PeerIdentifier {
        PeerIdentifier([UInt8(input.number(below: 4))])
    }

    /// A message of a peer that takes part.
    private mutating func message() -> WorkerMessage? {
        switch input.byte() % 8 {
        case 0: return .ready(capacity: input.number(below: 100), cores: 1 + input.number(below: 9))
        case 1:
            let lease = UInt64(input.byte())
            let offset = input.number(below: 80)
            let data = Data(input.take(1 + input.number(below: 70)))
            guard !data.isEmpty else { return nil }
            return .recordingPiece(
                RecordingPiece(
                    lease: lease, offset: offset,
                    total: offset + data.count + input.number(below: 8), data: data))
        case 2:
            return .heartbeat(
                Heartbeat(
                    progress: [input.word()], leases: input.take(3).map(UInt64.init),
                    capacity: input.number(below: 100), cores: 1 + input.number(below: 9)))
        case 3: return .goodbye(reason: input.text())
        case 4: return .modelRequest(sha256: Data(input.take(32)), offset: input.word())
        case 5:
            return .modelRequest(
                sha256: session.configuration.models[0].sha256, offset: input.word())
        case 6:
            return .coreLost(
                CoreLoss(
                    core: input.number(below: 9), seconds: 60,
                    leases: input.take(3).map(UInt64.init)))
        default:
            var outcome = EpisodeOutcome(
                episodeReturn: Double(input.byte()), steps: input.number(below: 100),
                tilesVisited: input.number(below: 50), trackTiles: 50, end: .timeLimit)
            outcome.fileDigest = input.take(input.number(below: 33))
            return .results([
                LeasedResult(
                    lease: UInt64(input.byte()), report: .outcome(outcome), seconds: 1)
            ])
        }
    }

    private mutating func receive(_ bytes: [UInt8], from peer: PeerIdentifier) {
        session.received(bytes, from: peer, at: now) { lease, worker in
            lease % 2 == 0 || worker == 1
        }
    }

    private mutating func obey() throws {
        for action in session.takeActions() {
            switch action {
            case .send(let bytes, let peer):
                // What it says is sound.
                let frame = try CoordinatorFrame(decoding: bytes)
                if case .welcome = frame.message { sessions[peer] = frame.session }
            case .replaced(let worker): session.forget(worker)
            case .result(_, _, _, _, _, _, let file):
                precondition(file?.count ?? 0 <= 64, "a file of \(file?.count ?? 0) bytes")
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
