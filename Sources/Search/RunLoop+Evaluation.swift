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
    /// How many rollouts of a new best evaluation are confirmed at least.
    private static var leastConfirmed: Int { 4 }
    /// The share of them where there are more.
    private static var confirmedShare: Double { 0.0625 }

    /// The distribution's mean on the fixed evaluation tracks; from the database where it has been
    /// measured before.
    func evaluate(
        _ search: Search, generation: Int, best: inout EvaluationRecord?
    ) async throws -> EvaluationRecord {
        // One that came to nothing is made again.
        if let known = try store.reader.evaluation(generation: generation), known.mean.isFinite {
            return known
        }
        let began = now()
        let parameters = search.mean.map { Float($0) }
        let episodes = (0..<plan.evaluationEpisodes).map { index in
            Episode(
                name: EpisodeName(
                    purpose: .evaluation, generation: generation, candidate: 0, repetition: index),
                trackSeed: plan.evaluationSeed(index))
        }
        let batch = EpisodeBatch(
            vectors: [plan.precision.words(search.mean)], episodes: episodes)
        var rollouts = try await gather(batch, generation: generation, purpose: .evaluation)
        // What would become the best is what nobody could displace if it were wrong.
        let mean = Fitness.mean(rollouts.map(\.outcome.episodeReturn))
        if mean.isFinite, best.map({ mean > $0.mean }) ?? true {
            rollouts = try await gather(
                batch, generation: generation, purpose: .evaluation,
                confirms: confirmed(of: episodes, generation: generation))
        }
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

    /// The rollouts of a new best evaluation that a second party drives: drawn by the run's seed, which
    /// no worker knows, so that nobody can tell which.
    ///
    /// All of them would double the evaluations of a run's first hours, each of which is the best so
    /// far. Who is wrong in one of them has all it drove of the evaluation driven again.
    private func confirmed(of episodes: [Episode], generation: Int) -> Set<EpisodeName> {
        let share = Int((Self.confirmedShare * Double(episodes.count)).rounded(.up))
        var generator = plan.streams.generator("confirmed-evaluations", UInt64(generation))
        let order = generator.permutation(episodes.count)
        return Set(order.prefix(max(Self.leastConfirmed, share)).map { episodes[$0].name })
    }
}
