// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import ClusterTransport
import ClusterSessions
import ClusterProtocol
import Foundation
import RolloutWorker
import SeededRandom
import Testing
import WorldModel

@testable import Episodes

@testable import RolloutServer

@testable import Search
@testable import Rollouts

/// The promise that everything else rests on, with the real engine and real sockets: a return
/// depends on the models, the parameters and the track alone.
@Suite(.timeLimit(.minutes(5)), .serialized)
struct EngineDeterminismTests {
    private static let count = 64

    /// Unoptimised, a step takes 30 times as long: then there are few of them, and the actions say
    /// what such short returns cannot.
    #if DEBUG
        private static let steps = 4
    #else
        private static let steps = 80
    #endif

    private static let settings = RolloutSettings(latent: .sampled, timeLimit: steps)

    /// V and M as files, drawn at random.
    private static let models: (vae: Data, mdrnn: Data) = {
        var generator = PCG64(seed: 23)
        return (
            VAEParameters(randomFrom: &generator).file().encoded(),
            MDRNNParameters(randomFrom: &generator).file().encoded()
        )
    }()

    private static let tasks: [RolloutTask] = (0..<UInt64(count)).map { index in
        var generator = PCG64(seed: 500 + index)
        let parameters = (0..<ControllerInputs.latentHidden.parameterCount).map { _ in
            Float(0.2 * generator.normalPair().0)
        }
        return RolloutTask(id: index, parameters: parameters, trackSeed: 7 * index + 1)
    }

    /// What one episode at a time gives: the bits of the returns and of every action.
    private static let alone = Result { try drive(environments: 1) }

    private struct Drive: Equatable {
        var returns: [UInt64]
        var actions: [UInt64: [UInt32]]
    }

    private static func drive(environments: Int) throws -> Drive {
        let engine = try RolloutEngine(
            models: FrozenModels(vae: models.vae, mdrnn: models.mdrnn), settings: settings,
            environments: environments)
        var actions: [UInt64: [UInt32]] = [:]
        // The engine's own numbering of `run` is the tasks' order, which is their identifier here.
        engine.onAction = { id, action in
            actions[id, default: []] += (0..<3).map { action[$0].bitPattern }
        }
        let outcomes = try engine.run(tasks)
        return Drive(returns: outcomes.map(\.episodeReturn.bitPattern), actions: actions)
    }

    @Test func `the 64 pairs are 64 different drives`() throws {
        let alone = try Self.alone.get()
        #expect(alone.returns.count == Self.count)
        #expect(alone.actions.count == Self.count)
        #expect(Set(alone.actions.values).count == Self.count)
        #expect(alone.actions.values.allSatisfy { $0.count == 3 * Self.steps })
        #expect(Set(alone.returns).count > Self.count / 2)
    }

    @Test(arguments: [3, 8, 16])
    func `64 returns are the same with any number of environments`(environments: Int) throws {
        #expect(try Self.drive(environments: environments) == Self.alone.get())
    }

    @Test(arguments: [1, 3])
    func `64 returns are the same through a coordinator with any number of workers`(
        workers: Int
    ) async throws {
        let server = try RolloutServer(
            RolloutServer.Configuration(
                bind: "tcp://127.0.0.1:*", run: "same",
                models: [
                    ServedModel(name: "vae", data: Self.models.vae),
                    ServedModel(name: "mdrnn", data: Self.models.mdrnn),
                ],
                work: .score(settings: JSONEncoder().encode(Self.settings))))
        // None begins before all are there, so that every one takes part.
        let gathered = DispatchGroup()
        for _ in 0..<workers { gathered.enter() }
        // Each with another number of environments: nothing may depend on it.
        let team = try (0..<workers).map { index in
            try TestWorker(
                server.address, environments: 2 + 3 * index, host: "host\(index)",
                engine: { models, work, environments in
                    let engine = try CarRacingWork.engine(
                        models: models, work: work, environments: environments)
                    gathered.leave()
                    gathered.wait()
                    return engine
                })
        }
        let evaluations = EpisodeBatch(
            vectors: Self.tasks.map(\.parameters),
            episodes: Self.tasks.enumerated().map { index, task in
                Episode(
                    name: EpisodeName(
                        purpose: .training, generation: 1, candidate: Int(task.id), repetition: 0),
                    trackSeed: task.trackSeed, vector: index)
            })
        let results = try await server.perform(evaluations) { _, _ in }
        #expect(results.count == Self.count)
        #expect(
            try results.map(\.outcome.episodeReturn.bitPattern) == Self.alone.get().returns)
        #expect(Set(results.map(\.driver.name)).count == workers)
        for worker in team { worker.worker.drain() }
        for worker in team { #expect(try await worker.end() == .drained) }
        server.stop()
    }
}
