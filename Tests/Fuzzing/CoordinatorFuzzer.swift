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
            // Told to wait, called, hello, ready with 3 of 5 cores; an operator scales its host; a
            // heartbeat of three cores, a task, its core is lost; farewell.
            [
                253, 2, 104, 105, 1, 0, 4, 254, 1, 0, 4, 2, 0, 0, 9, 2, 252, 1, 0, 2, 2, 1, 253, 1,
                1, 2, 0, 255, 3, 1, 5, 1, 6, 1, 7, 0, 2, 2, 4, 9, 2, 1, 4, 1, 2, 1, 2, 0, 254, 0,
                60,
                1, 2, 255, 1, 1, 111,
            ],
            // A client that may look asks and scales; an operator scales who is not there, and
            // would work; one without a key scales.
            [
                252, 0, 1, 1, 2, 0, 252, 2, 0, 253, 0, 5, 252, 1, 0, 2, 2, 1, 253, 2, 3, 2, 1, 0, 9,
                2, 2, 2, 253, 1, 1,
            ],
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
    /// Whose each peer is.
    private var origins: [PeerIdentifier: PeerOrigin] = [:]
    private var steps = 0

    init(_ bytes: [UInt8]) {
        input = ByteReader(bytes)
        session = Self.session(first: 1000)
    }

    private static func session(first: UInt64) -> CoordinatorSession {
        var configuration = CoordinatorSession.Configuration(
            run: "fuzz", models: [ServedModel(name: "vae", data: Data([1, 2, 3]))],
            work: .record(settings: Data("{}".utf8)))
        configuration.recordingBytes = 64
        configuration.maximumWorkers = 3
        configuration.fingerprint = "cpu"
        return CoordinatorSession(configuration: configuration, firstSession: first)
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
        case 252: origins[peer()] = input.origin()
        case 253: session.prepare(input.text())
        case 254:
            // What was prepared is there.
            let waiting = session.waitingPeers
            session = Self.session(first: 2000 * UInt64(1 + steps))
            sessions = [:]
            session.invite(waiting)
        default: session.sayFarewell(input.farewell(), input.text())
        }
    }

    private mutating func act(_ step: UInt8) {
        switch step % 9 {
        case 0:
            let sender = peer()
            receive(input.take(Int(input.byte())), from: sender)
        case 1:
            let sender = peer()
            let hello = FuzzTarget.hello(instance: input.byte() % 5)
            receive(WorkerFrame(.hello(hello)).encoded(), from: sender)
        case 2:
            let sender = peer()
            let model = session.configuration.models[0].sha256
            guard let message = input.workerMessage(model: model) else { return }
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
    }

    private mutating func peer() -> PeerIdentifier {
        PeerIdentifier([UInt8(input.number(below: 4))])
    }

    private mutating func receive(_ bytes: [UInt8], from peer: PeerIdentifier) {
        session.received(bytes, from: peer, origins[peer] ?? PeerOrigin(), at: now) {
            lease, worker in
            lease % 2 == 0 || worker == 1
        }
    }

    private mutating func obey() throws {
        for action in session.takeActions() {
            switch action {
            case .send(let bytes, let peer):
                // What it says is sound.
                let frame = try FuzzTarget.sound { try CoordinatorFrame(decoding: bytes) }
                if case .welcome = frame.message { sessions[peer] = frame.session }
            case .replaced(let worker): session.forget(worker)
            case .result(_, _, _, _, _, _, let file):
                precondition(file?.count ?? 0 <= 64, "a file of \(file?.count ?? 0) bytes")
            case .joined(let worker, let slots, let cores, _):
                precondition(slots == 2 * cores, "\(slots) slots of worker \(worker)")
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
