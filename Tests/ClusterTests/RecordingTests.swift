// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import ClusterProtocol
import ClusterTransport
import ClusterSessions
import Foundation
import RolloutWorker
import Rollouts
import Synchronization
import TestSupport
import Testing
import WorldModel

@testable import Episodes

@testable import RolloutServer

@testable import Search

/// A dataset recorded by a cluster is the dataset recorded here.
@Suite(.inTurn(minutes: 15))
struct RecordingTests {
    /// Episodes that an engine began and ended.
    private final class Tally: Sendable {
        let begun = Atomic(0)
        let ended = DispatchSemaphore(value: 0)
    }

    /// An engine that counts.
    private final class TalliedEngine: EpisodeEngine {
        private let engine: any EpisodeEngine
        private let tally: Tally

        init(_ engine: any EpisodeEngine, _ tally: Tally) {
            self.engine = engine
            self.tally = tally
        }

        var freeSlots: Int { engine.freeSlots }

        func submit(_ episode: Episode, parameters: [Float], ticket: UInt64) throws {
            tally.begun.add(1, ordering: .relaxed)
            try engine.submit(episode, parameters: parameters, ticket: ticket)
        }

        func step() throws { try engine.step() }

        func takeFinished() -> [FinishedEpisode] {
            let finished = engine.takeFinished()
            for _ in finished { tally.ended.signal() }
            return finished
        }
    }

    /// A dataset's description, and the files that the recorder of this process makes of it.
    private struct Dataset {
        var settings: RecordingSettings
        var models: [ServedModel] = []
        var files: [Data] = []

        init(_ policy: DrivingPolicy, steps: Int = 12, count: Int) throws {
            settings = RecordingSettings(policy: policy, steps: steps, seed: .max - 3)
            var agent: RecordingAgent?
            if policy == .controller {
                var random = SystemRandomNumberGenerator()
                let controller = ControllerParameters(
                    latent: .sampled,
                    values: (0..<867).map { _ in Float.random(in: -1...1, using: &random) })
                agent = (
                    try FrozenModels(vae: QuickModels.vae, mdrnn: QuickModels.mdrnn), controller
                )
                models = [
                    ServedModel(name: "vae", data: QuickModels.vae),
                    ServedModel(name: "mdrnn", data: QuickModels.mdrnn),
                    ServedModel(name: "controller", data: controller.file().encoded()),
                ]
            }
            let directory = try TemporaryDirectory()
            try DatasetRecorder(settings, agent: agent).record(
                Array(0..<count), to: directory.url)
            files = try (0..<count).map {
                try Data(contentsOf: directory.file(DatasetRecorder.fileName($0)))
            }
        }

        var tasks: EpisodeBatch {
            EpisodeBatch(
                vectors: [],
                episodes: files.indices.map { Episode(name: .recording($0), trackSeed: 0) })
        }

        func server(
            bind: String = "tcp://127.0.0.1:*",
            change: (inout RolloutServer.Configuration) -> Void = { _ in }
        ) throws -> RolloutServer {
            var configuration = try RolloutServer.Configuration(
                bind: bind, run: "recording", models: models,
                work: .record(settings: settings.encoded()))
            configuration.core.session.heartbeatSeconds = 0.1
            configuration.core.session.recordingBytes = settings.largestFile
            // Each file that is checked is drawn twice, which takes long under a sanitizer.
            configuration.core.agreementsToTrust = 1
            change(&configuration)
            return try RolloutServer(configuration)
        }
    }

    /// As the worker command makes it.
    private static let engine: EngineFactory = { models, work in
        try CarRacingWork.engines(models: models, work: work)
    }

