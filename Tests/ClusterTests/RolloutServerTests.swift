// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import ClusterTransport
import ClusterSessions
import Foundation
import RolloutWorker
import Synchronization
import TestSupport
import Testing

@testable import Episodes

@testable import RolloutServer

@testable import Search

@Suite(.inTurn())
struct RolloutServerTests {
    private func server(
        bind: String = "tcp://127.0.0.1:*", lease: Double = 10, model: Data = Data([1, 2, 3]),
        change: (inout RolloutServer.Configuration) -> Void = { _ in }
    ) throws -> RolloutServer {
        var configuration = RolloutServer.Configuration(
            bind: bind, run: "test", models: [ServedModel(name: "vae", data: model)],
            work: .score(settings: Data("{}".utf8)))
        configuration.core.session.heartbeatSeconds = 0.1
        configuration.core.leaseSeconds = lease
        configuration.core.noticeSeconds = 0.2
        change(&configuration)
        return try RolloutServer(configuration)
    }

    private func expectRight(_ results: [EpisodeResult], _ tasks: EpisodeBatch) {
        #expect(results.map(\.episode) == tasks.episodes)
        #expect(results.map(\.outcome.episodeReturn) == ScriptedEngine.expectedReturns(tasks))
    }

    /// Waits for an event; the time limit of the suite is the only clock.
    private func wait(
        for server: RolloutServer, until fits: (ServerEvent) -> Bool
    ) async -> ServerEvent? {
        for await event in server.events where fits(event) { return event }
        return nil
    }

    @Test func `two workers do every task once, bit for bit, in the tasks' order`() async throws {
        let server = try server()
        let workers = try [
            TestWorker(server.address, host: "a"), TestWorker(server.address, host: "b"),
        ]
        let seen = Mutex<[EpisodeName]>([])
        for generation in 0..<3 {
            let tasks = makeBatch(100, generation: generation)
            let results = try await server.perform(tasks) { result, _ in
                seen.withLock { $0.append(result.name) }
            }
            expectRight(results, tasks)
        }
        #expect(seen.withLock { Set($0).count } == 300)
        #expect(seen.withLock { $0.count } == 300)
        for worker in workers { worker.worker.drain() }
        for worker in workers { #expect(try await worker.end() == .drained) }
        server.stop()
    }

    @Test func `a killed worker's tasks go to one that comes later`() async throws {
        let server = try server()
        let gate = Gate(open: false)
        let first = try TestWorker(server.address, gate: gate, host: "first")
        let tasks = makeBatch(20)
        async let results = server.perform(tasks) { _, _ in }
        _ = await wait(for: server) { if case .joined = $0 { true } else { false } }
        first.kill()
        let lost = await wait(for: server) { if case .lost = $0 { true } else { false } }
        #expect(lost?.description.contains("first") == true)
        let second = try TestWorker(server.address, host: "second")
        let done = try await results
        expectRight(done, tasks)
        #expect(done.allSatisfy { $0.driver.name.hasPrefix("second/") })
        second.worker.drain()
        _ = try await second.end()
        server.stop()
    }

    @Test func `a worker that falls silent is noticed, and welcome when it returns`() async throws {
        let server = try server(lease: 1)
        let gate = Gate(open: false)
        let worker = try TestWorker(server.address, gate: gate)
        // More than it had in hand: it must be given work again, not only be listened to.
        let tasks = makeBatch(20)
        async let results = server.perform(tasks) { _, _ in }
        _ = await wait(for: server) { if case .joined = $0 { true } else { false } }
        worker.mute()
        let lost = await wait(for: server) { if case .lost = $0 { true } else { false } }
        #expect(lost?.description.contains("silence") == true)
        worker.heal()
        gate.open()
        expectRight(try await results, tasks)
        worker.worker.drain()
        _ = try await worker.end()
        server.stop()
    }

    @Test func `another protocol version is refused with both numbers`() async throws {
        let server = try server()
        let worker = try TestWorker(server.address, change: { $0.protocolVersion = 77 })
        let error = await #expect(throws: RolloutWorker.Failure.self) { try await worker.end() }
        #expect(error?.description.contains("version 77") == true)
        #expect(
            error?.description.contains("the coordinator \(ProtocolVersion.current)") == true)
        server.stop()
    }

    @Test func `another fingerprint is refused where the run demands one`() async throws {
        let server = try server { $0.core.session.fingerprint = "a processor of another kind" }
        let worker = try TestWorker(server.address)
        let error = await #expect(throws: RolloutWorker.Failure.self) { try await worker.end() }
        #expect(error?.description.contains("a processor of another kind") == true)
        server.stop()
    }

    @Test func `a worker that stops hands its tasks back`() async throws {
        let server = try server()
        let gate = Gate(open: false)
        let worker = try TestWorker(
            server.address, gate: gate, change: { $0.graceSeconds = 0.1 })
        let tasks = makeBatch(6)
        async let results = server.perform(tasks) { _, _ in }
        await gate.isReached()
        worker.worker.drain()
        #expect(try await worker.end() == .drained)
        let left = await wait(for: server) { if case .left = $0 { true } else { false } }
        #expect(left?.description.contains("the grace time is over") == true)
        let second = try TestWorker(server.address)
        expectRight(try await results, tasks)
        #expect(server.counters().deaths == 0)
        second.worker.drain()
        _ = try await second.end()
        server.stop()
    }

