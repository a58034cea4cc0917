// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import Dashboard
import Foundation
import RunStore
import Synchronization

extension WorkerSnapshot {
    /// A worker of eight episodes at once a core.
    static func made(
        _ host: String, process: Int = 1, cores: Int, outstanding: Int, steps: [UInt64],
        completed: Int = 10
    ) -> WorkerSnapshot {
        WorkerSnapshot(
            host: host, process: process, cores: cores, wantedCores: cores, coreSteps: steps,
            environments: 8, software: "0", fingerprint: "cpu", state: .ready,
            outstanding: outstanding, completed: completed, rolloutsPerSecond: 1,
            secondsSinceHeard: 0.5, errors: 0)
    }
}

extension ClusterStatus {
    static func made(workers: [WorkerSnapshot], open: Int, total: Int) -> ClusterStatus {
        var counters = ServerCounters()
        counters.openTasks = open
        return ClusterStatus(
            counters: counters, workers: workers,
            run: RunProgress(.search, generation: 2, done: total - open, total: total))
    }
}

/// Makes films of four bytes.
final class CountingFilms: FilmMaker {
    private let made = Mutex(0)
    let ending = "gif"
    var count: Int { made.withLock { $0 } }

    func film(
        _ directory: RunDirectory, trackSeed: UInt64, kind: FilmKind, to file: URL
    ) throws {
        made.withLock { $0 += 1 }
        try Data("film".utf8).write(to: file, options: .atomic)
    }
}
