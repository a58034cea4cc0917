// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Digests
import ClusterProtocol
import ClusterTransport
import ClusterSessions
import Foundation
import RolloutWorker
import SeededRandom
import Synchronization
import TestSupport
import Testing

@testable import Episodes

@testable import RolloutServer

@testable import Search

/// A peer that is a worker by the protocol, and lies about recordings.
@Suite(.inTurn())
struct HostileRecordingTests {
    private static let fileBytes = 40_000

    /// The file that honest workers make of a task.
    private static func file(_ index: Int) -> Data {
        Data((0..<fileBytes).map { UInt8(truncatingIfNeeded: $0 &* (index + 3) >> 4) })
    }

    /// What every engine here gives.
    fileprivate static let short = EpisodeOutcome(
        episodeReturn: 1, steps: 5, tilesVisited: 1, trackTiles: 2, end: .timeLimit)

    /// Makes files without environments.
    private final class FileEngine: EpisodeEngine {
        private var ended: [FinishedEpisode] = []
        private var waiting: [(ticket: UInt64, episode: Episode)] = []

        var freeSlots: Int { 4 - waiting.count }

        func submit(_ episode: Episode, parameters: [Float], ticket: UInt64) {
            waiting.append((ticket, episode))
        }

        func step() {
            ended += waiting.map { ticket, episode in
                FinishedEpisode(
                    ticket: ticket, episode: episode,
                    outcome: .success(HostileRecordingTests.short),
                    file: HostileRecordingTests.file(episode.name.candidate))
            }
            waiting = []
        }

        func takeFinished() -> [FinishedEpisode] {
            defer { ended = [] }
            return ended
        }
    }

    private func server(recordingBytes: Int) throws -> RolloutServer {
        var configuration = RolloutServer.Configuration(
            bind: "tcp://127.0.0.1:*", run: "hostile", models: [],
            work: .record(settings: Data("{}".utf8)))
        configuration.core.session.heartbeatSeconds = 0.1
        configuration.core.session.recordingBytes = recordingBytes
        return try RolloutServer(configuration)
    }

    private func tasks(_ count: Int) -> EpisodeBatch {
        EpisodeBatch(
            vectors: [], episodes: (0..<count).map { Episode(name: .recording($0), trackSeed: 0) })
    }

    /// A conversation that follows the protocol as far as the test wants it to.
    private final class Liar {
        private let transport: ConnectingTransport
        private(set) var run = ""
        private(set) var session: UInt64 = 0
        private(set) var leases: [UInt64] = []

        init(_ address: String) throws {
            transport = try ConnectingTransport(
                connectingTo: Endpoint(parsing: address, binding: false))
        }

        deinit { transport.close() }

        func send(_ message: WorkerMessage) throws {
            let frame = WorkerFrame(message, run: run, session: session).encoded()
            // A full queue is waited for: nothing that the test counts may be lost.
            while try !transport.send(frame, to: .coordinator) {
                _ = try transport.receive(waitingAtMost: 0.01)
            }
        }

        /// What the coordinator says of itself now.
        func status() async throws -> ServerCounters {
            try send(.statusRequest)
            while true {
                await Task.yield()
                if case .message(_, let bytes, _) = try transport.receive(waitingAtMost: 0.01),
                    case .status(let status) = try CoordinatorFrame(decoding: bytes).message
                {
                    return status.counters
                }
            }
        }

        /// Joins, and waits for leases.
        func takeLeases() async throws {
            while leases.isEmpty {
                // The work that the leases are for needs a thread as well.
                await Task.yield()
                switch try transport.receive(waitingAtMost: 0.01) {
                case .connected:
                    try send(
                        .hello(
                            Hello(
                                instance: Data(repeating: 9, count: Hello.instanceBytes),
                                host: "liar", process: 0, cores: 1, environments: 8,
                                fingerprint: "")))
                case .message(_, let bytes, _):
                    let frame = try CoordinatorFrame(decoding: bytes)
                    if case .welcome = frame.message {
                        run = frame.run
                        session = frame.session
                        try send(.ready(capacity: 8, cores: 1))
                    } else if case .assignments(let batch) = frame.message {
                        leases += batch.assignments.map(\.lease)
                    }
                default: break
                }
            }
        }

        func chunk(
            _ data: Data, lease: UInt64, offset: Int = 0, total: Int? = nil
        ) -> WorkerMessage {
            .recordingPiece(
                RecordingPiece(
                    lease: lease, offset: offset, total: total ?? data.count, data: data))
        }

        func result(_ lease: UInt64, digest: Data) -> WorkerMessage {
            var outcome = HostileRecordingTests.short
            outcome.fileDigest = Array(digest)
            return .results([LeasedResult(lease: lease, report: .outcome(outcome), seconds: 0)])
        }
    }

