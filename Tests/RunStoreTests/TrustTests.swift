// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import GRDB
import TestSupport
import Testing

@testable import RunStore

/// Who answers for a result, what is confirmed of it, and what becomes of it if not.
struct TrustTests {
    private let scratch: TemporaryDirectory
    private let store: RunStore
    private static let noon = Date(timeIntervalSince1970: 1_800_000_000)

    init() throws {
        scratch = try TemporaryDirectory()
        store = try RunStore(RunDirectory(path: scratch.path), holder: "test")
    }

    private static func rollout(
        _ generation: Int, _ candidate: Int, party: String, value: Double = 1, steps: Int = 100,
        end: EpisodeEnd = .timeLimit, purpose: Purpose = .training, isConfirmed: Bool = false
    ) -> EpisodeResult {
        EpisodeResult(
            episode: Episode(
                name: EpisodeName(
                    purpose: purpose, generation: generation, candidate: candidate, repetition: 0),
                trackSeed: 5),
            outcome: EpisodeOutcome(
                episodeReturn: value, steps: steps, tilesVisited: 7, trackTiles: 300, end: end),
            driver: EpisodeDriver(name: "mars/1", fingerprint: "cpu", party: party),
            seconds: 0.25, isConfirmed: isConfirmed)
    }

    private func append(_ rollouts: EpisodeResult...) throws {
        try store.append(rollouts, arrived: Self.noon)
    }

    private func stored(_ generation: Int, _ purpose: Purpose = .training) throws -> [EpisodeResult]
    {
        try store.reader.rollouts(generation: generation, purpose: purpose)
    }

    @Test func `a result keeps who answers for it and whether it was confirmed`() throws {
        let rollouts = [
            Self.rollout(1, 0, party: "a"), Self.rollout(1, 1, party: "b"),
            Self.rollout(1, 2, party: "b", isConfirmed: true),
        ]
        try store.append(rollouts, arrived: Self.noon)
        #expect(try stored(1) == rollouts)
        // Two hosts may call themselves by one name.
        #expect(try store.reader.workers().map(\.party) == ["a", "b"])
        #expect(try store.reader.workers().map(\.rollouts) == [1, 2])
        try store.confirm([
            rollouts[0].name,
            EpisodeName(purpose: .training, generation: 9, candidate: 0, repetition: 0),
        ])
        #expect(try stored(1).map(\.isConfirmed) == [true, false, true])
        #expect(try store.reader.confirmedCount(purpose: .training) == 2)
        #expect(try store.reader.confirmedCount(purpose: .evaluation) == 0)
    }

    @Test func `what a party drove of one generation is forgotten but for what was confirmed`()
        throws
    {
        try append(
            Self.rollout(1, 0, party: "liar"), Self.rollout(2, 0, party: "liar", steps: 1),
            Self.rollout(2, 1, party: "liar", steps: 10, isConfirmed: true),
            Self.rollout(2, 2, party: "honest"), Self.rollout(2, 3, party: "liar", steps: 2),
            Self.rollout(2, 0, party: "liar", purpose: .evaluation))
        #expect(try store.void(party: "liar", generation: 2, purpose: .training) == 2)
        #expect(try stored(2).map(\.name.candidate) == [1, 2])
        #expect(try stored(1).count == 1)
        #expect(try stored(2, .evaluation).count == 1)
        let workers = try store.reader.workers()
        #expect(workers.map(\.party) == ["honest", "liar"])
        #expect(workers.map(\.rollouts) == [1, 3])
        #expect(workers.map(\.steps) == [100, 210])
        #expect(try store.void(party: "liar", generation: 2, purpose: .training) == 0)
        // It is driven again by another.
        try append(Self.rollout(2, 0, party: "honest", value: 8))
        #expect(try stored(2).first?.outcome.episodeReturn == 8)
    }