    @Test(arguments: DrivingPolicy.allCases)
    func `two workers record the files of a local recording, and one of them dies`(
        policy: DrivingPolicy
    ) async throws {
        let dataset = try Dataset(policy, count: 14)
        let server = try dataset.server()
        let workers = try ["a", "b"].map { name in
            try TestWorker(server.address, environments: 3, host: name, engine: Self.engine)
        }
        let received = Mutex([Int: Data]())
        let results = try await server.perform(dataset.tasks) { result, file in
            let isFirst = received.withLock { files in
                #expect(files[result.name.candidate] == nil)
                files[result.name.candidate] = file
                return files.count == 1
            }
            // Whoever was first has others in hand.
            if isFirst { workers[result.driver.name.hasPrefix("a/") ? 0 : 1].kill() }
        }
        #expect(
            received.withLock { files in dataset.files.indices.map { files[$0] } } == dataset.files)
        #expect(results.map(\.episode) == dataset.tasks.episodes)
        #expect(results.allSatisfy { $0.outcome.steps == 12 })
        #expect(server.counters().disagreements == 0)
        #expect(Set(dataset.files).count == dataset.files.count)
        for worker in workers { worker.worker.drain() }
        for worker in workers { _ = try? await worker.end() }
        server.stop()
    }

    @Test func `one worker serves coordinators that record and that do not, by turns`() async throws
    {
        let dataset = try Dataset(.brownian, count: 3)
        let first = try dataset.server()
        let address = first.address
        let worker = try TestWorker(address, environments: 2, engine: Self.engine)
        func record(_ server: RolloutServer) async throws {
            let received = Mutex([Int: Data]())
            _ = try await server.perform(dataset.tasks) { result, file in
                received.withLock { $0[result.name.candidate] = file }
            }
            #expect(received.withLock { files in (0..<3).map { files[$0] } } == dataset.files)
            server.stop(reason: "next")
        }
        try await record(first)
        let rollouts = try RolloutServer(
            .init(
                bind: address, run: "rollouts",
                models: [
                    ServedModel(name: "vae", data: QuickModels.vae),
                    ServedModel(name: "mdrnn", data: QuickModels.mdrnn),
                ], work: .score(settings: JSONEncoder().encode(RolloutSettings(timeLimit: 5)))))
        let results = try await rollouts.perform(makeBatch(4)) { #expect($1 == nil) }
        #expect(results.allSatisfy { $0.outcome.steps == 5 })
        // A task of the other kind is refused by name, and ends no worker.
        let foreign = try await rollouts.perform(dataset.tasks) { _, _ in }
        #expect(foreign.map { $0.outcome.end == .setAside } == [true, true, true])
        rollouts.stop(reason: "next")
        try await record(dataset.server(bind: address))
        #expect(worker.lines.count { $0.hasPrefix("connected") } == 3)
        worker.worker.drain()
        #expect(try await worker.end() == .drained)
    }

    @Test func `nothing is handed out while the files' taker is behind`() async throws {
        let dataset = try Dataset(.white, steps: 2, count: 30)
        let server = try dataset.server { $0.core.backlogBytes = 0 }
        let tally = Tally()
        let worker = try TestWorker(
            server.address, environments: 2,
            engine: { models, settings in
                let engines = try Self.engine(models, settings)
                return { TalliedEngine(try engines($0), tally) }
            })
        let capacity = 3
        let taken = Mutex(0)
        let results = try await server.perform(dataset.tasks) { _, _ in
            let before = taken.withLock { $0 }
            // The first file's taker is slow: what is in hand ends meanwhile, and no more begins.
            if before == 0 { for _ in 0..<capacity { tally.ended.wait() } }
            #expect(tally.begun.load(ordering: .relaxed) <= before + capacity)
            taken.withLock { $0 += 1 }
        }
        #expect(results.count == 30)
        worker.worker.drain()
        _ = try await worker.end()
        server.stop()
    }

    @Test func `no episode's file is longer than what a coordinator takes`() throws {
        let dataset = try Dataset(.white, steps: 40, count: 1)
        #expect(dataset.files[0].count <= dataset.settings.largestFile)
        // Noise, which no deflate shortens.
        var random = SystemRandomNumberGenerator()
        let writer = try RolloutWriter()
        for _ in 0..<40 {
            let noise = (0..<1536).flatMap { _ in
                withUnsafeBytes(of: random.next()) { Array($0) }
            }
            try noise.withUnsafeBytes {
                try writer.append(
                    observation: $0, action: SIMD3(repeating: .random(in: 0...1)), reward: 0,
                    isTerminal: false)
            }
        }
        let longestNoise = try writer.finish().count
        #expect(longestNoise <= dataset.settings.largestFile)
        let longest = RecordingSettings(
            policy: .white, steps: RecordingSettings.maximumSteps, seed: 0)
        #expect(longest.largestFile <= WireLimits.recordingBytes)
    }
}
