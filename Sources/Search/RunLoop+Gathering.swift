// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import RunStore
import Synchronization

extension RunLoop {
    /// A run stops when more of a generation's rollouts than this share could not be driven.
    private static var tolerableShare: Double { 0.25 }

    /// The results of all episodes, in their order: those in the database, and for the missing ones
    /// the service's, stored as they arrive.
    ///
    /// Those that an earlier start had to set aside are tried again. What a party has driven that is
    /// found to be wrong is thrown away, unless another one has confirmed it, and driven again.
    ///
    /// - Parameters:
    ///   - batch: The episodes.
    ///   - generation: Their generation, or the one that is evaluated.
    ///   - purpose: What they are driven for.
    ///   - confirms: Those that a second party shall drive as well, as far as there is one.
    /// - Returns: One result an episode.
    /// - Throws: `RunError`, `RunStoreError`, or why the service cannot go on.
    func gather(
        _ batch: EpisodeBatch, generation: Int, purpose: Purpose,
        confirms: Set<EpisodeName> = []
    ) async throws -> [EpisodeResult] {
        var known: [EpisodeName: EpisodeResult] = [:]
        for rollout in try store.reader.rollouts(generation: generation, purpose: purpose)
        where rollout.outcome.end != .setAside {
            known[rollout.name] = rollout
        }
        for episode in batch.episodes {
            if let rollout = known[episode.name],
                rollout.episode.trackSeed != episode.trackSeed
                    || rollout.episode.dreamTemperature != episode.dreamTemperature
            {
                throw RunError.foreignRollout(
                    path: store.reader.path, generation: generation,
                    candidate: episode.name.candidate, repetition: episode.name.repetition)
            }
        }
        var isFirst = true
        while true {
            let claims =
                isFirst
                ? known.filter { confirms.contains($0.key) && $0.value.needsConfirmation } : [:]
            let wanted = batch.filter { known[$0.name] == nil || claims[$0.name] != nil }
            if isFirst, confirms.isEmpty {
                observe(
                    .gathering(
                        generation: generation, purpose: purpose, done: known.count,
                        total: batch.episodes.count))
            }
            isFirst = false
            guard !wanted.episodes.isEmpty else { break }
            try await drive(
                EpisodeBatch(vectors: batch.vectors, episodes: wanted.episodes, claims: claims),
                total: batch.episodes.count, generation: generation, purpose: purpose,
                known: &known)
        }
        return try complete(batch, from: known, generation: generation, purpose: purpose)
    }

    /// Has episodes driven, and adds to what is known; what is not to be believed is taken out.
    private func drive(
        _ batch: EpisodeBatch, total: Int, generation: Int, purpose: Purpose,
        known: inout [EpisodeName: EpisodeResult]
    ) async throws {
        let recorder = RolloutRecorder(store: store, isInline: storesInline, now: now)
        let done = Atomic(known.count - batch.claims.count)
        let distrusted = Mutex<Set<String>>([])
        let (observe, claims, failures) = (observe, batch.claims, plan.failures)
        let results: [EpisodeResult]
        do {
            results = try await service.perform(batch) { news in
                switch news {
                case .finished(let result, _):
                    let count = done.add(1, ordering: .relaxed).newValue
                    guard claims[result.name] == nil else { return }
                    let rollout = result.asStored
                    try recorder.add(rollout)
                    observe(.result(rollout, done: count, total: total))
                    if failures == .fatal, rollout.outcome.end == .setAside {
                        throw RunError.objectiveFailed(
                            generation: generation, candidate: rollout.name.candidate,
                            repetition: rollout.name.repetition)
                    }
                case .distrusted(let party, let reason):
                    distrusted.withLock { _ = $0.insert(party) }
                    try recorder.void(party, generation: generation, purpose: purpose)
                    try doubt(party, reason, generation: generation, purpose: purpose)
                }
            }
        } catch {
            // What has arrived is kept; the recorder's own failure explains more than the
            // service's.
            try await recorder.finish()
            throw error
        }
        try await recorder.finish()
        var confirmed: [EpisodeName] = []
        for result in results {
            if let claim = batch.claims[result.name] {
                // Another outcome is that of a party which has been found right: it comes anew.
                guard result.isConfirmed, result.asStored.outcome == claim.outcome else { continue }
                known[result.name]?.isConfirmed = true
                confirmed.append(result.name)
            } else {
                known[result.name] = result.asStored
            }
        }
        try store.confirm(confirmed)
        for party in distrusted.withLock({ $0 }) {
            known = known.filter { $0.value.driver.party != party || $0.value.isConfirmed }
        }
    }

    /// Ends the run where the search has gone by results that are not to be believed.
    private func doubt(
        _ party: String, _ reason: String, generation: Int, purpose: Purpose
    ) throws {
        // An evaluation follows its generation.
        let first = purpose == .training ? generation : generation + 1
        guard !limits.goesOnInDoubt,
            let doubt = try store.reader.unconfirmed(of: party, before: first)
        else { return }
        throw RunError.doubtful(
            party: party, reason: reason, rollouts: doubt.count, generation: doubt.firstGeneration)
    }

    private func complete(
        _ batch: EpisodeBatch, from known: [EpisodeName: EpisodeResult], generation: Int,
        purpose: Purpose
    ) throws -> [EpisodeResult] {
        let results = try batch.episodes.map { episode in
            guard let rollout = known[episode.name] else {
                throw RunError.missingResult(
                    generation: generation, candidate: episode.name.candidate,
                    repetition: episode.name.repetition)
            }
            return rollout
        }
        let failed = results.count { $0.outcome.end == .setAside }
        if plan.failures == .tolerated, Double(failed) > Self.tolerableShare * Double(results.count)
        {
            throw RunError.tooManySetAside(
                purpose: purpose, generation: generation, failed: failed, total: results.count)
        }
        return results
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

    /// Whether somebody else than who drove it could say more of it.
    fileprivate var needsConfirmation: Bool {
        !isConfirmed && !driver.party.isEmpty && outcome.end != .setAside
    }
}
