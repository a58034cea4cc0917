// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import RunStore
import SeededRandom
import TestSupport
import Testing

@testable import Search

/// Tracks that are driven again because candidates failed on them.
struct HardTracksTests {
    private static func failures(_ list: [(seed: UInt64, failed: Int)]) -> [TrackFailures] {
        list.map { TrackFailures(seed: $0.seed, driven: 10, failed: $0.failed) }
    }

    @Test func `the hardest come first, and what was not driven since counts for less`() {
        var tracks = HardTracks()
        tracks.learn(Self.failures([(7, 5), (3, 8), (9, 0), (2, 5)]), generation: 1)
        #expect(tracks.tracks.map(\.seed) == [3, 2, 7])
        #expect(tracks.tracks.map(\.difficulty) == [0.8, 0.5, 0.5])
        tracks.learn(Self.failures([(3, 1), (5, 5)]), generation: 2)
        #expect(tracks.tracks.map(\.seed) == [5, 2, 7, 3])
        #expect(tracks.tracks.map(\.difficulty) == [0.5, 0.45, 0.45, 0.1])
        #expect(tracks.tracks.map(\.driven) == [2, 1, 1, 2])
        #expect(tracks.tracks.allSatisfy { $0.generation == 2 } && tracks.generation == 2)
        // One that nobody fails on any more goes at once, the others in time.
        tracks.learn(Self.failures([(5, 0)]), generation: 3)
        #expect(tracks.tracks.map(\.seed) == [2, 7, 3])
        for generation in 4..<60 { tracks.learn([], generation: generation) }
        #expect(tracks.tracks.isEmpty)
    }

    @Test func `no more are kept than there is room for, and those are the hardest`() {
        var tracks = HardTracks()
        let many = (0..<UInt64(HardTracks.capacity + 40)).map { seed in
            TrackFailures(seed: seed, driven: 1000, failed: 100 + Int(seed))
        }
        tracks.learn(many, generation: 1)
        #expect(tracks.tracks.count == HardTracks.capacity)
        #expect(tracks.tracks.last?.seed == 40)
    }

    @Test func `chances are in proportion to the difficulty, and no track comes twice`() {
        var tracks = HardTracks()
        tracks.learn(Self.failures([(1, 8), (2, 2)]), generation: 1)
        var generator = PCG64(seed: 5)
        var first = 0
        for _ in 0..<2000 {
            let drawn = tracks.draw(2, from: &generator)
            #expect(Set(drawn) == [1, 2])
            if drawn.first == 1 { first += 1 }
        }
        // 1600 of 2000, whose deviation is 18.
        #expect(abs(first - 1600) < 90)
        #expect(tracks.draw(9, from: &generator).count == 2)
        #expect(HardTracks().draw(3, from: &generator).isEmpty)
    }

    @Test func `drawn tracks are spread over the others, of which one at least is new`() {
        #expect(HardTracks.mix([1, 2, 3, 4], with: [8, 9]) == [1, 8, 3, 9])
        #expect(HardTracks.mix([1, 2, 3, 4], with: []) == [1, 2, 3, 4])
        #expect(HardTracks.mix([1, 2, 3], with: [7]) == [1, 2, 7])
        #expect(HardTracks.count(share: 0.5, of: 4) == 2)
        #expect(HardTracks.count(share: 1, of: 4) == 3)
        #expect(HardTracks.count(share: 1, of: 1) == 0)
    }

    private static let given = TemporaryRun.given.merging(
        ["n-samples": "4", "hard-track-share": "0,0.5@3"]) { $1 }

    /// Nobody finishes a lap on one track of three.
    private static func service() -> ToyService {
        ToyService(lap: 0) { episode, parameters in
            episode.trackSeed.isMultiple(of: 3) ? -50 : abs(ToyService.formula(episode, parameters))
        }
    }

    private func seeds(_ run: TemporaryRun, _ generation: Int) throws -> [UInt64] {
        try RunReader(run.directory).rollouts(generation: generation, purpose: .training)
            .filter { $0.name.candidate == 0 }.map(\.episode.trackSeed)
    }

    @Test func `hard tracks are driven again, and never one of an evaluation`() async throws {
        let run = TemporaryRun()
        try await run.drive(generations: 6, service: Self.service(), given: Self.given)
        let reader = try RunReader(run.directory)
        let earlier = Set(try seeds(run, 1) + seeds(run, 2)).filter { $0.isMultiple(of: 3) }
        #expect(!earlier.isEmpty)
        let third = Set(try seeds(run, 3))
        #expect(third.intersection(earlier).count == min(2, earlier.count))
        let counts = try reader.generations().map(\.hardTracks)
        #expect(counts.prefix(2) == [0, 0] && counts[2] == min(2, earlier.count))
        let evaluated = Set(
            try reader.rollouts(generation: 6, purpose: .evaluation).map(\.episode.trackSeed))
        let kept = try reader.hardTracks()
        #expect(kept.allSatisfy { $0.seed.isMultiple(of: 3) && $0.generation == 6 })
        #expect(evaluated.isDisjoint(with: kept.map(\.seed)))
        #expect(kept.allSatisfy { $0.seed < 1 << 63 })
        try reader.verify()
        // Without the share the same tracks are new.
        let plain = TemporaryRun()
        try await plain.drive(
            generations: 3, service: Self.service(),
            given: Self.given.filter { $0.key != "hard-track-share" })
        #expect(try seeds(plain, 2) == seeds(run, 2) && seeds(plain, 3) != seeds(run, 3))
        #expect(try RunReader(plain.directory).hardTracks().isEmpty)
    }

    @Test func `a share that is given later finds what was driven before`() async throws {
        let whole = TemporaryRun()
        try await whole.drive(generations: 5, service: Self.service(), given: Self.given)
        let run = TemporaryRun()
        let none = Self.given.filter { $0.key != "hard-track-share" }
        try await run.drive(generations: 1, service: Self.service(), given: none)
        try await run.drive(generations: 5, service: Self.service(), given: Self.given)
        for generation in 3...5 {
            #expect(try seeds(run, generation) == seeds(whole, generation))
        }
        let tracks = try RunReader(run.directory).hardTracks()
        #expect(try tracks == RunReader(whole.directory).hardTracks() && !tracks.isEmpty)
    }
}
