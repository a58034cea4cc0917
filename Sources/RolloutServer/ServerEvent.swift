// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import ClusterProtocol
package import Episodes

/// What a rollout server tells people while it works.
package indirect enum ServerEvent: Sendable, CustomStringConvertible {
    /// A worker takes part, for the first time or again.
    case joined(worker: String, cores: Int, environments: Int, fingerprint: String)
    /// A worker left on purpose.
    case left(worker: String, reason: String)
    /// A worker is gone or hangs; its tasks go to others.
    case lost(worker: String, reason: String, tasks: Int)
    /// One of a worker's engines hangs; another took its place, and its tasks go to others.
    case coreLost(worker: String, CoreLoss)
    /// A worker that was lost by silence speaks again.
    case returned(worker: String)
    /// Someone may not take part.
    case refused(worker: String, reason: String)
    /// Nobody works on what waits; workers in quarantine and such whose engines hang may be there.
    case waiting(tasks: Int, quarantined: Int, hung: Int)
    /// A task was given up: it ranks worst.
    case setAside(String, deaths: Int, failures: Int)
    /// An engine could not run a task.
    case failed(String, worker: String, reason: String)
    /// Another result of an episode has come that equals the one that counts.
    case copied(EpisodeName, EpisodeDriver, seconds: Double)
    /// Two hosts gave different results for one task: one of them is faulty.
    case disagreed(String, first: String, second: String)
    /// Nobody is left who could say which of two results is right; the first one stands.
    case undecided(String, first: String, second: String)
    /// A host gets no more work for a time.
    case quarantined(
        party: String, workers: [String], reason: String, isDistrusted: Bool, seconds: Double)
    /// A host's quarantine is over.
    case released(party: String)
    /// Messages that were counted and dropped since the last such event.
    case malformed(count: Int, last: String)
    /// Connections that failed the security handshake since the last such event.
    case unauthenticated(count: Int, last: String)
    /// The list of clients has changed, or cannot be used.
    case clientList(String, isFault: Bool)
    /// The server cannot go on.
    case stopped(reason: String)
    /// So many more of a kind came, of which this is the last.
    case repeated(ServerEvent, count: Int, seconds: Int)

    /// A short word for programs.
    package var kind: String {
        switch self {
        case .joined: "joined"
        case .left: "left"
        case .lost: "lost"
        case .coreLost: "core-lost"
        case .returned: "returned"
        case .refused: "refused"
        case .waiting: "waiting"
        case .setAside: "set-aside"
        case .failed: "task-failed"
        case .copied: "copied"
        case .disagreed: "disagreed"
        case .undecided: "undecided"
        case .quarantined: "quarantined"
        case .released: "released"
        case .unauthenticated: "unauthenticated"
        case .malformed: "malformed"
        case .clientList: "client-list"
        case .stopped: "stopped"
        case .repeated(let last, _, _): last.kind
        }
    }

    /// One line for people.
    package var description: String {
        switch self {
        case .joined(let worker, let cores, let environments, let fingerprint):
            "worker \(worker) joined with \(cores) \(cores == 1 ? "core" : "cores"), "
                + "\(environments) environments (\(fingerprint))"
        case .left(let worker, let reason):
            "worker \(worker) left: \(reason)"
        case .lost(let worker, let reason, let tasks):
            "worker \(worker) is lost (\(reason)); its \(tasks) tasks go to others"
        case .coreLost(let worker, let loss):
            "core \(loss.core) of worker \(worker) made no step for \(Int(loss.seconds)) s; its "
                + "\(loss.leases.count) tasks go to others, another engine takes its place"
        case .returned(let worker):
            "worker \(worker) is back"
        case .refused(let worker, let reason):
            "refused \(worker): \(reason)"
        case .waiting(let tasks, 0, 0):
            "no worker is connected; \(tasks) tasks wait"
        case .waiting(let tasks, let quarantined, let hung):
            "no worker can work: \(quarantined) in quarantine, \(hung) hang; \(tasks) tasks wait"
        case .setAside(let task, let deaths, let failures):
            "set aside \(task) after \(deaths) deaths of workers and \(failures) failures"
        case .failed(let task, let worker, let reason):
            "worker \(worker) could not run \(task): \(reason)"
        case .copied(let name, let driver, _):
            "worker \(driver.name) drove \(name), too"
        case .disagreed(let task, let first, let second):
            "two hosts disagree about \(task): \(first); \(second); check both"
        case .undecided(let task, let first, let second):
            "nobody can decide between two results of \(task): \(first); \(second)"
        case .quarantined(let party, _, let reason, _, let seconds):
            "\(party) is in quarantine for \(Int(seconds)) s: \(reason)"
        case .released(let party):
            "the quarantine of \(party) is over"
        case .malformed(let count, let last):
            "dropped \(count) malformed \(count == 1 ? "message" : "messages"); the last: \(last)"
        case .unauthenticated(let count, let last):
            "\(count) \(count == 1 ? "connection was" : "connections were") not accepted; the last: "
                + last
        case .clientList(let text, _): text
        case .stopped(let reason):
            "the server stopped: \(reason)"
        case .repeated(let last, let count, let seconds):
            "\(count) more of this kind in \(seconds) s; the last: \(last)"
        }
    }
}
