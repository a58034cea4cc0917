// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// What a rollout server tells people while it works.
package enum ServerEvent: Sendable, CustomStringConvertible {
    /// A worker takes part, for the first time or again.
    case joined(worker: String, environments: Int, fingerprint: String)
    /// A worker left on purpose.
    case left(worker: String, reason: String)
    /// A worker is gone or hangs; its tasks go to others.
    case lost(worker: String, reason: String, tasks: Int)
    /// A worker that was lost by silence speaks again.
    case returned(worker: String)
    /// Someone may not take part.
    case refused(worker: String, reason: String)
    /// Nobody works on what waits.
    case waiting(tasks: Int)
    /// A task was given up: it ranks worst.
    case setAside(String, deaths: Int, failures: Int)
    /// An engine could not run a task.
    case failed(String, worker: String, reason: String)
    /// Two hosts gave different results for one task: one of them is faulty.
    case disagreed(String, first: String, second: String)
    /// A worker sent too many results that cannot be true, and gets no more work.
    case quarantined(worker: String)
    /// Messages that were counted and dropped since the last such event.
    case malformed(count: Int, last: String)
    /// Connections that failed the security handshake since the last such event.
    case unauthenticated(count: Int, last: String)
    /// The server cannot go on.
    case stopped(reason: String)

    /// One line for people.
    package var description: String {
        switch self {
        case .joined(let worker, let environments, let fingerprint):
            "worker \(worker) joined with \(environments) environments (\(fingerprint))"
        case .left(let worker, let reason):
            "worker \(worker) left: \(reason)"
        case .lost(let worker, let reason, let tasks):
            "worker \(worker) is lost (\(reason)); its \(tasks) tasks go to others"
        case .returned(let worker):
            "worker \(worker) is back"
        case .refused(let worker, let reason):
            "refused \(worker): \(reason)"
        case .waiting(let tasks):
            "no worker is connected; \(tasks) tasks wait"
        case .setAside(let task, let deaths, let failures):
            "set aside \(task) after \(deaths) deaths of workers and \(failures) failures"
        case .failed(let task, let worker, let reason):
            "worker \(worker) could not run \(task): \(reason)"
        case .disagreed(let task, let first, let second):
            "two hosts disagree about \(task): \(first); \(second); check both"
        case .quarantined(let worker):
            "worker \(worker) sends impossible results and gets no more work"
        case .malformed(let count, let last):
            "dropped \(count) malformed messages; the last: \(last)"
        case .unauthenticated(let count, let last):
            "\(count) connections were not accepted; the last: \(last)"
        case .stopped(let reason):
            "the server stopped: \(reason)"
        }
    }
}

/// A worker as the server sees it.
package struct WorkerSnapshot: Sendable, Hashable, Codable {
    /// Whether work goes to it.
    package enum State: String, Sendable, Hashable, Codable {
        /// It fetches the models.
        case preparing
        /// It works, or could.
        case ready
        /// It finishes what it has.
        case draining
    }

    /// Host and process.
    package var name: String
    /// The host's name.
    package var host: String
    /// The process identifier.
    package var process: Int
    /// Processor cores of the host.
    package var cores: Int
    /// Episodes it runs at once.
    package var environments: Int
    /// The program's version.
    package var software: String
    /// What decides the bits of its results.
    package var fingerprint: String
    /// Whether work goes to it.
    package var state: State
    /// Tasks it holds.
    package var outstanding: Int
    /// Tasks it has finished.
    package var completed: Int
    /// Finished tasks a second since it joined.
    package var rolloutsPerSecond: Double
    /// Since its last message.
    package var secondsSinceHeard: Double
    /// Failures and impossible results.
    package var errors: Int
}

/// Counts of a rollout server since its start.
package struct ServerCounters: Sendable, Hashable, Codable {
    /// Tasks without a result.
    package var openTasks = 0
    /// Tasks with workers.
    package var outstanding = 0
    /// Tasks with a result.
    package var completed = 0
    /// Tasks taken from a worker and queued again.
    package var requeued = 0
    /// Tasks repeated on idle workers.
    package var speculated = 0
    /// Second results equal to the first.
    package var duplicates = 0
    /// Second results that differ from the first.
    package var disagreements = 0
    /// Results nobody waited for.
    package var late = 0
    /// Results that cannot be true.
    package var offences = 0
    /// Tasks given up.
    package var setAside = 0
    /// Workers lost without a word.
    package var deaths = 0
    /// Messages dropped unread.
    package var malformed = 0
    /// Connections that failed the security handshake.
    package var unauthenticated = 0
    /// Workers that are connected now.
    package var workers = 0
}
