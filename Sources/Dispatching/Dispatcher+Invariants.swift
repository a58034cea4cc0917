// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes

extension Dispatcher {
    /// Looks for contradictions in the state; for tests, after each step.
    package func checkInvariants() throws(BrokenInvariant) {
        try checkLeases()
        try checkTasks()
        try checkWorkers()
        try checkParties()
    }

    private func checkLeases() throws(BrokenInvariant) {
        let active = leases.filter { $0.value.deadline != nil }
        try BrokenInvariant.check(
            active.count == activeLeases, "\(active.count) active leases, \(activeLeases) counted")
        for (key, lease) in leases {
            guard let task = tasks[lease.task] else {
                throw BrokenInvariant(
                    "lease \(key) is for the unknown task \(lease.task)")
            }
            let isListed = lease.deadline == nil ? task.expired : task.leases
            try BrokenInvariant.check(
                isListed.contains(key), "lease \(key) is not among its task's")
            guard lease.deadline != nil else { continue }
            try BrokenInvariant.check(
                workers[lease.worker]?.leases.contains(key) == true,
                "lease \(key) is not in its worker's hands")
        }
    }

    private func checkTasks() throws(BrokenInvariant) {
        var open: [Int: Int] = [:]
        for (key, task) in tasks {
            if task.isOpen { open[task.job, default: 0] += 1 }
            for lease in task.leases + task.expired where leases[lease] != nil {
                try BrokenInvariant.check(
                    leases[lease]?.task == key, "task \(key) has another's lease")
            }
            guard task.isOpen else { continue }
            let isWaiting = fresh.contains(key) || suspects.contains(key)
            let isElsewhere = elsewhere.contains(key)
            try BrokenInvariant.check(
                isElsewhere == task.isElsewhere, "open task \(key) is not where it says")
            try BrokenInvariant.check(
                !isWaiting || task.leases.isEmpty && !isElsewhere, "open task \(key) waits twice")
            try BrokenInvariant.check(
                isWaiting || isElsewhere || !task.leases.isEmpty || isHeld(task),
                "open task \(key) neither waits nor runs")
            try BrokenInvariant.check(
                unsettled.contains(key) == !task.votes.isEmpty,
                "open task \(key) has \(task.votes.count) votes")
            try BrokenInvariant.check(
                task.votes.allSatisfy { parties[$0.party]?.isDistrusted != true },
                "open task \(key) has the vote of a party that is in quarantine")
        }
        for (key, job) in jobs {
            try BrokenInvariant.check(
                job.open == open[key, default: 0] && job.open > 0,
                "job \(key) counts \(job.open) open tasks of \(open[key, default: 0])")
        }
    }

    private func checkWorkers() throws(BrokenInvariant) {
        for (key, worker) in workers {
            try BrokenInvariant.check(
                parties[worker.party]?.workers.contains(key) == true, "worker \(key) of no party")
            for lease in worker.leases {
                try BrokenInvariant.check(
                    leases[lease]?.worker == key && leases[lease]?.deadline != nil,
                    "worker \(key) holds the lease \(lease), which is not its own")
            }
            try BrokenInvariant.check(
                worker.isConnected || worker.leases.isEmpty,
                "worker \(key) holds leases and is gone"
            )
            try BrokenInvariant.check(
                !isQuarantined(worker) || worker.leases.isEmpty, "worker \(key) is in quarantine")
            try BrokenInvariant.check(
                worker.isInReadyQueue == readyWorkers.contains(key),
                "worker \(key) does not know whether it waits for work")
        }
        let slots = workers.values.reduce(0) { $0 + ($1.isConnected ? $1.slots : 0) }
        try BrokenInvariant.check(slots == totalSlots, "\(slots) slots, \(totalSlots) counted")
    }

    private func checkParties() throws(BrokenInvariant) {
        var probes: [PartyKey: Int] = [:]
        for task in tasks.values {
            guard let party = task.probed else { continue }
            probes[party, default: 0] += 1
            try BrokenInvariant.check(
                task.isOpen && task.isChecked, "a settled task is to tell of party \(party)")
        }
        for (key, party) in parties {
            // Those of before it was released are not its any more.
            try BrokenInvariant.check(
                (0...probes[key, default: 0]).contains(party.probes),
                "party \(key) counts \(party.probes) probes")
            try BrokenInvariant.check(
                party.workers.allSatisfy { workers[$0]?.party == key },
                "party \(key) answers for others' workers")
            try BrokenInvariant.check(
                party.isAvailable == couldTakeTasks(party)
                    && party.isAvailable == availableParties.contains(key),
                "party \(key) is available: \(party.isAvailable)")
        }
    }
}

extension Queue where Element: Equatable {
    fileprivate func contains(_ element: Element) -> Bool {
        first { $0 == element } != nil
    }
}
