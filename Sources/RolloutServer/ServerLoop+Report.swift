// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import ClusterTransport
import Dispatching
import Episodes
import Foundation

extension ServerLoop {
    /// What other threads may see.
    func report(at time: Double, includingWorkers: Bool) -> ServerMailbox.Report {
        let counts = dispatcher.counters
        let counters = ServerCounters(
            openTasks: dispatcher.openTasks, outstanding: dispatcher.outstandingLeases,
            completed: counts.completed, requeued: counts.requeued, speculated: counts.speculated,
            duplicates: counts.duplicates, disagreements: counts.disagreements, late: counts.late,
            offences: counts.offences, setAside: counts.setAside, deaths: counts.deaths,
            malformed: malformed.total, unauthenticated: unauthenticated.total,
            workers: peers.count)
        return ServerMailbox.Report(
            workers: includingWorkers ? snapshots(at: time) : [], counters: counters)
    }

    private func snapshots(at time: Double) -> [WorkerSnapshot] {
        var snapshots: [WorkerSnapshot] = []
        snapshots.reserveCapacity(peers.count)
        for (_, peer) in peers {
            guard let record = workers[peer.worker] else { continue }
            let age = time - record.joined
            snapshots.append(
                WorkerSnapshot(
                    name: record.name, host: record.host, process: record.process,
                    cores: record.cores, environments: record.environments,
                    software: record.software, fingerprint: record.fingerprint,
                    state: peer.isReady ? (record.capacity > 0 ? .ready : .draining) : .preparing,
                    outstanding: dispatcher.outstanding(of: peer.worker),
                    completed: record.completed,
                    rolloutsPerSecond: age > 0 ? Double(record.completed) / age : 0,
                    secondsSinceHeard: time - record.lastHeard, errors: record.errors))
        }
        return snapshots.sorted { $0.name < $1.name }
    }

    /// What a status client is told.
    func status() -> WireStatus {
        let report = report(at: now, includingWorkers: true)
        var status = WireStatus()
        status.software = SoftwareVersion.current
        status.openTasks = UInt64(report.counters.openTasks)
        status.outstanding = UInt64(report.counters.outstanding)
        status.completed = UInt64(report.counters.completed)
        status.requeued = UInt64(report.counters.requeued)
        status.duplicates = UInt64(report.counters.duplicates)
        status.disagreements = UInt64(report.counters.disagreements)
        status.late = UInt64(report.counters.late)
        status.malformed = UInt64(report.counters.malformed)
        status.setAside = UInt64(report.counters.setAside)
        status.runStatus = mailbox.runStatus
        status.workers = report.workers.prefix(WireLimits.workersInStatus).map { worker in
            var wire = WireWorkerStatus()
            wire.host = worker.host
            wire.process = UInt32(worker.process)
            wire.cores = UInt32(worker.cores)
            wire.environments = UInt32(worker.environments)
            wire.software = worker.software
            wire.fingerprint = worker.fingerprint
            wire.outstanding = UInt32(worker.outstanding)
            wire.completed = UInt64(worker.completed)
            wire.rolloutsASecond = worker.rolloutsPerSecond
            wire.secondsSinceHeard = worker.secondsSinceHeard
            wire.errors = UInt64(worker.errors)
            wire.state = worker.state.rawValue
            return wire
        }
        return status
    }
}

extension WireTaskName {
    /// A task's name on the wire.
    init(_ id: EpisodeName) {
        self.init()
        generation = UInt64(id.generation)
        candidate = UInt32(id.candidate)
        repetition = UInt32(id.repetition)
        purpose =
            switch id.purpose {
            case .training: .training
            case .evaluation: .evaluation
            case .recording: .recording
            }
    }
}
