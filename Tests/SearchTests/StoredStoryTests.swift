// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import RunStore
import Search
import SeededRandom
import Simulator
import Synchronization
import TestSupport
import Testing

/// Whole runs over the simulated cluster, with a real database: the coordinator is killed between
/// any two writes, and whenever else.
@Suite(.timeLimit(.minutes(20)))
struct StoredStoryTests {
    private static let count =
        ProcessInfo.processInfo.environment["STORIES"].flatMap { Int($0) }.map { $0 / 50 } ?? 200
    private static let generations = 3

    /// What a run comes to.
    private struct Ending: Equatable {
        var states: [String]
        var fitnesses: [String]
        var evaluations: [String]
        var rollouts: Int

        init(_ run: TemporaryRun) throws {
            let reader = try RunReader(run.directory)
            states = try reader.generations().map(\.stateDigest)
            fitnesses = try reader.generations().map(\.fitnessDigest)
            evaluations = try reader.evaluations().map(\.digest)
            rollouts =
                try reader.rolloutCount(purpose: .training)
                + reader.rolloutCount(purpose: .evaluation)
        }
    }

    @Test(arguments: [TemporaryRun.given, TemporaryRun.withAllOptions])
    func `a run that is killed at any write ends as one that is not`(
        given: [String: String]
    ) async throws {
        let expected = try await undisturbed(by: Nobody(), given)
        var ended = 0
        // A run with every option is several times as long.
        let count = given == TemporaryRun.given ? Self.count : Self.count / 5
        for seed in 0..<UInt64(count) {
            let run = TemporaryRun()
            do {
                try await live(run, seed: seed, given: given)
                #expect(try Ending(run) == expected, "story \(seed)")
            } catch is NotInSilence {
                ended += 1
            } catch {
                Issue.record("story \(seed): \(error)")
            }
        }
        // Mostly there are two honest workers, who find the liar at once.
        #expect(ended <= max(2, count / 5))
    }

    /// The run ended with an error that names the liar.
    private struct NotInSilence: Error {}

    @Test func `one worker and three end equally, with every option of the search`() async throws {
        let options = TemporaryRun.withAllOptions
        let expected = try await undisturbed(by: Nobody(), options)
        for workers in [1, 3] {
            var script = SimulatedCluster.Script()
            script.workers = workers
            script.faultSeconds = nil
            let cluster = SimulatedCluster(script, seed: 1)
            cluster.startServer()
            #expect(try await undisturbed(by: cluster, options) == expected, "\(workers) workers")
        }
        #expect(try await undisturbed(by: Nobody(), TemporaryRun.given) != expected)
    }

    /// Drives without a cluster.
    private struct Nobody: EpisodeService {
        func perform(
            _ batch: EpisodeBatch, onNews: @Sendable (EpisodeNews) throws -> Void
        ) async throws -> [EpisodeResult] {
            try batch.episodes.map { episode in
                let outcome = SimulatedCluster.outcome(of: episode, batch.parameters(of: episode))
                let result = EpisodeResult(episode: episode, outcome: outcome)
                try onNews(.finished(result, file: nil))
                return result
            }
        }
    }

    /// What a run without faults comes to.
    private func undisturbed(
        by service: any EpisodeService, _ given: [String: String]
    ) async throws -> Ending {
        let run = TemporaryRun()
        try await run.drive(generations: Self.generations, service: service, given: given)
        return try Ending(run)
    }

    private func live(
        _ run: TemporaryRun, seed: UInt64, given: [String: String]
    ) async throws {
        var random = PCG64(seed: seed)
        var script = SimulatedCluster.Script()
        script.faultSeconds = random.unit() < 0.5 ? 1 : nil
        if random.unit() < 0.3 { script.last = .liar }
        let cluster = SimulatedCluster(script, seed: seed)
        cluster.startServer()
        while true {
            // The coordinator dies at one of the writes to come, before or after its commit.
            let left = Mutex(Int(random.integer(below: 40)))
            do {
                try await run.drive(
                    generations: Self.generations, service: cluster, given: given,
                    storesInline: true,
                    rehearse: { _ in
                        try left.withLock {
                            $0 -= 1
                            if $0 < 0 { throw SimulatedCluster.Crash() }
                        }
                    })
                return
            } catch let error where error is RunError || error is SimulatedCluster.GivenUp {
                // A liar may end the run, but not in silence.
                guard script.last == .liar else { throw error }
                throw NotInSilence()
            } catch is SimulatedCluster.Crash {
                try cluster.restartServer(after: random.uniform(0, 2))
            }
        }
    }
}
