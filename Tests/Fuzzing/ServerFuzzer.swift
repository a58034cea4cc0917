// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import ClusterProtocol
import ClusterSessions
import Digests
import Episodes
import Foundation
import RolloutServer

extension FuzzTarget {
    /// All that a coordinator decides: its side of the conversation, and who drives what.
    static let server = FuzzTarget("server", expects: { $0 is WireError }) {
        [
            // Two workers of several cores, of two hosts; six tasks, a result of each; a core is
            // lost, fewer cores; scaling and the status; time; a release.
            [
                0, 1, 0, 1, 2, 0, 0, 6, 1, 1, 1, 2, 2, 1, 0, 6, 2, 4, 5, 0, 7, 1, 0, 2, 0, 7, 20,
                20, 0, 0, 0, 2, 1, 7, 20, 20, 0, 0, 5, 7, 1, 0, 2, 0, 254, 0, 60, 1, 1, 2, 1, 255,
                1,
                1, 5, 0, 1, 4, 6, 2, 1, 7, 1, 0, 2, 1, 253, 0, 1, 2, 1, 252, 8, 5, 0, 8, 30, 0, 6,
                1,
            ],
            // A dataset: a recording and its result; a cancelled batch; who looks and who operates;
            // what is prepared, and begun; a farewell.
            [
                1, 1, 0, 4, 2, 0, 0, 9, 4, 4, 2, 7, 1, 0, 2, 0, 1, 0, 0, 0, 9, 0, 2, 0, 7, 20, 20,
                0, 32,
            ]
                + Array(SHA256.digest(Data([9]))) + [
                    0, 7, 1, 0, 4, 0, 5, 2, 9, 2, 0, 1, 2, 2, 252, 9, 3, 1, 2, 2, 3, 253, 1, 1, 10,
                    0, 2, 104, 105, 1, 1, 2, 10, 1, 1, 1, 2, 11, 2, 1, 111, 3, 0, 7, 1, 0,
                ],
        ]
    } read: { bytes in
        var fuzzer = ServerFuzzer(bytes)
        while !fuzzer.isOver { try fuzzer.step() }
    }
}

/// Reads a story out of bytes, and lets a server live through it.
private struct ServerFuzzer {
    private let configuration: ServerCore.Configuration
    private let records: Bool
    private var input: ByteReader
    private var core: ServerCore
    private var now = 0.0
    private var steps = 0
    /// The last session that each peer was told, and whose each is.
    private var sessions: [PeerIdentifier: UInt64] = [:]
    private var origins: [PeerIdentifier: PeerOrigin] = [:]
    /// The leases that were handed out last.
    private var leases: [UInt64] = []
    private var lastTicket = 0
    /// What has been delivered, as ticket and place.
    private var delivered: Set<[Int]> = []

    init(_ bytes: [UInt8]) {
        input = ByteReader(bytes)
        records = input.byte() % 2 == 1
        var session = CoordinatorSession.Configuration(
            run: "fuzz", models: [ServedModel(name: "vae", data: Data([1, 2, 3]))],
            work: records ? .record(settings: Data("{}".utf8)) : .score(settings: Data("{}".utf8)))
        session.recordingBytes = records ? 64 : 0
        session.maximumWorkers = 3
        session.fingerprint = "cpu"
        var configuration = ServerCore.Configuration(session: session)
        configuration.backlogBytes = 64
        configuration.plausibility = { _, outcome, _ in
            outcome.tilesVisited == 13 ? "13 tiles" : nil
        }
        self.configuration = configuration
        core = ServerCore(configuration: configuration, seed: 2000)
    }

    var isOver: Bool { input.isEmpty || steps > 200 }

