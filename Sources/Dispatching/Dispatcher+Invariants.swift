// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

extension Dispatcher {
    /// Traps where the state contradicts itself; for tests, after each step.
    package func checkInvariants() {
        checkLeases()
        checkTasks()
        checkWorkers()
    }

    private func checkLeases() {
        let active = leases.filter { $0.value.deadline != nil }
        precondition(
            active.count == activeLeases, "\(active.count) active leases, \(activeLeases) counted")
        for (key, lease) in leases {
            guard let task = tasks[lease.task] else {
                preconditionFailure("lease \(key) is for the unknown task \(lease.task)")
            }
            let isListed = lease.deadline == nil ? task.expired : task.leases
            precondition(isListed.contains(key), "lease \(key) is not among its task's")
            guard lease.deadline != nil else { continue }
            precondition(
                workers[lease.worker]?.leases.contains(key) == true,
                "lease \(key) is not in its worker's hands")
        }
    }

    private func checkTasks() {
        var open: [Int: Int] = [:]
        for (key, task) in tasks {
            if task.isOpen { open[task.job, default: 0] += 1 }
            for lease in task.leases + task.expired where leases[lease] != nil {
                precondition(leases[lease]?.task == key, "task \(key) has another's lease")
            }
            guard task.isOpen else { continue }
            let isWaiting = fresh.contains(key) || suspects.contains(key)
            precondition(
                isWaiting != !task.leases.isEmpty,
                "open task \(key) \(isWaiting ? "waits and runs" : "neither waits nor runs")")
        }
        for (key, job) in jobs {
            precondition(
                job.open == open[key, default: 0] && job.open > 0,
                "job \(key) counts \(job.open) open tasks of \(open[key, default: 0])")
        }
    }

    private func checkWorkers() {
        for (key, worker) in workers {
            for lease in worker.leases {
                precondition(
                    leases[lease]?.worker == key && leases[lease]?.deadline != nil,
                    "worker \(key) holds the lease \(lease), which is not its own")
            }
            precondition(
                worker.isConnected || worker.leases.isEmpty,
                "worker \(key) holds leases and is gone"
            )
            precondition(
                !isQuarantined(worker) || worker.leases.isEmpty, "worker \(key) is in quarantine")
            precondition(
                worker.isInReadyQueue == readyWorkers.contains(key),
                "worker \(key) does not know whether it waits for work")
        }
        let slots = workers.values.reduce(0) { $0 + ($1.isConnected ? $1.slots : 0) }
        precondition(slots == totalSlots, "\(slots) slots, \(totalSlots) counted")
    }
}

extension Queue where Element: Equatable {
    fileprivate func contains(_ element: Element) -> Bool {
        first { $0 == element } != nil
    }
}
