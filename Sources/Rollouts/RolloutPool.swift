// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import CarRacingRendering
import Synchronization
public import WorldModel

/// Drives many episodes on several threads of this process, an engine on each.
public enum RolloutPool {
    /// Drives all of the tasks.
    ///
    /// - Parameters:
    ///   - tasks: The episodes.
    ///   - models: V and M.
    ///   - settings: What all episodes have in common.
    ///   - threads: How many threads.
    ///   - environments: How many episodes a thread drives at once.
    ///   - drawing: The library that draws the observations.
    ///   - onOutcome: Told each outcome as it comes, from any of the threads.
    /// - Returns: One outcome a task, in the tasks' order, whatever the number of threads.
    /// - Throws: `DrawingError` if there is no drawing context or drawing fails.
    public static func run(
        _ tasks: [RolloutTask], models: FrozenModels, settings: RolloutSettings, threads: Int = 1,
        environments: Int = 8, drawing: DrawingLibrary = .osmesa,
        onOutcome: @escaping @Sendable (RolloutOutcome) -> Void = { _ in }
    ) throws -> [RolloutOutcome] {
        guard !tasks.isEmpty else { return [] }
        let threads = max(1, min(threads, tasks.count))
        let each = max(1, min(environments, (tasks.count + threads - 1) / threads))
        let results = Mutex([RolloutOutcome?](repeating: nil, count: tasks.count))
        try Threads.run(threads, pieces: tasks.count) { progress in
            let engine = try RolloutEngine(
                models: models, settings: settings, environments: each, drawing: drawing)
            var isExhausted = false
            while true {
                while !isExhausted, engine.freeSlots > 0 {
                    guard let index = progress.take() else {
                        isExhausted = true
                        break
                    }
                    var task = tasks[index]
                    task.id = UInt64(index)
                    engine.submit(task)
                }
                if engine.freeSlots == engine.environments { return }
                try engine.step()
                for var outcome in engine.takeOutcomes() {
                    let index = Int(outcome.id)
                    outcome.id = tasks[index].id
                    results.withLock { [outcome] in $0[index] = outcome }
                    onOutcome(outcome)
                }
            }
        }
        return results.withLock { $0.compactMap { $0 } }
    }
}