    @Test
    func `what does not fit is dropped, the liar gets no more, all files are right`()
        async throws
    {
        let server = try server(recordingBytes: Self.fileBytes)
        let tasks = tasks(60)
        let received = Collected()
        async let results = server.perform(tasks) { received.add($0, $1) }
        let liar = try Liar(server.address)
        try await liar.takeLeases()
        let lease = liar.leases[0]
        let piece = Data(count: 1000)
        // One that begins a file and six that are dropped, the first of which ends that file.
        try liar.send(liar.chunk(piece, lease: lease, total: 5000))
        try liar.send(liar.chunk(piece, lease: lease, offset: 3000, total: 5000))
        try liar.send(liar.chunk(piece, lease: lease, offset: 1000, total: 5000))
        try liar.send(liar.chunk(piece, lease: lease, total: Self.fileBytes + 1))
        try liar.send(liar.chunk(piece, lease: lease &+ 1_000_000))
        try liar.send(liar.chunk(piece, lease: 0))
        try liar.send(liar.chunk(piece, lease: lease, offset: 5000, total: 5000 + 1000))
        // Begun and never ended, again and again.
        for lease in liar.leases { try liar.send(liar.chunk(piece, lease: lease, total: 2000)) }
        // Three results without the file they speak of: enough for the quarantine.
        try liar.send(liar.result(liar.leases[1], digest: SHA256.digest(piece)))
        try liar.send(liar.chunk(piece, lease: liar.leases[2]))
        try liar.send(liar.result(liar.leases[2], digest: Data(count: 32)))
        try liar.send(liar.chunk(piece, lease: liar.leases[3]))
        try liar.send(liar.result(liar.leases[3], digest: Data()))
        for await event in server.events {
            if case .quarantined(let party, _, _, _, _) = event {
                #expect(party.hasPrefix("liar@"))
                break
            }
        }
        let worker = try TestWorker(server.address, engine: { _, _ in { _ in FileEngine() } })
        #expect(try await results.allSatisfy { $0.driver.name.hasPrefix("host/") })
        #expect(received.files == (0..<60).map { Self.file($0) })
        #expect(try await liar.status().malformed == 6 + 3)
        worker.worker.drain()
        _ = try await worker.end()
        server.stop()
    }

    @Test func `where rollouts are driven, no piece of a recording is kept`() async throws {
        let server = try server(recordingBytes: 0)
        async let results = server.perform(tasks(8)) { #expect($1 == nil) }
        let liar = try Liar(server.address)
        try await liar.takeLeases()
        try liar.send(liar.chunk(Data(count: 10), lease: liar.leases[0]))
        for lease in liar.leases.prefix(3) {
            try liar.send(liar.result(lease, digest: Data(count: 32)))
        }
        for await event in server.events { if case .quarantined = event { break } }
        let worker = try TestWorker(
            server.address, engine: { _, _ in { _ in RecordlessEngine() } })
        #expect(try await results.count == 8)
        #expect(try await liar.status().malformed == 4)
        worker.worker.drain()
        _ = try await worker.end()
        server.stop()
    }

    @Test func `a flood of pieces fills no memory and stops no work`()
        async throws
    {
        let server = try server(recordingBytes: Self.fileBytes)
        // The liar's own leases keep the work open as long as it lives.
        async let results = server.perform(tasks(40)) { _, _ in }
        let liar = try Liar(server.address)
        try await liar.takeLeases()
        var random = PCG64(seed: 3)
        let before = ResidentMemory.now
        for _ in 0..<5000 {
            let lease = liar.leases[Int(random.integer(below: UInt32(liar.leases.count)))]
            let bytes = Data(count: 1 + Int(random.integer(below: 30_000)))
            try liar.send(
                liar.chunk(
                    bytes, lease: random.integer(below: 4) == 0 ? random.next() : lease,
                    offset: random.integer(below: 2) == 0 ? 0 : Int(random.integer(below: 9000)),
                    total: bytes.count + Int(random.integer(below: 20_000))))
        }
        try liar.send(.goodbye(reason: ""))
        for await event in server.events { if case .left = event { break } }
        #expect(await ResidentMemory.growth(since: before, below: 100) < 100)
        let worker = try TestWorker(server.address, engine: { _, _ in { _ in FileEngine() } })
        #expect(try await results.count == 40)
        #expect(try await liar.status().malformed > 1000)
        worker.worker.drain()
        _ = try await worker.end()
        server.stop()
    }
}

/// Files as they come, by their index.
private final class Collected: Sendable {
    private let state = Mutex([Int: Data]())

    func add(_ result: EpisodeResult, _ file: Data?) {
        state.withLock { $0[result.name.candidate] = file }
    }

    var files: [Data] {
        state.withLock { files in files.keys.sorted().compactMap { files[$0] } }
    }
}

/// Ends every episode at once, and records none.
private final class RecordlessEngine: EpisodeEngine {
    private var waiting: [FinishedEpisode] = []

    var freeSlots: Int { 4 - waiting.count }

    func submit(_ episode: Episode, parameters: [Float], ticket: UInt64) {
        waiting.append(
            FinishedEpisode(
                ticket: ticket, episode: episode, outcome: .success(HostileRecordingTests.short)))
    }

    func step() {}

    func takeFinished() -> [FinishedEpisode] {
        defer { waiting = [] }
        return waiting
    }
}