    @Test func `workers return to a coordinator that was started again`() async throws {
        let first = try server()
        let address = first.address
        let worker = try TestWorker(address)
        expectRight(try await first.perform(makeBatch(10)) { _, _ in }, makeBatch(10))
        first.stop(reason: "restarting")
        let second = try server(bind: address)
        expectRight(try await second.perform(makeBatch(10)) { _, _ in }, makeBatch(10))
        #expect(worker.lines.count { $0.hasPrefix("connected") } == 2)
        #expect(worker.lines.contains { $0.contains("restarting") })
        worker.worker.drain()
        _ = try await worker.end()
        second.stop()
    }

    @Test func `a model of many chunks arrives whole`() async throws {
        // Two chunks and a byte, all of them different.
        var model = Data()
        for chunk in 0..<3 as Range<UInt8> {
            model.append(Data(repeating: chunk, count: chunk < 2 ? WireLimits.chunkBytes : 1))
        }
        let sent = model
        let server = try server(model: sent)
        let received = Mutex<Data?>(nil)
        let worker = RolloutWorker(configuration: .init(environments: 1))
        let endpoint = try Endpoint(parsing: server.address, binding: false)
        Thread {
            _ = try? worker.run(
                over: try ConnectingTransport(connectingTo: endpoint),
                engine: { models, settings in
                    received.withLock { $0 = models["vae"] }
                    return { ScriptedEngine(slots: $0) }
                }, report: { _ in })
        }.start()
        _ = try await server.perform(makeBatch(1)) { _, _ in }
        #expect(received.withLock { $0 } == sent)
        worker.drain()
        server.stop()
    }

    @Test func `what a result's taker throws ends the work`() async throws {
        struct Stop: Error {}
        let server = try server()
        let worker = try TestWorker(server.address)
        await #expect(throws: Stop.self) {
            try await server.perform(makeBatch(50)) { _, _ in throw Stop() }
        }
        // The server is of use afterwards.
        expectRight(try await server.perform(makeBatch(5)) { _, _ in }, makeBatch(5))
        worker.worker.drain()
        _ = try await worker.end()
        server.stop()
    }

    @Test func `work without workers waits, says so, and ends with the server`() async throws {
        let server = try server()
        let work = Task { try await server.perform(makeBatch(3)) { _, _ in } }
        let event = await wait(for: server) { if case .waiting = $0 { true } else { false } }
        #expect(event?.description.contains("3 tasks") == true)
        server.stop(reason: "enough")
        await #expect(throws: ServerStopped(reason: "enough")) { _ = try await work.value }
        await #expect(throws: ServerStopped(reason: "enough")) {
            _ = try await server.perform(makeBatch(1)) { _, _ in }
        }
    }

    @Test func `counts and workers are those of now, and the last ones after the end`() async throws
    {
        let server = try server()
        #expect(server.counters() == ServerCounters())
        #expect(server.workers().isEmpty)
        let worker = try TestWorker(server.address, environments: 3)
        _ = await wait(for: server) { if case .joined = $0 { true } else { false } }
        #expect(server.counters().workers == 1)
        #expect(server.workers().map(\.environments) == [3])
        expectRight(try await server.perform(makeBatch(7)) { _, _ in }, makeBatch(7))
        #expect(server.counters().completed == 7)
        #expect(server.workers().map(\.completed) == [7])
        server.stop()
        #expect(server.counters().completed == 7)
        worker.worker.drain()
        _ = try await worker.end()
    }

    @Test func `a task no engine can run comes back set aside, ranked worst`() async throws {
        let server = try server()
        let worker = try TestWorker(server.address)
        let sound = makeBatch(10)
        var vectors = sound.vectors
        vectors[4] = []
        let tasks = EpisodeBatch(vectors: vectors, episodes: sound.episodes)
        let results = try await server.perform(tasks) { _, _ in }
        #expect(results.map(\.episode) == tasks.episodes)
        #expect(results.map { $0.outcome.end == .setAside } == (0..<10).map { $0 == 4 })
        #expect(results[4].outcome.episodeReturn.isNaN)
        worker.worker.drain()
        _ = try await worker.end()
        server.stop()
    }

    @Test func `a port in use, a foreign address and bad text are told apart`() throws {
        let server = try server()
        #expect(throws: TransportError.addressInUse(server.address)) {
            try self.server(bind: server.address)
        }
        #expect(throws: TransportError.plaintext("tcp://0.0.0.0:*")) {
            try self.server(bind: "tcp://0.0.0.0:*")
        }
        #expect(throws: TransportError.addressNotAvailable("tcp://192.0.2.1:5555")) {
            try self.server(bind: "tcp://192.0.2.1:5555") { $0.isInsecureAllowed = true }
        }
        for text in ["", "127.0.0.1:1", "tcp://", "tcp://host", "tcp://:1", "tcp://a:99999"] {
            #expect(throws: TransportError.self, "\(text)") { try self.server(bind: text) }
        }
        server.stop()
    }
}