    @Test func `what was set aside gives way to what is driven, and nothing else does`() throws {
        var aside = Self.rollout(1, 0, party: "")
        aside.outcome = .setAside
        aside.driver = .unnamed
        try append(aside, Self.rollout(1, 1, party: "a", value: 3))
        try append(
            Self.rollout(1, 0, party: "b", value: 4), Self.rollout(1, 1, party: "b", value: 5))
        #expect(try stored(1).map(\.outcome.episodeReturn) == [4, 3])
        #expect(try stored(1).map(\.outcome.end) == [.timeLimit, .timeLimit])
        // That of nobody counts no result any more.
        #expect(try store.reader.workers().map(\.rollouts) == [0, 1, 1])
    }

    @Test func `an evaluation that came to no mean gives way, and no other does`() throws {
        func evaluation(_ mean: Double) -> EvaluationRecord {
            EvaluationRecord(
                generation: 2, episodes: 1, mean: mean, standardDeviation: 0, steps: 1, seconds: 1,
                parameters: [1], digest: "d", finished: Self.noon)
        }
        try store.record(evaluation(.nan))
        try store.record(evaluation(7))
        #expect(try store.reader.evaluations().map(\.mean) == [7])
        #expect(throws: RunStoreError.self) { try store.record(evaluation(8)) }
        #expect(try store.reader.evaluations().map(\.mean) == [7])
    }

    @Test func `what has been used of a party without being confirmed is counted`() throws {
        for generation in 1...3 {
            try append(
                Self.rollout(generation, 0, party: "liar", isConfirmed: generation == 1),
                Self.rollout(generation, 1, party: "honest"))
        }
        try append(Self.rollout(2, 0, party: "liar", purpose: .evaluation))
        func found(before generation: Int) throws -> [Int]? {
            try store.reader.unconfirmed(of: "liar", before: generation)
                .map { [$0.count, $0.firstGeneration] }
        }
        #expect(try found(before: 4) == nil)
        for generation in 1...3 {
            try store.finish(
                GenerationRecord(
                    generation: generation, candidates: 2, tracks: 1, finished: Self.noon),
                meanReturns: [1, 1], state: Data())
        }
        #expect(try found(before: 2) == nil)
        #expect(try found(before: 3) == [1, 2])
        #expect(try found(before: 4) == [2, 2])
        try store.record(
            EvaluationRecord(
                generation: 2, episodes: 1, mean: 1, standardDeviation: 0, steps: 1, seconds: 1,
                parameters: [1], digest: "", finished: Self.noon))
        #expect(try found(before: 4) == [3, 2])
        #expect(try store.reader.unconfirmed(of: "nobody", before: 4) == nil)
    }

    @Test func `a run of the first form is migrated with its rows, and its readers leave it`()
        throws
    {
        let scratch = try TemporaryDirectory()
        let directory = RunDirectory(path: scratch.path)
        let queue = try DatabaseQueue(path: directory.database.path)
        try Schema.migrator.migrate(
            queue, upTo: "1: the run, its generations and its rollouts")
        try queue.write {
            try $0.execute(
                sql: """
                    INSERT INTO run VALUES (1, 'r', 'worldmodels 0.1.0', '2027-01-15T08:00:00.000Z');
                    INSERT INTO workers VALUES
                        (7, 'mars/1', 'cpu', '2027-01-15T08:00:00.000Z',
                        '2027-01-15T08:00:00.000Z', 1, 100);
                    INSERT INTO rollouts VALUES
                        ('training', 1, 0, 0, 5, 1.0, 100, 7, 300, 'timeLimit', 7, 0.25);
                    """)
        }
        let before = try Data(contentsOf: directory.database)
        let old = [Self.rollout(1, 0, party: "")]
        #expect(
            try RunReader(directory).rollouts(generation: 1, purpose: .training) == old)
        #expect(throws: RunRelease.NoQuarantine.self) {
            try RunRelease(of: "mars", in: directory, now: Self.noon)
        }
        #expect(try Data(contentsOf: directory.database) == before)

        let store = try RunStore(directory, holder: "test")
        #expect(try store.reader.rollouts(generation: 1, purpose: .training) == old)
        try store.append(old + [Self.rollout(1, 1, party: "p")], arrived: Self.noon)
        #expect(try store.reader.workers().map(\.rollouts) == [1, 1])
        try store.reader.verify()
    }
}