    mutating func step() throws {
        steps += 1
        switch input.byte() % 12 {
        case 0:
            let sender = peer()
            receive(input.take(Int(input.byte())), from: sender)
        case 1:
            let sender = peer()
            receive(
                WorkerFrame(.hello(FuzzTarget.hello(instance: input.byte() % 5))).encoded(),
                from: sender)
        case 2:
            let sender = peer()
            let leases = leases
            let message = input.workerMessage(model: configuration.session.models[0].sha256) {
                leases.isEmpty ? UInt64($0) : leases[Int($0) % leases.count]
            }
            guard let message else { return }
            let frame = WorkerFrame(message, run: "fuzz", session: sessions[sender] ?? 0)
            receive(frame.encoded(), from: sender)
        case 3: core.disconnected(peer(), at: now)
        case 4: submit(1 + input.number(below: 6))
        case 5: core.cancel(input.number(below: 1 + lastTicket))
        case 6: core.release(input.number(below: 2) == 0 ? "fuzz" : "fuzz1/1")
        case 7: advance(by: Double(input.byte()) / 16)
        case 8: advance(by: Double(input.byte()) * 4)
        case 9:
            let sender = peer()
            origins[sender] = input.origin()
        case 10: input.number(below: 2) == 0 ? core.prepare(input.text()) : startOver()
        default: core.sayFarewell(input.farewell(), input.text())
        }
        try obey()
        do {
            try core.checkInvariants()
        } catch {
            fatalError("\(error)")
        }
    }

    private mutating func peer() -> PeerIdentifier {
        PeerIdentifier([UInt8(input.number(below: 4))])
    }

    private mutating func receive(_ bytes: [UInt8], from peer: PeerIdentifier) {
        core.received(
            bytes, from: peer, origins[peer] ?? PeerOrigin(address: "10.0.0.2"), at: now)
    }

    private mutating func submit(_ count: Int) {
        lastTicket += 1
        let episodes = (0..<count).map { index in
            let name =
                records
                ? EpisodeName.recording(index)
                : EpisodeName(
                    purpose: .training, generation: lastTicket, candidate: index, repetition: 0)
            return Episode(name: name, trackSeed: UInt64(index), vector: records ? 0 : index % 2)
        }
        var claims: [EpisodeName: EpisodeResult] = [:]
        // What an earlier life was told by a party that may be here.
        if !records, input.number(below: 4) == 3 {
            claims[episodes[0].name] = EpisodeResult(
                episode: episodes[0],
                outcome: EpisodeOutcome(
                    episodeReturn: 9, steps: 20, tilesVisited: 0, trackTiles: 50, end: .timeLimit),
                driver: EpisodeDriver(name: "fuzz/1", fingerprint: "cpu", party: "fuzz@10.0.0.2"))
        }
        core.submit(
            lastTicket,
            EpisodeBatch(
                vectors: records ? [] : [[1, 2], [3]], episodes: episodes, claims: claims), at: now)
    }

    private mutating func advance(by seconds: Double) {
        now += seconds
        core.advance(to: now, backlogBytes: 32 * input.number(below: 4))
    }

    private mutating func startOver() {
        let waiting = core.waitingPeers
        core = ServerCore(configuration: configuration, seed: 4000 * UInt64(1 + steps))
        (sessions, leases, delivered) = ([:], [], [])
        core.invite(waiting, at: now)
    }

    private mutating func obey() throws {
        var actions = core.takeActions()
        // An answer is an action as well.
        while !actions.isEmpty {
            for action in actions { try obey(action) }
            actions = core.takeActions()
        }
    }

    private mutating func obey(_ action: ServerCore.Action) throws {
        switch action {
        case .send(let bytes, let peer):
            let frame = try FuzzTarget.sound { try CoordinatorFrame(decoding: bytes) }
            if case .welcome = frame.message { sessions[peer] = frame.session }
            if case .assignments(let message) = frame.message {
                leases = Array((leases + message.assignments.map { $0.lease }).suffix(64))
            }
        case .deliver(let ticket, let results, _):
            for result in results {
                let isNew = delivered.insert([ticket, result.index]).inserted
                precondition(isNew, "\(result.result.name) twice")
                precondition(
                    result.file == nil || records, "a file of \(result.result.name)")
            }
        case .statusAsked(let peer): core.answerStatus(to: peer, run: nil, at: now)
        case .fail(let ticket, _): core.cancel(ticket)
        case .tell(let event):
            let text = event.description
            precondition(text == text.printable, text)
        case .distrust, .cutOff: break
        }
    }
}
