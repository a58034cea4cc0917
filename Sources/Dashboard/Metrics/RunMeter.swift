// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes
package import Foundation
package import RunStore
import Synchronization

/// What a coordinator counts as its run goes on, from its start on.
///
/// Whoever brings a result waits for no more than a few additions.
package final class RunMeter: Sendable {
    struct Counts: Sendable {
        var ends: [EpisodeEnd: UInt64] = [:]
        /// Steps of the environment.
        var steps: UInt64 = 0
        /// Steps of M's dreams.
        var dreamSteps: UInt64 = 0
        /// A minute's drive and slow hosts both have a bucket of use.
        var episodeSeconds = Histogram(bounds: [0.5, 1, 2, 5, 10, 20, 40, 80, 160, 320])
        var generationSeconds = Histogram(
            bounds: [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120])
        /// The last result's arrival, or the start.
        var lastResult: Date
    }

    private let counts: Mutex<Counts>
    private let now: @Sendable () -> Date

    /// Begins to count.
    ///
    /// - Parameter now: The time.
    package init(now: @escaping @Sendable () -> Date = { Date() }) {
        self.now = now
        counts = Mutex(Counts(lastResult: now()))
    }

    /// Counts an episode that has been driven.
    package func note(_ result: EpisodeResult) {
        let now = now()
        counts.withLock { counts in
            counts.ends[result.outcome.end, default: 0] += 1
            let steps = UInt64(clamping: result.outcome.steps)
            if result.episode.dreamTemperature == nil {
                counts.steps += steps
            } else {
                counts.dreamSteps += steps
            }
            counts.episodeSeconds.add(result.seconds)
            counts.lastResult = now
        }
    }

    /// Counts a generation that has ended.
    package func note(_ record: GenerationRecord) {
        counts.withLock { $0.generationSeconds.add(record.seconds) }
    }

    var current: Counts { counts.withLock { $0 } }
}

/// What each host has done since the coordinator's start.
///
/// Its processes come and go, and count from 0 each; these counts never fall.
struct HostCounts {
    struct Host: Equatable {
        var steps: UInt64 = 0
        var completed: UInt64 = 0
        var errors: UInt64 = 0
    }

    private struct Process {
        var steps: UInt64
        var completed: Int
        var errors: Int
    }

    private(set) var hosts: [String: Host] = [:]
    private var processes: [String: Process] = [:]
    /// More hosts than these are counted together: their names come from outside.
    static let limit = 1000
    static let others = "others"

    /// The name under which a host is counted.
    func name(of host: String) -> String {
        hosts[host] != nil || hosts.count < Self.limit ? host : Self.others
    }

    /// What a worker says of itself.
    typealias Worker = (host: String, name: String, steps: UInt64, completed: Int, errors: Int)

    /// Adds what workers have done since they were last heard.
    mutating func note(_ workers: [Worker]) {
        var next: [String: Process] = [:]
        for worker in workers {
            let now = Process(
                steps: worker.steps, completed: worker.completed, errors: worker.errors)
            let last = processes[worker.name] ?? Process(steps: 0, completed: 0, errors: 0)
            // One of the same name that counts from 0 again is another one.
            let isNew = now.steps < last.steps || now.completed < last.completed
            let base = isNew ? Process(steps: 0, completed: 0, errors: 0) : last
            let name = name(of: worker.host)
            hosts[name, default: Host()].steps += now.steps - base.steps
            hosts[name, default: Host()].completed += UInt64(now.completed - base.completed)
            hosts[name, default: Host()].errors += UInt64(max(0, now.errors - base.errors))
            next[worker.name] = now
        }
        processes = next
    }
}
