// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import ClusterSessions
import ClusterTransport
import Episodes
import Foundation
import RolloutServer
import RolloutWorker
import Synchronization
import TestSupport
import Testing

/// A worker of several cores, over real sockets.
@Suite(.inTurn())
struct CoreTests {
    /// What the engines of a worker did.
    private final class Tally: Sendable {
        private struct State {
            var reads = 0
            var engines = 0
        }

        private let state = Mutex(State())

        /// How often models were read.
        var reads: Int { state.withLock { $0.reads } }
        /// Engines so far.
        var engines: Int { state.withLock { $0.engines } }

        func read() { state.withLock { $0.reads += 1 } }

        /// The number of a new engine.
        func begin() -> Int {
            state.withLock { state in
                defer { state.engines += 1 }
                return state.engines
            }
        }
    }

    /// An engine that hangs in its step as long as it is told to.
    private final class HangingEngine: EpisodeEngine {
        private let slots: Int
        private let wrapped: ScriptedEngine
        private let hangs: @Sendable () -> Bool

        init(slots: Int, gate: Gate, hangs: @escaping @Sendable () -> Bool) {
            self.slots = slots
            wrapped = ScriptedEngine(slots: slots, gate: gate)
            self.hangs = hangs
        }

        var freeSlots: Int { wrapped.freeSlots }

        func submit(_ episode: Episode, parameters: [Float], ticket: UInt64) throws {
            try wrapped.submit(episode, parameters: parameters, ticket: ticket)
        }

        func step() throws {
            // What hangs cannot be asked to end; this one does with its test.
            while freeSlots < slots, hangs() { Thread.sleep(forTimeInterval: 0.01) }
            try wrapped.step()
        }

        func takeFinished() -> [FinishedEpisode] { wrapped.takeFinished() }
    }

    private func server() throws -> RolloutServer {
        var configuration = RolloutServer.Configuration(
            bind: "tcp://127.0.0.1:*", run: "run",
            models: [ServedModel(name: "vae", data: Data(repeating: 7, count: 3 << 20))],
            work: .score(settings: Data("{}".utf8)))
        configuration.core.session.heartbeatSeconds = 0.1
        configuration.core.leaseSeconds = 10
        return try RolloutServer(configuration)
    }

    /// Asks like `worldmodels scale`.
    private func scale(_ server: RolloutServer, to cores: Int, host: String? = nil) throws
        -> ScaleAnswer?
    {
        let transport = try ConnectingTransport(
            connectingTo: try Endpoint(parsing: server.address, binding: false))
        defer { transport.close() }
        while let event = try transport.receive(waitingAtMost: 20) {
            switch event {
            case .connected:
                _ = try transport.send(
                    WorkerFrame(.scale(host: host, cores: cores)).encoded(), to: .coordinator)
            case .message(_, let bytes, _):
                if case .scaled(let answer) = try CoordinatorFrame(decoding: bytes).message {
                    return answer
                }
            default: break
            }
        }
        return nil
    }

    @Test func `three cores share one copy of the models, and the last episodes`() async throws {
        let server = try server()
        let tally = Tally()
        let gate = Gate(open: false)
        let worker = try TestWorker(
            server.address, environments: 4,
            engine: { models, _ in
                tally.read()
                #expect(models["vae"]?.count == 3 << 20)
                return { slots in
                    _ = tally.begin()
                    return ScriptedEngine(slots: slots, gate: gate)
                }
            },
            change: {
                $0.hello.cores = 3
                $0.cores = 3
            })
        let tasks = makeBatch(6)
        let cores = Mutex<[Int: Int]>([:])
        async let results = server.perform(tasks) { result, _ in
            cores.withLock { $0[result.driver.core, default: 0] += 1 }
        }
        while !(gate.taken == 6 && tally.engines == 3) {
            try Task.checkCancellation()
            try await Task.sleep(for: .milliseconds(5))
        }
        gate.open()
        #expect(
            try await results.map(\.outcome.episodeReturn) == ScriptedEngine.expectedReturns(tasks))
        // No core has four while another has none.
        #expect(cores.withLock { $0.values.allSatisfy { $0 <= 4 } && $0.count >= 2 })
        #expect(tally.reads == 1)
        worker.worker.drain()
        _ = try await worker.end()
        server.stop()
    }

    @Test func `a core that hangs is named and replaced, while the others go on`() async throws {
        let server = try server()
        let tally = Tally()
        let isOver = Mutex(false)
        defer { isOver.withLock { $0 = true } }
        // The other one might have done all before the first has anything to hang with.
        let gate = Gate(open: false)
        let worker = try TestWorker(
            server.address, environments: 2,
            engine: { _, _ in
                { slots in
                    let isFirst = tally.begin() == 0
                    return HangingEngine(slots: slots, gate: gate) {
                        if isFirst { gate.open() }
                        return isFirst && !isOver.withLock { $0 }
                    }
                }
            },
            change: {
                $0.hello.cores = 2
                $0.cores = 2
                $0.stallSeconds = 1
            })
        let tasks = makeBatch(40)
        let results = try await server.perform(tasks) { _, _ in }
        #expect(results.map(\.outcome.episodeReturn) == ScriptedEngine.expectedReturns(tasks))
        var told: String?
        for await event in server.events {
            if case .coreLost = event {
                told = event.description
                break
            }
        }
        #expect(told?.contains("made no step for") == true)
        #expect(worker.lines.contains { $0.contains("another engine takes its place") })
        #expect(tally.engines == 3)
        #expect(server.counters().deaths == 1)
        worker.worker.drain()
        _ = try await worker.end()
        server.stop()
    }

    @Test func `cores are scaled while episodes run, down after them and up at once`() async throws
    {
        let server = try server()
        let gate = Gate(open: false)
        let worker = try TestWorker(
            server.address, environments: 2, gate: gate,
            change: {
                $0.hello.cores = 2
                $0.cores = 2
            })
        let tasks = makeBatch(30)
        async let results = server.perform(tasks) { _, _ in }
        func wait(_ fits: (WorkerSnapshot) -> Bool) async throws {
            while server.workers().first.map(fits) != true {
                try Task.checkCancellation()
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        try await wait { $0.outstanding >= 4 }
        #expect(try scale(server, to: 1, host: "elsewhere") != .told(workers: 1, limited: 0))
        #expect(try scale(server, to: 1) == .told(workers: 1, limited: 0))
        // The second core still drives what it had.
        try await wait { $0.wantedCores == 1 && $0.cores == 2 }
        gate.open()
        try await wait { $0.cores == 1 || $0.outstanding == 0 }
        #expect(try scale(server, to: 9) == .told(workers: 1, limited: 1))
        try await wait { $0.wantedCores == 2 && $0.cores == 2 }
        #expect(
            try await results.map(\.outcome.episodeReturn) == ScriptedEngine.expectedReturns(tasks))
        worker.worker.drain()
        _ = try await worker.end()
        #expect(try scale(server, to: 2) == .refused("no worker is connected"))
        server.stop()
    }
}
