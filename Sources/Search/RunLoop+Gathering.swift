// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import Digests
import Episodes
import Foundation
import RunStore
import SeededRandom
import Synchronization

extension RunLoop {
    /// The distribution's mean on the fixed evaluation tracks; from the database where it has been
    /// measured before.
    func evaluate(
        _ search: Search, generation: Int, best: inout EvaluationRecord?
    ) async throws -> EvaluationRecord {
        if let known = try store.reader.evaluation(generation: generation) { return known }
        let began = now()
        let parameters = search.mean.map { Float($0) }
        let episodes = (0..<settings.evaluationEpisodes).map { index in
            Episode(
                name: EpisodeName(
                    purpose: .evaluation, generation: generation, candidate: 0, repetition: index),
                trackSeed: tracks.evaluation(index))
        }
        let rollouts = try await gather(
            EpisodeBatch(vectors: [parameters], episodes: episodes), generation: generation,
            purpose: .evaluation)
        let returns = rollouts.map(\.outcome.episodeReturn)
        let (statistics, failed) = Fitness.summary(returns, divisor: .sample)
        var bits = Data()
        bits.appendLittleEndian(parameters)
        bits.appendLittleEndian(returns)
        let finished = now()
        let record = EvaluationRecord(
            generation: generation, episodes: returns.count,
            mean: failed == 0 ? statistics?.mean ?? .nan : .nan,
            standardDeviation: statistics?.standardDeviation ?? .nan,
            steps: rollouts.reduce(0) { $0 + $1.outcome.steps },
            seconds: finished.timeIntervalSince(began), parameters: parameters,
            digest: SHA256.digest(bits).hexadecimal, finished: finished)
        try store.record(record)
        let isBest = record.mean.isFinite && best.map { record.mean > $0.mean } ?? true
        if isBest {
            try saveController(record)
            best = record
        }
        observe(.evaluation(record, best: isBest))
        return record
    }

    /// The results of all episodes, in their order: those in the database, and for the missing ones
    /// the service's, stored as they arrive.
    func gather(
        _ batch: EpisodeBatch, generation: Int, purpose: Purpose
    ) async throws -> [EpisodeResult] {
        var known: [EpisodeName: EpisodeResult] = [:]
        for rollout in try store.reader.rollouts(generation: generation, purpose: purpose) {
            known[rollout.name] = rollout
        }
        for episode in batch.episodes {
            if let rollout = known[episode.name], rollout.episode.trackSeed != episode.trackSeed {
                throw RunError.foreignRollout(
                    path: store.reader.path, generation: generation,
                    candidate: episode.name.candidate, repetition: episode.name.repetition)
            }
        }
        let missing = batch.filter { known[$0.name] == nil }
        let total = batch.episodes.count
        let done = Atomic(total - missing.episodes.count)
        observe(
            .gathering(
                generation: generation, purpose: purpose, done: total - missing.episodes.count,
                total: total))
        if !missing.episodes.isEmpty {
            let recorder = RolloutRecorder(
                store: store, isInline: storesInline, now: now)
            let observe = observe
            let results: [EpisodeResult]
            do {
                results = try await service.perform(missing) { result, _ in
                    let rollout = result.asStored
                    try recorder.add(rollout)
                    let count = done.add(1, ordering: .relaxed).newValue
                    observe(.result(rollout, done: count, total: total))
                }
            } catch {
                // What has arrived is kept; the recorder's own failure explains more than the
                // service's.
                try await recorder.finish()
                throw error
            }
            try await recorder.finish()
            for result in results { known[result.name] = result.asStored }
        }
        return try batch.episodes.map { episode in
            guard let rollout = known[episode.name] else {
                throw RunError.missingResult(
                    generation: generation, candidate: episode.name.candidate,
                    repetition: episode.name.repetition)
            }
            return rollout
        }
    }
}

extension EpisodeResult {
    /// As the database will give it back: it keeps neither the sign of zero nor a NaN's bits, so
    /// neither may count here.
    fileprivate var asStored: EpisodeResult {
        var result = self
        let value = outcome.episodeReturn
        result.outcome.episodeReturn = value.isNaN ? .nan : value == 0 ? 0 : value
        return result
    }
}
