// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

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
        let tasks = (0..<settings.evaluationEpisodes).map { index in
            EvaluationTask(
                id: TaskIdentifier(
                    generation: generation, candidate: 0, repetition: index, purpose: .evaluation),
                parameters: parameters, trackSeed: tracks.evaluation(index))
        }
        let rollouts = try await gather(tasks, generation: generation, purpose: .evaluation)
        let returns = rollouts.map(\.episodeReturn)
        let summary = Fitness.Summary(returns, sample: true)
        var bits = DigestBytes()
        bits.append(parameters)
        bits.append(returns)
        let finished = now()
        let record = EvaluationRecord(
            generation: generation, episodes: returns.count,
            mean: summary.failed == 0 ? summary.mean : .nan,
            standardDeviation: summary.standardDeviation,
            steps: rollouts.reduce(0) { $0 + $1.steps },
            seconds: finished.timeIntervalSince(began), parameters: parameters,
            digest: bits.digest, finished: finished)
        try store.record(record)
        let isBest = record.mean.isFinite && best.map { record.mean > $0.mean } ?? true
        if isBest {
            try saveController(record)
            best = record
        }
        observe(.evaluation(record, best: isBest))
        return record
    }

    /// The results of all tasks, in their order: those in the database, and for the missing ones
    /// the service's, stored as they arrive.
    func gather(
        _ tasks: [EvaluationTask], generation: Int, purpose: RolloutPurpose
    ) async throws -> [RolloutRecord] {
        var known: [TaskIdentifier: RolloutRecord] = [:]
        for rollout in try store.reader.rollouts(generation: generation, purpose: purpose) {
            known[rollout.identifier] = rollout
        }
        for task in tasks {
            if let rollout = known[task.id], rollout.trackSeed != task.trackSeed {
                throw RunError.foreignRollout(
                    path: store.reader.path, generation: generation,
                    candidate: task.id.candidate, repetition: task.id.repetition)
            }
        }
        let missing = tasks.filter { known[$0.id] == nil }
        let counter = Counter(tasks.count - missing.count)
        observe(
            .gathering(
                generation: generation, purpose: purpose, done: tasks.count - missing.count,
                total: tasks.count))
        if !missing.isEmpty {
            let seeds = Dictionary(
                uniqueKeysWithValues: missing.map { ($0.id, $0.trackSeed) })
            let recorder = RolloutRecorder(store: store, now: now)
            let observe = observe
            let total = tasks.count
            let results: [TaskResult]
            do {
                results = try await service.perform(missing) { result in
                    guard let seed = seeds[result.id] else { return }
                    let rollout = RolloutRecord(result, trackSeed: seed)
                    try recorder.add(rollout)
                    observe(.result(rollout, done: counter.increment(), total: total))
                }
            } catch {
                // What has arrived is kept; the recorder's own failure explains more than the
                // service's.
                try await recorder.finish()
                throw error
            }
            try await recorder.finish()
            for result in results {
                guard let seed = seeds[result.id] else { continue }
                known[result.id] = RolloutRecord(result, trackSeed: seed)
            }
        }
        return try tasks.map { task in
            guard let rollout = known[task.id] else {
                throw RunError.missingResult(
                    generation: generation, candidate: task.id.candidate,
                    repetition: task.id.repetition)
            }
            return rollout
        }
    }
}

/// Counts results that may arrive on any thread.
private final class Counter: Sendable {
    private let value: Mutex<Int>

    init(_ start: Int) { value = Mutex(start) }

    func increment() -> Int {
        value.withLock { value in
            value += 1
            return value
        }
    }
}

extension RolloutRecord {
    fileprivate init(_ result: TaskResult, trackSeed: UInt64) {
        // The database keeps neither the sign of zero nor a NaN's bits, so neither may count here.
        let value = result.episodeReturn
        let kept = value.isNaN ? Double.nan : value == 0 ? 0 : value
        self.init(
            purpose: result.id.purpose == .training ? .training : .evaluation,
            generation: result.id.generation, candidate: result.id.candidate,
            repetition: result.id.repetition, trackSeed: trackSeed,
            episodeReturn: kept, steps: result.steps,
            tilesVisited: result.tilesVisited, trackTiles: result.trackTiles, end: result.end,
            worker: result.worker, fingerprint: result.fingerprint, seconds: result.seconds)
    }

    fileprivate var identifier: TaskIdentifier {
        TaskIdentifier(
            generation: generation, candidate: candidate, repetition: repetition,
            purpose: purpose == .training ? .training : .evaluation)
    }
}
