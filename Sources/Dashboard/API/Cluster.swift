// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import Foundation
import RunStore

/// Who drives, who has driven, and who is not believed.
struct Cluster: Encodable {
    struct Worker: Encodable {
        var host: String
        var process: Int
        var state: String
        var cores: Int
        var wantedCores: Int
        var environments: Int
        var stepsPerSecond: Double?
        var rolloutsPerSecond: Double?
        /// The share of its places for episodes that have one.
        var busyShare: Double?
        var outstanding: Int
        var completed: Int
        var errors: Int
        var secondsSinceHeard: Double?
        var fingerprint: String
        var version: String
    }

    struct Driver: Encodable {
        var name: String
        var fingerprint: String
        var firstSeen: String
        var lastSeen: String
        var rollouts: Int
        var steps: Int
        /// Steps that M dreamt.
        var dreamSteps: Int
    }

    struct Quarantine: Encodable {
        var party: String
        var workers: String
        var reason: String
        var isDistrusted: Bool
        var since: String
        var until: String?
        var lasts: Bool
    }

    /// Workers that are connected; null where this process is not the coordinator.
    var workers: [Worker]?
    var counters: ServerCounters?
    /// How many workers the work at hand could use; null where this process is not the coordinator.
    var workersWanted: Int?
    /// Workers whose results are stored.
    var drivers: [Driver]
    var quarantines: [Quarantine]

    init(_ view: RunView, now: Date = Date()) throws {
        let reader = try view.reader()
        if let status = view.status() {
            let rates = view.stepRates()
            workers = status.workers.map { worker in
                Worker(
                    host: worker.host, process: worker.process, state: worker.state.rawValue,
                    cores: worker.cores, wantedCores: worker.wantedCores,
                    environments: worker.environments, stepsPerSecond: rates[worker.name]?.finite,
                    rolloutsPerSecond: worker.rolloutsPerSecond.finite,
                    busyShare: worker.busyShare, outstanding: worker.outstanding,
                    completed: worker.completed, errors: worker.errors,
                    secondsSinceHeard: worker.secondsSinceHeard.finite,
                    fingerprint: worker.fingerprint, version: worker.software)
            }
            counters = status.counters
            workersWanted = status.workersWanted
        }
        drivers = try reader.workers().map { record in
            Driver(
                name: record.name, fingerprint: record.fingerprint,
                firstSeen: Timestamp.text(record.firstSeen),
                lastSeen: Timestamp.text(record.lastSeen), rollouts: record.rollouts,
                steps: record.steps, dreamSteps: record.dreamSteps)
        }
        quarantines = try reader.quarantines().map { record in
            Quarantine(
                party: record.party, workers: record.workers, reason: record.reason,
                isDistrusted: record.isDistrusted, since: Timestamp.text(record.time),
                until: record.ends.map(Timestamp.text), lasts: record.lasts(at: now))
        }
    }
}

extension WorkerSnapshot {
    /// Episodes it can have at once.
    var places: Int { cores * environments }

    /// The share of those that it has; nil where it has no core.
    var busyShare: Double? {
        places > 0 ? min(1, Double(outstanding) / Double(places)) : nil
    }
}

extension ClusterStatus {
    /// How many workers like those that are connected could have a full share of the generation or
    /// evaluation under way; without any, such of one core and eight episodes at once.
    ///
    /// It counts the episodes that are done, too: else it would fall towards each generation's end,
    /// and workers would go away that the next one needs.
    var workersWanted: Int {
        guard counters.openTasks > 0 else { return 0 }
        let episodes = max(run?.total ?? 0, counters.openTasks)
        let places = workers.map(\.places).filter { $0 > 0 }
        let each = places.isEmpty ? 8 : max(1, places.reduce(0, +) / places.count)
        return max(1, (episodes + each - 1) / each)
    }
}
