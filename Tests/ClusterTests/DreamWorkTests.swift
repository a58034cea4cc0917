// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import ClusterSessions
import Episodes
import Foundation
import RolloutServer
import RolloutWorker
import Rollouts
import SeededRandom
import TestSupport
import Testing
import WorldModel

/// Dreams over real sockets: workers fetch where they begin as they fetch V and M.
@Suite(.timeLimit(.minutes(5)))
struct DreamWorkTests {
    private static let settings = RolloutSettings(timeLimit: 30)

    /// Dreams of 40 controllers, at two temperatures.
    private static let batch = EpisodeBatch(
        vectors: (0..<UInt64(40)).map { index in
            var generator = PCG64(seed: 700 + index)
            return (0..<ControllerShape().parameterCount).map { _ in
                Float(0.2 * generator.normalPair().0)
            }
        },
        episodes: (0..<40).map { index in
            Episode(
                name: EpisodeName(
                    purpose: .training, generation: 1, candidate: index, repetition: 0),
                trackSeed: UInt64(index), dreamTemperature: index % 2 == 0 ? 0.5 : 1.3,
                vector: index)
        })

    private static func alone() throws -> [EpisodeOutcome] {
        let memory = try MDRNNParameters(
            SafetensorsFile(data: QuickModels.mdrnn, name: "M"), name: "M")
        let starts = try DreamStarts(
            SafetensorsFile(data: QuickModels.dreamStarts, name: "starts"), name: "starts")
        return try DreamEngine(
            DreamModel(memory, starts: starts), settings: settings, environments: 1
        ).run(batch).map { try $0.outcome.get() }
    }

    private static func models(starts: Data? = QuickModels.dreamStarts) -> [ServedModel] {
        [
            ServedModel(name: "vae", data: QuickModels.vae),
            ServedModel(name: "mdrnn", data: QuickModels.mdrnn),
        ] + [starts].compactMap { $0 }.map { ServedModel(name: "dream-starts", data: $0) }
    }

    private static func server(_ models: [ServedModel]) throws -> RolloutServer {
        try RolloutServer(
            RolloutServer.Configuration(
                bind: "tcp://127.0.0.1:*", run: "dreams", models: models,
                work: .dream(settings: JSONEncoder().encode(settings))))
    }

    @Test(arguments: [1, 3]) func `dreams are the same with any number of workers`(
        workers: Int
    ) async throws {
        let server = try Self.server(Self.models())
        let team = try (0..<workers).map { index in
            try TestWorker(
                server.address, environments: 1 + 2 * index, host: "host\(index)",
                engine: { try CarRacingWork.engines(models: $0, work: $1) })
        }
        let results = try await server.perform(Self.batch) { _, _ in }
        #expect(results.map(\.outcome) == (try Self.alone()))
        #expect(Set(results.map(\.outcome.episodeReturn)).count == 40)
        for worker in team { worker.worker.drain() }
        for worker in team { #expect(try await worker.end() == .drained) }
        server.stop()
    }

    @Test func `a worker without starts, or with those of another M, says so`() throws {
        let work = Work.dream(settings: try JSONEncoder().encode(Self.settings))
        func engines(_ models: [ServedModel]) throws {
            _ = try CarRacingWork.engines(
                models: Dictionary(
                    uniqueKeysWithValues: models.map { ($0.name, $0.data) }),
                work: work)
        }
        try engines(Self.models())
        #expect(throws: CarRacingWork.Failure.missingModel("dream-starts")) {
            try engines(Self.models(starts: nil))
        }
        let small = ModelSizes(latent: 2, hidden: 3)
        let other = DreamStarts(
            latents: [0, 0], hiddens: [0, 0, 0], cells: [0, 0, 0], sizes: small, vae: "",
            mdrnn: "")
        #expect(
            throws: DreamStarts.Failure.sizes(
                file: "dream-starts.safetensors", found: small, expected: ModelSizes())
        ) {
            try engines(Self.models(starts: other.file.encoded()))
        }
    }
}
