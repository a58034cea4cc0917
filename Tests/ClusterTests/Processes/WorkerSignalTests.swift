// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes

import RolloutServer

import ClusterSessions
import ClusterProtocol
import Foundation
import Rollouts
import TestSupport
import Testing

/// A worker's process that is told to stop, as Kubernetes, Slurm and spot instances do.
@Suite(.inTurn(), .serialized)
struct WorkerSignalTests {
    /// Serves many short episodes, and signals a worker's process after the first result.
    private func stop(
        _ signals: [Int32], grace: Double
    ) async throws -> (status: Int32?, farewell: ServerEvent?, server: RolloutServer) {
        let server = try RolloutServer(
            RolloutServer.Configuration(
                bind: "tcp://127.0.0.1:*", run: "signals",
                models: [
                    ServedModel(name: "vae", data: QuickModels.vae),
                    ServedModel(name: "mdrnn", data: QuickModels.mdrnn),
                ], work: .score(settings: JSONEncoder().encode(RolloutSettings(timeLimit: 300)))))
        let worker = try ProgramProcess([
            "worker", "--connect", server.address, "--cores", "1", "--environments", "2",
            "--grace", "\(grace)",
        ])
        // More than it can do before the signal comes. Of its two environments one is in the middle
        // of a long episode when the other ends the first short one.
        let all = makeBatch(200)
        let tasks = EpisodeBatch(
            vectors: all.vectors,
            episodes: all.episodes.enumerated().map { index, episode in
                var episode = episode
                episode.stepCap = index.isMultiple(of: 2) ? 30 : nil
                return episode
            })
        let (firstResults, first) = AsyncStream.makeStream(of: Void.self)
        let work = Task { try await server.perform(tasks) { _, _ in first.yield() } }
        for await _ in firstResults { break }
        for number in signals { worker.signal(number) }
        let status = await worker.exitStatus()
        var farewell: ServerEvent?
        for await event in server.events {
            switch event {
            case .left, .lost: farewell = event
            default: continue
            }
            break
        }
        work.cancel()
        return (status, farewell, server)
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func `within the grace time it finishes what runs and ends with status 0`(
        signal: Int32
    ) async throws {
        let (status, farewell, server) = try await stop([signal], grace: 600)
        #expect(status == 0)
        #expect(farewell?.description.hasSuffix("it was told to stop and has finished") == true)
        #expect(server.counters().deaths == 0)
        server.stop()
    }

    @Test func `after the grace time it hands back what runs and ends with status 0`() async throws
    {
        let (status, farewell, server) = try await stop([SIGTERM], grace: 0)
        #expect(status == 0)
        #expect(farewell?.description.hasSuffix("the grace time is over") == true)
        #expect(server.counters().deaths == 0)
        server.stop()
    }

    @Test func `a second signal ends it at once`() async throws {
        let (status, farewell, server) = try await stop([SIGINT, SIGTERM], grace: 600)
        // Signals that are both pending come in no certain order.
        #expect(status == 128 + SIGTERM || status == 128 + SIGINT)
        #expect(farewell?.description.contains("is lost (disconnection)") == true)
        server.stop()
    }
}
