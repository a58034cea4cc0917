// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Coordinator
import Foundation
import Synchronization

/// Drives "rollouts" that are a formula of parameters and track, in a different order each time.
final class ToyService: RolloutService {
    private let counts = Mutex<[TaskIdentifier: Int]>([:])
    private let worker: String
    private let reversed: Bool
    private let outcome: @Sendable (EvaluationTask) -> Double

    init(
        worker: String = "toy", reversed: Bool = false,
        outcome: @escaping @Sendable (EvaluationTask) -> Double = ToyService.formula
    ) {
        self.worker = worker
        self.reversed = reversed
        self.outcome = outcome
    }

    /// How often each task was driven.
    var driven: [TaskIdentifier: Int] { counts.withLock { $0 } }

    static func formula(_ task: EvaluationTask) -> Double {
        let noise = Double(task.trackSeed % 1000) / 100
        return task.parameters.enumerated().reduce(900 + noise) { total, element in
            let distance = Double(element.element) - Double(element.offset) * 0.2
            return total - 100 * distance * distance
        }
    }

    func perform(
        _ tasks: [EvaluationTask], onResult: @Sendable (TaskResult) throws -> Void
    ) async throws -> [TaskResult] {
        var results: [TaskIdentifier: TaskResult] = [:]
        for task in reversed ? tasks.reversed() : tasks {
            try Task.checkCancellation()
            counts.withLock { $0[task.id, default: 0] += 1 }
            let result = TaskResult(
                id: task.id, episodeReturn: outcome(task), steps: 10, tilesVisited: 3,
                trackTiles: 300, end: "stalled", worker: worker, fingerprint: "toy/1", seconds: 0.5)
            results[task.id] = result
            try onResult(result)
        }
        return tasks.compactMap { results[$0.id] }
    }
}
