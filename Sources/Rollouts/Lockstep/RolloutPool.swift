// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes
import Synchronization

/// Drives many episodes on several threads of this process, an engine on each.
package enum RolloutPool {
    /// Drives all of the episodes and gives their outcomes in the batch's order, whatever the
    /// number of threads.
    ///
    /// `engine` makes an engine for so many environments on the thread that will use it; `onFinished`
    /// is told each episode as it ends, from any of the threads, its ticket its index in the batch.
    ///
    /// - Throws: `EpisodeFailure` if an episode could not be driven; what an engine or `onFinished`
    ///   throws.
    @discardableResult
    package static func run(
        _ batch: EpisodeBatch, threads: Int = 1, environments: Int = 8,
        engine: @escaping @Sendable (_ environments: Int) throws -> any EpisodeEngine,
        onFinished: @escaping @Sendable (FinishedEpisode) throws -> Void = { _ in }
    ) throws -> [EpisodeOutcome] {
        let count = batch.episodes.count
        guard count > 0 else { return [] }
        let threads = max(1, min(threads, count))
        let each = max(1, min(environments, (count + threads - 1) / threads))
        let results = Mutex([EpisodeOutcome?](repeating: nil, count: count))
        try Threads.run(threads, pieces: count) { progress in
            try engine(each).drive(batch, next: progress.take) { finished in
                let outcome = try finished.outcome.get()
                results.withLock { $0[Int(finished.ticket)] = outcome }
                try onFinished(finished)
            }
        }
        return results.withLock { $0.compactMap { $0 } }
    }
}
