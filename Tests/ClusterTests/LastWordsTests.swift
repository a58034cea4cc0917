// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import ClusterSessions
import Episodes
import Foundation
import RolloutServer
import RolloutWorker
import TestSupport
import Testing

/// What a worker says at its end reaches the coordinator's events.
@Suite(.inTurn())
struct LastWordsTests {
    /// An engine that breaks in its first step, or cannot be made.
    private struct Broken: Error, CustomStringConvertible {
        var description: String { "no memory for textures" }
    }

    private final class BreakingEngine: EpisodeEngine {
        var freeSlots: Int { 4 }

        func submit(_ episode: Episode, parameters: [Float], ticket: UInt64) throws {}
        func step() throws { throw Broken() }
        func takeFinished() -> [FinishedEpisode] { [] }
    }

    @Test(arguments: [false, true])
    func `an engine that breaks is named with its error`(breaksInStep: Bool) async throws {
        let server = try RolloutServer(
            RolloutServer.Configuration(
                bind: "tcp://127.0.0.1:*", run: "run", models: [], work: .score(settings: Data())))
        defer { server.stop() }
        let work = Task { _ = try await server.perform(makeBatch(4)) { _, _ in } }
        defer { work.cancel() }
        let worker = try TestWorker(
            server.address,
            engine: { _, _ in
                if breaksInStep { return { _ in BreakingEngine() } }
                return { _ in throw Broken() }
            })
        for await event in server.events {
            guard case .left(let name, let reason) = event else { continue }
            #expect(name.contains("/"))
            #expect(reason.contains("its engine failed"))
            #expect(reason.contains("no memory for textures"))
            break
        }
        let failure = await #expect(throws: RolloutWorker.Failure.self) { try await worker.end() }
        #expect(failure?.description.contains("no memory for textures") == true)
    }
}
