// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

extension Dispatcher {
    /// Repeats the slowest tasks on workers that have nothing else to do.
    ///
    /// A return depends on the task alone, so whichever copy ends first counts; the other shows
    /// whether the hosts agree. Who holds tasks and never answers cannot hold a job up: each task
    /// comes to every idle worker in the end.
    mutating func speculate(at now: Seconds, into grants: inout [Grant]) {
        guard configuration.speculates, !readyWorkers.isEmpty, !jobs.isEmpty, activeLeases > 0,
            now - lastSpeculation >= Self.speculationInterval
        else { return }
        lastSpeculation = now
        let threshold =
            meanSeconds.map {
                max(configuration.speculationSeconds, $0 * configuration.speculationFactor)
            } ?? max(configuration.speculationSeconds, configuration.speculationAtFirst)
        let slow = leases.filter { key, lease in
            lease.deadline != nil && now - lease.issued > threshold
                && isWorthRepeating(lease.task, oldest: key, age: (now - lease.issued) / threshold)
        }
        for (_, lease) in slow.sorted(by: { ($0.value.issued, $0.key) < ($1.value.issued, $1.key) })
        {
            guard let helper = helper(for: lease.task) else { continue }
            counters.speculated += 1
            grants.append(grant(lease.task, to: helper, at: now))
        }
    }

    /// Seconds between two looks for slow tasks: each look walks all leases.
    private static var speculationInterval: Seconds { 0.1 }

    /// Whether a task may have one copy more.
    ///
    /// - Parameters:
    ///   - task: The task.
    ///   - oldest: A lease; each task is looked at once, by its oldest.
    ///   - age: That lease's age, in ages that are worth a second copy.
    /// - Returns: Whether the oldest lease has waited long enough for it.
    private func isWorthRepeating(_ task: TaskKey, oldest: LeaseKey, age: Double) -> Bool {
        guard let state = tasks[task], state.isOpen, state.leases.first == oldest,
            state.leases.count < configuration.copies
        else { return false }
        // The second at once, each further one after twice the time. One that may be a killer waits
        // longer, but not for ever on who holds it and does not die of it.
        let patience = state.isSuspect ? 8.0 : 1
        return age > patience * Double(1 << (state.leases.count - 1))
    }

    /// An idle worker that has no part in a task; of another party where there is one.
    private func helper(for task: TaskKey) -> WorkerKey? {
        guard let state = tasks[task] else { return nil }
        let holders = Set(state.leases.compactMap { leases[$0]?.worker })
        let barred = barredParties(of: state)
        let isFree = { (candidate: WorkerKey) -> Bool in
            guard let worker = self.workers[candidate], self.isAccepting(worker) else {
                return false
            }
            // A suspect runs apart from all others.
            return !holders.contains(candidate)
                && worker.leases.count < (state.isSuspect ? 1 : worker.slots)
        }
        let stranger = readyWorkers.first { candidate in
            isFree(candidate) && self.workers[candidate].map { !barred.contains($0.party) } ?? false
        }
        // A party that has voted adds nothing by voting again.
        return stranger ?? (state.votes.isEmpty ? readyWorkers.first(where: isFree) : nil)
    }
}
