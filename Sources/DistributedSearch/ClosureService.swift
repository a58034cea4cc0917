// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import Objectives

/// Evaluates a generation's candidates in this process, several at once, each on a thread of its own:
/// those that asynchronous functions share are as many as there are cores, and must not wait.
struct ClosureService: EpisodeService {
    let settings: ObjectiveSettings
    let threads: Int
    let retries: Int
    let objective: Objective

    func perform(
        _ batch: EpisodeBatch, onNews: @Sendable (EpisodeNews) throws -> Void
    ) async throws -> [EpisodeResult] {
        var results: [EpisodeName: EpisodeResult] = [:]
        try await withThrowingTaskGroup(of: EpisodeResult.self) { group in
            var waiting = batch.episodes.makeIterator()
            func begin() {
                guard let episode = waiting.next() else { return }
                let words = batch.parameters(of: episode)
                group.addTask { try await evaluate(episode, words) }
            }
            for _ in 0..<threads { begin() }
            while let result = try await group.next() {
                try Task.checkCancellation()
                results[result.name] = result
                try onNews(.finished(result, file: nil))
                begin()
            }
        }
        return batch.episodes.compactMap { results[$0.name] }
    }

    private func evaluate(_ episode: Episode, _ words: [Float]) async throws -> EpisodeResult {
        let start = ContinuousClock.now
        let evaluation = try settings.evaluation(episode, words)
        var outcome = settings.outcome(.nan)
        for attempt in 0...retries {
            try Task.checkCancellation()
            do {
                outcome = settings.outcome(try await cost(of: evaluation))
                break
            } catch  where attempt < retries {
                continue
            } catch {
                // Nothing more to try: it ranks worst.
            }
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        return EpisodeResult(
            episode: episode, outcome: outcome,
            driver: EpisodeDriver(
                name: ProcessInfo.processInfo.hostName, fingerprint: "in-process"),
            seconds: seconds)
    }

    private func cost(of evaluation: Evaluation) async throws -> Double {
        try await withCheckedThrowingContinuation { continuation in
            let thread = Thread {
                continuation.resume(with: Result { try objective(evaluation) })
            }
            thread.name = "evaluation"
            thread.stackSize = 8 << 20
            thread.start()
        }
    }
}
