// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import RunStore
import SeededRandom
import TestSupport
import Testing

@testable import Search

/// What a candidate's returns come to, and how sure that is.
struct FitnessTests {
    @Test func `the shortfall of the worst is taken from the mean`() {
        let returns = [900.0, 100, 800, 1000]
        #expect(Fitness.tailed(returns, weight: 0, share: 0.25) == 700)
        #expect(Fitness.tailed(returns, weight: 1, share: 0.25) == 100)
        #expect(Fitness.tailed(returns, weight: 0.5, share: 0.25) == 400)
        #expect(Fitness.tailed(returns, weight: 1, share: 0.5) == 450)
        // One and a half returns: 100 and half of 800.
        #expect(abs(Fitness.tailed(returns, weight: 1, share: 0.375) - 500 / 1.5) < 1e-9)
        #expect(Fitness.tailed(returns, weight: 1, share: 1) == 700)
        #expect(Fitness.tailed(returns, weight: 1, share: 0.01) == 100)
        #expect(Fitness.tailed([5, .nan], weight: 1, share: 0.5).isNaN)
    }

    @Test func `the tail decides from the generation on that the schedule says`() async throws {
        // Candidates of an even number have a good track and a bad one, and the same mean.
        let service = ToyService { episode, parameters in
            let spread: Double = episode.name.candidate.isMultiple(of: 2) ? 500 : 0
            return ToyService.formula(episode, parameters)
                + (episode.name.repetition == 0 ? spread : -spread)
        }
        var given = TemporaryRun.given
        let plain = TemporaryRun()
        try await plain.drive(generations: 3, service: service, given: given)
        given["tail-weight"] = "0,1@2"
        let run = TemporaryRun()
        try await run.drive(generations: 3, service: service, given: given)
        let records = try RunReader(run.directory).generations()
        let before = try RunReader(plain.directory).generations()
        #expect(records[0].stateDigest == before[0].stateDigest)
        // The means are the same; what the search made of them is not.
        #expect(records[1].fitnessDigest == before[1].fitnessDigest)
        #expect(records[1].stateDigest != before[1].stateDigest)
    }

    /// Candidates that differ by a deviation of 1, with noise.
    private func returns(noise: Double, tracks: Int, candidates: Int = 64) -> [[Double]] {
        var generator = PCG64(seed: 11)
        return (0..<candidates).map { _ in
            let own = generator.normalPair().0
            return (0..<tracks).map { _ in own + noise * generator.normalPair().0 }
        }
    }

    @Test func `ranks without noise are met again, those of chance are not`() {
        #expect(RankNoise.correlation(returns(noise: 0, tracks: 4), tracks: 4) == 1)
        #expect(abs(RankNoise.correlation(returns(noise: 1e6, tracks: 4), tracks: 4)) < 0.4)
        let some = RankNoise.correlation(returns(noise: 1, tracks: 4), tracks: 4)
        #expect(some > 0.5 && some < 0.95)
        // The same two tracks of four would say less of eight.
        let more = RankNoise.correlation(returns(noise: 1, tracks: 4), tracks: 8)
        #expect(more > some && more < 1)
        #expect(RankNoise.correlation(returns(noise: 1, tracks: 1), tracks: 1).isNaN)
        var failed = returns(noise: 0, tracks: 4)
        failed[0] = [.nan, 1, 1, 1]
        #expect(RankNoise.correlation(failed, tracks: 4) == 1)
    }

    @Test func `tracks grow where ranks are chance, and shrink slowly where they are sure`() {
        #expect(RankNoise.next(after: 8, correlation: 0.5) == 8)
        #expect(RankNoise.next(after: 8, correlation: 0) == 10)
        #expect(RankNoise.next(after: 8, correlation: -0.2) == 10)
        #expect(RankNoise.next(after: 8, correlation: .nan) == 8)
        let fewer = RankNoise.next(after: 8, correlation: 1)
        #expect(fewer < 8 && fewer > 7.5)
        #expect(abs(RankNoise.next(after: 8, correlation: 0.45) - 8 * 0.55 / 0.45) < 1e-9)
    }

    @Test func `noise lets the tracks grow up to the limit, and a restart finds their number`()
        async throws
    {
        let given = TemporaryRun.given.merging(["n-samples": "2", "n-samples-limit": "5"]) { $1 }
        let noisy = ToyService { TemporaryRun.luck($0, $1) }
        let run = TemporaryRun()
        try await run.drive(generations: 12, service: noisy, given: given)
        let records = try RunReader(run.directory).generations()
        #expect(records[0].tracks == 2 && records.map(\.tracks).max() ?? 0 > 2)
        #expect(records.allSatisfy { (2...5).contains($0.tracks) })
        #expect(records.allSatisfy { $0.rollouts == 6 * $0.tracks })
        let parts = TemporaryRun()
        for generations in [4, 6, 12] {
            try await parts.drive(generations: generations, service: noisy, given: given)
        }
        #expect(try parts.outcome() == run.outcome())
        // Where the ranks are sure two are enough.
        let sure = TemporaryRun()
        try await sure.drive(generations: 6, given: given)
        #expect(try RunReader(sure.directory).generations().allSatisfy { $0.tracks == 2 })
    }
}
