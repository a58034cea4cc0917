// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CarRacing
import ClusterSessions
import Episodes
import Foundation
import RolloutServer
import Rollouts
import Testing

/// What other tests rest on: wrong workers are taken for workers.
@Suite(.timeLimit(.minutes(5)))
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
