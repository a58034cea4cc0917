// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import ClusterTransport
import ClusterSessions
import ClusterProtocol
import Foundation
import RolloutWorker
import SeededRandom
import TestSupport
import Testing
import WorldModel

@testable import Episodes

@testable import RolloutServer

@testable import Search
@testable import Rollouts

/// The promise that everything else rests on, with the real engine and real sockets: a return
/// depends on the models, the parameters and the track alone.
@Suite(.inTurn(), .serialized)
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

    private static let batch = EpisodeBatch(
        vectors: (0..<UInt64(count)).map { index in
            var generator = PCG64(seed: 500 + index)
            return (0..<ControllerShape().parameterCount).map { _ in
                Float(0.2 * generator.normalPair().0)
            }
        },
        episodes: (0..<count).map { index in
            Episode(
                name: EpisodeName(
                    purpose: .training, generation: 1, candidate: index, repetition: 0),
                trackSeed: 7 * UInt64(index) + 1, vector: index)
        })

    /// What one episode at a time gives: the bits of the returns and of every action.
    private static let alone = Result { try drive(environments: 1) }

    private struct Drive: Equatable {
        var returns: [UInt64]
        var actions: [UInt64: [UInt32]]
    }

    /// Keeps every action of every episode, in the order of their ends.
    private struct ActionBits: LockstepSink {
        private var current: [[UInt32]]
        private(set) var finished: [[UInt32]] = []

        init(slots: Int) { current = [[UInt32]](repeating: [], count: slots) }

        mutating func begin(_ slot: Int) { current[slot] = [] }

        mutating func didStep(
            _ slot: Int, observation: UnsafePointer<UInt8>, action: UnsafePointer<Float>,
            result: EnvironmentStep
        ) {
            current[slot] += (0..<3).map { action[$0].bitPattern }
        }

        mutating func end(_ slot: Int, _ outcome: Episodes.EpisodeOutcome) -> Data? {
            finished.append(current[slot])
            return nil
        }
    }

    private static func drive(environments: Int) throws -> Drive {
        let engine = LockstepEngine(
            try CarRacingSlots(count: environments),
            ControllerPolicy(
                try FrozenModels(vae: models.vae, mdrnn: models.mdrnn), settings.form(),
                isShared: false, slots: environments),
            ActionBits(slots: environments), settings.plan)
        var drive = Drive(returns: [UInt64](repeating: 0, count: count), actions: [:])
        var indices = batch.episodes.indices.makeIterator()
        var ended: [UInt64] = []
        try engine.drive(
            batch, next: { indices.next() },
            onFinished: { finished in
                drive.returns[Int(finished.ticket)] = try finished.outcome.get().episodeReturn
                    .bitPattern
                ended.append(finished.ticket)
            })
        for (index, actions) in zip(ended, engine.sink.finished) { drive.actions[index] = actions }
        return drive
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
                engine: { models, work in
                    let engines = try CarRacingWork.engines(models: models, work: work)
                    gathered.leave()
                    gathered.wait()
                    return engines
                })
        }
        let results = try await server.perform(Self.batch) { _, _ in }
        #expect(results.count == Self.count)
        #expect(
            try results.map(\.outcome.episodeReturn.bitPattern) == Self.alone.get().returns)
        #expect(Set(results.map(\.driver.name)).count == workers)
        for worker in team { worker.worker.drain() }
        for worker in team { #expect(try await worker.end() == .drained) }
        server.stop()
    }
}
