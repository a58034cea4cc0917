// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

extension Dispatcher {
    /// Copies of a task that run at once, at most.
    private static let copies = 2

    /// Repeats the slowest tasks on workers that have nothing else to do.
    ///
    /// A return depends on the task alone, so whichever copy ends first counts; the other shows
    /// whether the hosts agree.
    mutating func speculate(at now: Seconds, into grants: inout [Grant]) {
        guard configuration.speculates, !readyWorkers.isEmpty, !jobs.isEmpty, activeLeases > 0,
            now - lastSpeculation >= Self.speculationInterval
        else { return }
        lastSpeculation = now
        let threshold = max(
            configuration.speculationSeconds,
            (meanSeconds ?? .infinity) * configuration.speculationFactor)
        let slow = leases.filter { _, lease in
            lease.deadline != nil && now - lease.issued > threshold && isWorthRepeating(lease.task)
        }
        for (key, lease) in slow.sorted(by: {
            ($0.value.issued, $0.key) < ($1.value.issued, $1.key)
        }) {
            guard tasks[lease.task]?.leases == [key] else { continue }
            let helper = readyWorkers.first { candidate in
                guard let worker = workers[candidate], isAccepting(worker) else { return false }
                return candidate != lease.worker && worker.leases.count < worker.slots
            }
            guard let helper else { continue }
            counters.speculated += 1
            grants.append(grant(lease.task, to: helper, at: now))
        }
    }

    /// Seconds between two looks for slow tasks: each look walks all leases.
    private static var speculationInterval: Seconds { 0.1 }

    private func isWorthRepeating(_ task: TaskKey) -> Bool {
        guard let state = tasks[task] else { return false }
        return state.isOpen && !state.isSuspect && state.leases.count < Self.copies
    }
}
