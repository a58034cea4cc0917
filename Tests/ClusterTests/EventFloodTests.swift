// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import ClusterSessions
import ClusterTransport
import Episodes
import Foundation
import RolloutServer
import RolloutWorker
import TestSupport
import Testing

/// Whoever says the same over and over crowds nothing out.
@Suite(.inTurn())
struct EventFloodTests {
    private func server() throws -> RolloutServer {
        try RolloutServer(
            RolloutServer.Configuration(
                bind: "tcp://127.0.0.1:*", run: "flood", models: [],
                work: .score(settings: Data("{}".utf8))))
    }

    /// Joins, and gives its messages' frame and its leases.
    private func join(
        _ transport: ConnectingTransport
    ) async throws -> (frame: CoordinatorFrame, leases: [UInt64]) {
        var welcome: CoordinatorFrame?
        while true {
            try Task.checkCancellation()
            await Task.yield()
            switch try transport.receive(waitingAtMost: 0.01) {
            case .connected:
                let hello = Hello(
                    instance: Data(repeating: 9, count: Hello.instanceBytes), host: "liar",
                    process: 0, cores: 1, environments: 8, fingerprint: "")
                _ = try transport.send(WorkerFrame(.hello(hello)).encoded(), to: .coordinator)
            case .message(_, let bytes, _):
                let frame = try CoordinatorFrame(decoding: bytes)
                if case .welcome = frame.message {
                    welcome = frame
                    try send(.ready(capacity: 8, cores: 1), over: transport, frame)
                } else if case .assignments(let batch) = frame.message, let welcome {
                    return (welcome, batch.assignments.map(\.lease))
                }
            default: break
            }
        }
    }

    private func send(
        _ message: WorkerMessage, over transport: ConnectingTransport, _ frame: CoordinatorFrame
    ) throws {
        let bytes = WorkerFrame(message, run: frame.run, session: frame.session).encoded()
        while try !transport.send(bytes, to: .coordinator) {
            try Task.checkCancellation()
            _ = try transport.receive(waitingAtMost: 0.01)
        }
    }

    @Test func `seven hundred events of one kind are a few, and a quarantine is told`() async throws
    {
        let server = try server()
        let work = Task { try await server.perform(makeBatch(8)) { _, _ in } }
        let transport = try ConnectingTransport(
            connectingTo: Endpoint(parsing: server.address, binding: false))
        let (frame, leases) = try await join(transport)
        for _ in 0..<700 { try send(.ready(capacity: 8, cores: 1), over: transport, frame) }
        // A recording where none is made, three times.
        var outcome = EpisodeOutcome(
            episodeReturn: 1, steps: 5, tilesVisited: 1, trackTiles: 2, end: .timeLimit)
        outcome.fileDigest = [UInt8](repeating: 0, count: 32)
        for lease in leases.prefix(3) {
            try send(
                .results([LeasedResult(lease: lease, report: .outcome(outcome), seconds: 0)]),
                over: transport, frame)
        }
        var joined: [Int] = []
        var isQuarantined = false
        events: for await event in server.events {
            switch event {
            case .joined: joined.append(1)
            case .quarantined:
                isQuarantined = true
                server.stop()
            case .repeated(.joined, let count, _): joined.append(count)
            default: break
            }
        }
        #expect(isQuarantined)
        #expect(joined == [1, 1, 1, 1, 1, 696])
        transport.close()
        await #expect(throws: ServerStopped.self) { try await work.value }
    }

    @Test func `who asks for the status without end is cut off, and others are answered`()
        async throws
    {
        let server = try server()
        let body = WorkerFrame(.statusRequest).encoded()
        let question = [0, UInt8(body.count)] + body
        let thousand = Array(repeatElement(question, count: 1000).joined())
        let peer = try RawPeer(server.address, greets: true)
        var thousands = 0
        while thousands < 10_000, peer.send(thousand) { thousands += 1 }
        #expect(thousands < 10_000)
        #expect(server.counters().malformed >= 100)
        let worker = try TestWorker(server.address)
        #expect(try await server.perform(makeBatch(20)) { _, _ in }.count == 20)
        worker.worker.drain()
        _ = try await worker.end()
        let client = try ConnectingTransport(
            connectingTo: Endpoint(parsing: server.address, binding: false))
        var isAnswered = false
        while !isAnswered {
            try Task.checkCancellation()
            _ = try client.send(WorkerFrame(.statusRequest).encoded(), to: .coordinator)
            if case .message(_, let bytes, _) = try client.receive(waitingAtMost: 1),
                case .status = try CoordinatorFrame(decoding: bytes).message
            {
                isAnswered = true
            }
        }
        client.close()
        server.stop()
    }
}
