// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import RunStore
import Search
import Synchronization
import TestSupport
import Testing

/// What a run does with results that are not to be believed, or that never come.
struct TrustTests {
    /// Two hosts, of which one lies until it is found out, which is told in the middle of a batch.
    private final class TwoHosts: EpisodeService {
        private struct State {
            var batches = 0
            var isKnown = false
            var driven = 0
            var claimed: Set<EpisodeName> = []
        }

        private let state = Mutex(State())
        private let honest = ToyService()
        /// In which batch the liar is found; nil: never.
        private let found: Int?

        init(found: Int?) {
            self.found = found
        }

        var driven: Int { state.withLock { $0.driven } }
        var claimed: Set<EpisodeName> { state.withLock { $0.claimed } }

        func perform(
            _ batch: EpisodeBatch, onNews: @Sendable (EpisodeNews) throws -> Void
        ) async throws -> [EpisodeResult] {
            let number = state.withLock {
                $0.batches += 1
                $0.driven += batch.episodes.count
                $0.claimed.formUnion(batch.claims.keys)
                return $0.batches
            }
            var results: [EpisodeResult] = []
            for (index, episode) in batch.episodes.enumerated() {
                let isLiars = index.isMultiple(of: 2) && !state.withLock { $0.isKnown }
                let value = ToyService.formula(episode, batch.parameters(of: episode))
                let party = isLiars ? "liar@1" : "honest@2"
                var result = EpisodeResult(
                    episode: episode,
                    outcome: EpisodeOutcome(
                        episodeReturn: isLiars ? 1e5 : value, steps: 10, tilesVisited: 3,
                        trackTiles: 300, end: .noNewTile),
                    driver: EpisodeDriver(name: party, fingerprint: "", party: party))
                if let claim = batch.claims[episode.name] {
                    result.isConfirmed =
                        claim.driver.party != party && claim.outcome == result.outcome
                }
                results.append(result)
                try onNews(.finished(result, file: nil))
            }
            if number == found {
                state.withLock { $0.isKnown = true }
                try onNews(.distrusted(party: "liar@1", reason: "it lied"))
            }
            return results
        }
    }

    private func digests(_ run: TemporaryRun) throws -> [String] {
        try RunReader(run.directory).generations().map(\.fitnessDigest)
    }

    @Test(arguments: [false, true])
    func `what a liar drove is thrown away and driven again`(storesInline: Bool) async throws {
        let calm = TemporaryRun()
        try await calm.drive(generations: 3)
        let run = TemporaryRun()
        try await run.drive(
            generations: 3, service: TwoHosts(found: 1), storesInline: storesInline)
        #expect(try digests(run) == digests(calm))
        let workers = try RunReader(run.directory).workers().filter { $0.name == "liar@1" }
        #expect(workers.allSatisfy { $0.rollouts == 0 })
    }

    @Test func `a run that has gone by a liar's results stops, or goes on as told`() async throws {
        let run = TemporaryRun()
        let error = await #expect(throws: RunError.self) {
            try await run.drive(generations: 4, service: TwoHosts(found: 2))
        }
        guard case .doubtful("liar@1", "it lied", let rollouts, 1) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(rollouts == 6)
        // The liar's results of the generation under way are gone.
        let rest = try RunReader(run.directory).rollouts(generation: 2, purpose: .training)
        #expect(!rest.isEmpty && rest.allSatisfy { $0.driver.party == "honest@2" })
        let goesOn = TemporaryRun()
        let ending = try await goesOn.drive(
            generations: 4, service: TwoHosts(found: 2), goesOnInDoubt: true)
        #expect(ending == .generations(4))
    }

    @Test func `a new best evaluation is driven again elsewhere before it counts`() async throws {
        let run = TemporaryRun()
        let service = TwoHosts(found: nil)
        try await run.drive(generations: 2, service: service)
        // 3 episodes after 2 generations of 12.
        #expect(service.claimed.count == 3)
        let rollouts = try RunReader(run.directory).rollouts(generation: 2, purpose: .evaluation)
        // The second time each host has the other half but for one.
        #expect(rollouts.count == 3)
        // One process confirms nothing.
        let alone = TemporaryRun()
        try await alone.drive(generations: 2)
        let own = try RunReader(alone.directory).rollouts(generation: 2, purpose: .evaluation)
        #expect(own.allSatisfy { !$0.isConfirmed })
    }

    @Test(arguments: [(20, 4), (200, 13)])
    func `of a long evaluation a part is driven again, always the same one`(
        episodes: Int, claimed: Int
    ) async throws {
        var given = TemporaryRun.given
        given["evaluation-episodes"] = "\(episodes)"
        var names: [Set<EpisodeName>] = []
        for _ in 0..<2 {
            let run = TemporaryRun()
            let service = TwoHosts(found: nil)
            try await run.drive(generations: 2, service: service, given: given)
            #expect(service.claimed.count == claimed)
            names.append(service.claimed)
        }
        #expect(names[0] == names[1])
        // Not the first ones, which a liar could know.
        #expect(names[0].contains { $0.repetition >= claimed })
    }

    /// Sets episodes aside.
    private final class Failing: EpisodeService {
        private let isFailing: @Sendable (Episode) -> Bool

        init(_ isFailing: @escaping @Sendable (Episode) -> Bool) {
            self.isFailing = isFailing
        }

        func perform(
            _ batch: EpisodeBatch, onNews: @Sendable (EpisodeNews) throws -> Void
        ) async throws -> [EpisodeResult] {
            try batch.episodes.map { episode in
                let value = ToyService.formula(episode, batch.parameters(of: episode))
                let outcome =
                    isFailing(episode)
                    ? .setAside
                    : EpisodeOutcome(
                        episodeReturn: value, steps: 10, tilesVisited: 3, trackTiles: 300,
                        end: .noNewTile)
                let result = EpisodeResult(
                    episode: episode, outcome: outcome,
                    driver: EpisodeDriver(name: "toy", fingerprint: "toy/1"), seconds: 0.5)
                try onNews(.finished(result, file: nil))
                return result
            }
        }
    }

    @Test func `a generation of which too much was set aside does not count, and is tried again`()
        async throws
    {
        let calm = TemporaryRun()
        try await calm.drive(generations: 3)
        let run = TemporaryRun()
        let error = await #expect(throws: RunError.self) {
            try await run.drive(
                generations: 3,
                service: Failing { $0.name.generation == 2 && $0.name.candidate < 2 })
        }
        #expect(
            error
                == .tooManySetAside(purpose: .training, generation: 2, failed: 4, total: 12))
        #expect(try RunReader(run.directory).lastGeneration()?.generation == 1)
        try await run.drive(generations: 3)
        #expect(try digests(run) == digests(calm))
        #expect(try RunReader(run.directory).generations().allSatisfy { $0.failed == 0 })
    }

    @Test func `an evaluation that came to nothing is made again at the next start`() async throws {
        let run = TemporaryRun()
        var given = TemporaryRun.given
        given["evaluation-episodes"] = "8"
        try await run.drive(
            generations: 2,
            service: Failing { $0.name.purpose == .evaluation && $0.name.repetition == 1 },
            given: given)
        #expect(try RunReader(run.directory).evaluation(generation: 2)?.mean.isNaN == true)
        #expect(run.controllers.isEmpty)
        try await run.drive(generations: 2, given: given)
        #expect(try RunReader(run.directory).evaluation(generation: 2)?.mean.isFinite == true)
        #expect(run.controllers.count == 1)
    }
}
