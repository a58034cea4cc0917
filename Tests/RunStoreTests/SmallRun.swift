// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import Digests
import Episodes
import Foundation
import TestSupport

@testable import RunStore

/// A run of made-up generations whose digests are those of what is stored.
struct SmallRun {
    let scratch: TemporaryDirectory
    let directory: RunDirectory

    /// A run of some generations, on disk.
    init(generations: Int = 3) throws {
        scratch = try TemporaryDirectory()
        directory = RunDirectory(path: scratch.file("run").path)
        let store = try RunStore(directory, holder: "test")
        try Self.begin(store)
        for generation in 0..<generations { try Self.add(generation + 1, to: store) }
    }

    static func begin(_ store: RunStore) throws {
        try store.begin(
            identifier: "r", program: "worldmodels 0.0.1", settings: [("seed", "1")],
            state: state(0), created: Date(timeIntervalSince1970: 1_800_000_000))
    }

    static func state(_ generation: Int) -> Data {
        Data((0..<3000).map { UInt8(truncatingIfNeeded: $0 * (generation + 3) >> 3) })
    }

    /// Two candidates of two rollouts each, the generation, and an evaluation.
    static func add(_ generation: Int, to store: RunStore) throws {
        let now = Date(timeIntervalSince1970: 1_800_000_000 + Double(generation))
        func rollout(_ purpose: Purpose, _ candidate: Int, _ repetition: Int) -> EpisodeResult {
            EpisodeResult(
                episode: Episode(
                    name: EpisodeName(
                        purpose: purpose, generation: generation, candidate: candidate,
                        repetition: repetition), trackSeed: UInt64(repetition)),
                outcome: EpisodeOutcome(
                    episodeReturn: Double(generation * 10 + candidate), steps: 100,
                    tilesVisited: 7, trackTiles: 300, end: .timeLimit),
                driver: EpisodeDriver(name: "host/1", fingerprint: "cpu"), seconds: 0.25)
        }
        for candidate in 0..<2 {
            try store.append(
                (0..<2).map { rollout(.training, candidate, $0) }, arrived: now)
        }
        let returns = (0..<2).map { Double(generation * 10 + $0) }
        var bits = Data()
        bits.appendLittleEndian(returns)
        var record = GenerationRecord(
            generation: generation, candidates: 2, tracks: 2, finished: now)
        record.best = returns[1]
        record.mean = returns[0] + 0.5
        record.seconds = 1
        record.elapsed = Double(generation)
        record.steps = 400
        record.stateDigest = SHA256.digest(state(generation)).hexadecimal
        record.fitnessDigest = SHA256.digest(bits).hexadecimal
        try store.finish(record, meanReturns: returns, state: state(generation))

        let evaluation = rollout(.evaluation, 0, 0)
        try store.append([evaluation], arrived: now)
        bits = Data()
        bits.appendLittleEndian([Float(1), 2])
        bits.appendLittleEndian([evaluation.outcome.episodeReturn])
        try store.record(
            EvaluationRecord(
                generation: generation, episodes: 1, mean: evaluation.outcome.episodeReturn,
                standardDeviation: .nan, steps: 100, seconds: 1, parameters: [1, 2],
                digest: SHA256.digest(bits).hexadecimal, finished: now))
        try store.record(EventRecord(time: now, kind: "k", message: "generation \(generation)"))
    }

    /// All that a reader gives, as text.
    static func content(_ reader: RunReader) throws -> String {
        var parts: [Any] = [
            try reader.identity() as Any, try reader.settings(), try reader.generations(),
            try reader.latestState() as Any, try reader.evaluations(), try reader.workers(),
            try reader.events(), try reader.losses(), try reader.holdsResults(),
            try reader.rolloutCount(purpose: .training),
        ]
        for generation in 1...4 {
            parts.append(try reader.meanReturns(generation: generation))
            parts.append(try reader.rollouts(generation: generation, purpose: .training))
        }
        return "\(parts)"
    }
}
