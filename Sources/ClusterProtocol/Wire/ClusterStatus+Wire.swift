// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import SwiftProtobuf

extension WireStatus {
    init(_ status: ClusterStatus) {
        self.init()
        software = status.software
        openTasks = UInt64(clamping: status.counters.openTasks)
        outstanding = UInt64(clamping: status.counters.outstanding)
        completed = UInt64(clamping: status.counters.completed)
        requeued = UInt64(clamping: status.counters.requeued)
        duplicates = UInt64(clamping: status.counters.duplicates)
        disagreements = UInt64(clamping: status.counters.disagreements)
        late = UInt64(clamping: status.counters.late)
        malformed = UInt64(clamping: status.counters.malformed)
        setAside = UInt64(clamping: status.counters.setAside)
        workers = status.workers.prefix(WireLimits.workersInStatus).map(WireWorkerStatus.init)
        runStatus = status.run
    }
}

extension WireWorkerStatus {
    fileprivate init(_ worker: WorkerSnapshot) {
        self.init()
        host = worker.host
        process = UInt32(clamping: worker.process)
        cores = UInt32(clamping: worker.cores)
        environments = UInt32(clamping: worker.environments)
        software = worker.software
        fingerprint = worker.fingerprint
        outstanding = UInt32(clamping: worker.outstanding)
        completed = UInt64(clamping: worker.completed)
        rolloutsASecond = worker.rolloutsPerSecond
        secondsSinceHeard = worker.secondsSinceHeard
        errors = UInt64(clamping: worker.errors)
        state =
            switch worker.state {
            case .preparing: .preparing
            case .ready: .ready
            case .draining: .draining
            }
    }
}

extension ClusterStatus {
    init(_ wire: WireStatus) throws(WireError) {
        try check(wire.software, "status.software")
        try checkCount(wire.workers.count, WireLimits.workersInStatus, "status.workers")
        try checkCount(wire.runStatus.count, WireLimits.settingsBytes, "status.run_status")
        var counters = ServerCounters()
        counters.openTasks = Int(clamping: wire.openTasks)
        counters.outstanding = Int(clamping: wire.outstanding)
        counters.completed = Int(clamping: wire.completed)
        counters.requeued = Int(clamping: wire.requeued)
        counters.duplicates = Int(clamping: wire.duplicates)
        counters.disagreements = Int(clamping: wire.disagreements)
        counters.late = Int(clamping: wire.late)
        counters.malformed = Int(clamping: wire.malformed)
        counters.setAside = Int(clamping: wire.setAside)
        counters.workers = wire.workers.count
        self.init(
            software: wire.software, counters: counters,
            workers: wire.workers.map(WorkerSnapshot.init),
            run: wire.runStatus)
    }
}

extension WorkerSnapshot {
    fileprivate init(_ wire: WireWorkerStatus) {
        self.init(
            host: wire.host, process: Int(wire.process), cores: Int(wire.cores),
            environments: Int(wire.environments), software: wire.software,
            fingerprint: wire.fingerprint,
            state: wire.state == .preparing
                ? .preparing : wire.state == .draining ? .draining : .ready,
            outstanding: Int(wire.outstanding), completed: Int(clamping: wire.completed),
            rolloutsPerSecond: wire.rolloutsASecond, secondsSinceHeard: wire.secondsSinceHeard,
            errors: Int(clamping: wire.errors))
    }
}
