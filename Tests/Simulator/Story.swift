// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import SeededRandom

/// One story: a search of a few generations over a cluster where things go wrong.
///
/// It ends with what an undisturbed one ends with, or throws what is wrong.
package struct Story: Sendable {
    /// Its number, from which all of it follows.
    package let seed: UInt64
    private let script: SimulatedCluster.Script
    private let generations: Int
    private let candidates: Int
    private let tracks: Int

    /// A story by its number.
    package init(_ seed: UInt64) {
        self.seed = seed
        var random = PCG64(seed: seed ^ 0x0005_1e55_0000_0000)
        var script = SimulatedCluster.Script()
        script.workers = 1 + Int(random.integer(below: 4))
        if script.workers > 1, random.unit() < 0.4 {
            let wrong = SimulatedWorker.Character.allCases.filter { $0 != .honest }
            script.last = wrong[Int(random.integer(below: UInt32(wrong.count)))]
        }
        script.faultSeconds = [nil, 3, 1, 0.4][Int(random.integer(below: 4))]
        script.loss = random.unit() < 0.3 ? random.uniform(0, 0.1) : 0
        script.diskSeconds = random.unit() < 0.3 ? random.uniform(0, 1) : 0
        script.records = random.unit() < 0.1
        self.script = script
        generations = 1 + Int(random.integer(below: 3))
        candidates = 2 + Int(random.integer(below: 4))
        tracks = 1 + Int(random.integer(below: 2))
    }

    /// Lives through it.
    ///
    /// - Throws: `BrokenInvariant` naming the promise that is broken.
    package func live() async throws {
        try await live(tells: false, history: nil)
    }

    /// Lives through it again.
    ///
    /// - Returns: What happened, for whoever wants to know why it broke.
    package func retold() async -> [String] {
        let lines = Lines()
        try? await live(tells: true, history: lines)
        return lines.lines
    }

    private final class Lines: @unchecked Sendable {
        var lines: [String] = []
    }

    private func live(tells: Bool, history: Lines?) async throws {
        let cluster = SimulatedCluster(script, seed: seed, tells: tells)
        defer { history?.lines = cluster.history ?? [] }
        let journal = Journal()
        cluster.startServer()
        while journal.generation <= generations {
            do {
                let batch = batch(journal)
                let missing = batch.filter { journal.results[$0.name] == nil }
                if missing.episodes.isEmpty {
                    try journal.finish(batch)
                    continue
                }
                _ = try await cluster.perform(missing) { news in
                    switch news {
                    case .finished(let result, _): journal.results[result.name] = result
                    case .distrusted(let party, _):
                        for name in try journal.void(party) { cluster.forget(name) }
                    }
                }
            } catch is SimulatedCluster.Crash {
                try cluster.restartServer(after: cluster.random.uniform(0, 2))
            } catch let error where error is SimulatedCluster.GivenUp || error is Doubt {
                // Nobody is deceived: the run ends with an error.
                guard script.last == .liar || script.last == .babbler else { throw error }
                return
            }
        }
        let calm = Journal()
        while calm.generation <= generations {
            let batch = batch(calm)
            for episode in batch.episodes {
                calm.results[episode.name] = EpisodeResult(
                    episode: episode,
                    outcome: SimulatedWorker.outcome(episode, batch.parameters(of: episode)))
            }
            try calm.finish(batch)
        }
        guard calm.mean == journal.mean else {
            throw BrokenInvariant("it ends elsewhere than an undisturbed one")
        }
    }

    private func batch(_ journal: Journal) -> EpisodeBatch {
        let vectors = (0..<candidates).map { candidate in
            journal.mean.map { $0 + Float(candidate) - Float(journal.generation) * 0.5 }
        }
        let episodes = (0..<candidates * tracks).map { index in
            Episode(
                name: EpisodeName(
                    purpose: .training, generation: journal.generation,
                    candidate: index / tracks, repetition: index % tracks),
                trackSeed: UInt64(journal.generation * 100 + index % tracks),
                vector: index / tracks)
        }
        return EpisodeBatch(vectors: vectors, episodes: episodes)
    }
}

/// Results of complete generations are not to be believed.
private struct Doubt: Error {}

/// What a run would have in its database: it outlives the coordinator.
///
/// Sendable without checks: one task uses it.
private final class Journal: @unchecked Sendable {
    var generation = 1
    var mean: [Float] = [0.25, -1, 3]
    var results: [EpisodeName: EpisodeResult] = [:]

    /// Forgets what a party has said and nobody confirmed.
    ///
    /// - Throws: `Doubt`, where the search has gone by some of it.
    func void(_ party: String) throws -> [EpisodeName] {
        let voided = results.values.filter { $0.driver.party == party && !$0.isConfirmed }
        if voided.contains(where: { $0.name.generation < generation }) { throw Doubt() }
        for result in voided { results[result.name] = nil }
        return voided.map(\.name)
    }

    /// Moves on by the results of a generation.
    func finish(_ batch: EpisodeBatch) throws {
        var best: (value: Double, vector: Int)?
        for episode in batch.episodes {
            guard let result = results[episode.name] else {
                throw BrokenInvariant("\(episode.name) is lost")
            }
            let value = result.outcome.episodeReturn
            if best.map({ value > $0.value }) ?? true { best = (value, episode.vector) }
        }
        if let best { mean = batch.vectors[best.vector] }
        generation += 1
    }
}
