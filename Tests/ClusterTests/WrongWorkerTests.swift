// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CarRacing
import ClusterProtocol
import ClusterSessions
import Episodes
import Foundation
import RolloutServer
import RolloutWorker
import Rollouts
import Synchronization
import TestSupport
import Testing

/// What other tests rest on: wrong workers are taken for workers.
@Suite(.inTurn())
struct WrongWorkerTests {
    private func server() throws -> RolloutServer {
        var configuration = RolloutServer.Configuration(
            bind: "tcp://127.0.0.1:*", run: "r",
            models: [ServedModel(name: "vae", data: Data([1]))], work: .score(settings: Data()))
        configuration.core.session.heartbeatSeconds = 0.1
        return try RolloutServer(configuration)
    }

    @Test(arguments: [
        WrongWorker.Character.failer, .liar, .impossibleLiar, .holder,
    ])
    func `it gets tasks and deals with them in its way`(
        character: WrongWorker.Character
    ) async throws {
        let server = try server()
        defer { server.stop() }
        let work = Task { try await server.perform(makeBatch(4)) { _, _ in } }
        let worker = try WrongWorker(server.address, character: character, host: "x")
        let isHolder = character == .holder
        let deeds = await worker.done { (isHolder ? $0.tasks : $0.answers) > 0 }
        #expect(deeds.tasks > 0 && (deeds.answers > 0) != isHolder)
        #expect(deeds.welcomes == 1 && deeds.refusal == nil)
        worker.stop()
        await worker.hasStopped()
        work.cancel()
        _ = try? await work.value
    }

    @Test func `it comes back as often as it is told`() async throws {
        let server = try server()
        defer { server.stop() }
        let worker = try WrongWorker(server.address, character: .rejoiner, host: "x", rejoins: 3)
        #expect(await worker.done { $0.welcomes == 4 }.welcomes == 4)
        worker.stop()
        await worker.hasStopped()
    }

    @Test func `a lie about cars could be true`() throws {
        let settings = RolloutSettings(timeLimit: 300)
        let rules = OutcomeRules(settings)
        let work = Work.score(settings: try JSONEncoder().encode(settings))
        for (seed, cap) in [(1, nil), (2, 100), (3, 300)] as [(UInt64, Int?)] {
            var episode = makeBatch(1).episodes[0]
            (episode.trackSeed, episode.stepCap) = (seed, cap)
            let lie = WrongWorker.lie(of: episode, parameters: [1], work: work)
            #expect(rules.problem(with: lie, of: episode) == nil)
        }
    }
}

/// One wrong worker among honest ones: the work ends, and what it ends with is right.
@Suite(.inTurn())
struct WrongParticipantTests {
    private func server(lease: Double = 1) throws -> RolloutServer {
        var configuration = RolloutServer.Configuration(
            bind: "tcp://127.0.0.1:*", run: "r",
            models: [ServedModel(name: "vae", data: Data([1]))], work: .score(settings: Data()))
        configuration.core.session.heartbeatSeconds = 0.1
        configuration.core.leaseSeconds = lease
        configuration.core.plausibility = { _, outcome, _ in
            outcome.steps > 100_000 ? "\(outcome.steps) steps" : nil
        }
        return try RolloutServer(configuration)
    }

    @Test(arguments: [
        WrongWorker.Character.failer, .liar, .impossibleLiar, .holder, .rejoiner,
    ])
    func `batches end as without it`(character: WrongWorker.Character) async throws {
        // A holder is waited for; who answers in no time is checked however busy the machine is.
        let server = try server(lease: character == .holder ? 3 : 20)
        defer { server.stop() }
        let tasks = makeBatch(176)
        let distrusted = Mutex<Set<String>>([])
        let work = Task {
            try await server.perform(tasks) { (news: EpisodeNews) in
                if case .distrusted(let party, _) = news {
                    distrusted.withLock { _ = $0.insert(party) }
                }
            }
        }
        // Honest ones are there, and the wrong one has tasks in hand before they end any.
        let gate = Gate(open: false)
        let honest = try ["a", "b"].map { try TestWorker(server.address, gate: gate, host: $0) }
        var joined = 0
        for await event in server.events {
            if case .joined = event { joined += 1 }
            if joined == honest.count { break }
        }
        let wrong = try WrongWorker(server.address, character: character, host: "wrong")
        if character != .rejoiner { _ = await wrong.done { $0.tasks > 0 } }
        if character == .failer {
            // While nobody else ends any it fails what it gets, until it gets no more.
            events: for await event in server.events {
                switch event {
                case .quarantined(let party, _, _, _, _):
                    #expect(party == "wrong@127.0.0.1")
                    break events
                case .setAside: break events
                default: continue
                }
            }
        }
        gate.open()
        let results = try await work.value
        let expected = ScriptedEngine.expectedReturns(tasks)
        for (result, value) in zip(results, expected) where result.driver.party != "wrong@127.0.0.1"
        {
            #expect(result.outcome.episodeReturn == value)
        }
        // Nothing of a liar's counts, be it that it was checked or that it is to be driven again.
        let lies = results.filter { $0.driver.name.hasPrefix("wrong/") }
        #expect(lies.isEmpty || !distrusted.withLock { $0.isEmpty })
        #expect(server.counters().setAside == 0)
        if character == .liar || character == .impossibleLiar {
            #expect(distrusted.withLock { $0 } == ["wrong@127.0.0.1"])
        }
        wrong.stop()
        await wrong.hasStopped()
        for worker in honest { worker.worker.drain() }
        for worker in honest { _ = try await worker.end() }
    }

    @Test func `a run whose only worker is in quarantine says so, until it is released`()
        async throws
    {
        let server = try server()
        defer { server.stop() }
        let wrong = try WrongWorker(server.address, character: .failer, host: "wrong")
        let work = Task { try await server.perform(makeBatch(8)) { _, _ in } }
        var waited = false
        for await event in server.events {
            if case .waiting(_, 1..., _) = event {
                waited = true
                break
            }
        }
        #expect(waited)
        #expect(server.workers().map(\.state) == [.quarantined])
        server.release("wrong")
        var released = false
        for await event in server.events {
            if case .released(let party) = event {
                released = party == "wrong@127.0.0.1"
                break
            }
        }
        #expect(released)
        wrong.stop()
        await wrong.hasStopped()
        work.cancel()
        _ = try? await work.value
    }
}
