// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

extension Dispatcher {
    /// Parties without workers that are remembered, at most.
    private static let rememberedParties = 4096

    /// Whether any worker could be given a task.
    package var hasAvailableWorker: Bool { !availableParties.isEmpty }

    /// Workers that are connected and get no work: their party is in quarantine, or they hang.
    package var idleWorkers: (quarantined: Int, hung: Int) {
        var counts = (quarantined: 0, hung: 0)
        for worker in workers.values where worker.isConnected {
            if isQuarantined(worker) {
                counts.quarantined += 1
            } else if worker.presence == .hung {
                counts.hung += 1
            }
        }
        return counts
    }

    /// Whether a worker's party is in quarantine.
    package func isQuarantined(_ worker: WorkerKey) -> Bool {
        workers[worker].map(isQuarantined) ?? false
    }

    /// Whether a worker speaks, though its engine does not step.
    package func isHung(_ worker: WorkerKey) -> Bool { workers[worker]?.presence == .hung }

    /// Gives a party no more work for a time, and its tasks to others.
    mutating func quarantine(_ party: PartyKey, _ reason: QuarantineReason, at now: Seconds) {
        guard let state = parties[party], !state.isDistrusted else { return }
        let seconds =
            reason.isDistrust ? configuration.distrustSeconds : configuration.pauseSeconds
        if state.quarantinedUntil != nil, !reason.isDistrust { return }
        parties[party]?.quarantinedUntil = now + seconds
        parties[party]?.isDistrusted = reason.isDistrust
        parties[party]?.failing = []
        lookAt(party: party)
        events.append(.quarantined(party, reason, seconds: seconds))
        for worker in state.workers.sorted() { handBack(all: true, leases: [], worker: worker) }
        if reason.isDistrust { withdrawVotes(of: party, at: now) }
    }

    /// Takes a party into quarantine that was found to be wrong before.
    ///
    /// - Parameters:
    ///   - party: The party.
    ///   - end: When the quarantine is over.
    package mutating func distrust(party: PartyKey, until end: Seconds) {
        parties[party, default: PartyState()].quarantinedUntil = end
        parties[party]?.isDistrusted = true
        lookAt(party: party)
    }

    /// Ends a party's quarantine before its time; it is checked like a new one.
    ///
    /// - Parameter party: The party; one that is in no quarantine is ignored.
    package mutating func release(party: PartyKey) {
        guard let state = parties[party], state.quarantinedUntil != nil else { return }
        parties[party] = state.workers.isEmpty ? nil : PartyState(workers: state.workers)
        lookAt(party: party)
        events.append(.released(party))
        for worker in state.workers.sorted() { enqueueIfReady(worker) }
    }

    mutating func endQuarantines(at now: Seconds) {
        let over = parties.filter { $0.value.quarantinedUntil.map { $0 <= now } ?? false }
        for party in over.keys.sorted() { release(party: party) }
    }

    /// Takes tasks from workers that have had them longer than any task can take, whatever progress
    /// they claim.
    mutating func findOverdue(at now: Seconds) {
        guard now - lastOverdueLook >= 1 else { return }
        lastOverdueLook = now
        let limit = longestTask
        var late: Set<PartyKey> = []
        for lease in leases.values where lease.deadline != nil && now - lease.issued > limit {
            if let party = workers[lease.worker]?.party { late.insert(party) }
        }
        for party in late.sorted() { quarantine(party, .overdue, at: now) }
    }

    /// Longer than this no task can take; seconds.
    ///
    /// Four times the longest episode at the slowest pace seen, which includes its waiting at the
    /// worker.
    package var longestTask: Seconds {
        guard let slowestStep else { return configuration.overdueAtFirst }
        let longest = 4 * slowestStep * Double(configuration.maximumSteps)
        let range = configuration.overdueSeconds
        return min(max(longest, range.lowerBound), range.upperBound)
    }

    // MARK: Bookkeeping

    func couldTakeTasks(_ party: PartyState) -> Bool {
        party.quarantinedUntil == nil
            && party.workers.contains { key in
                workers[key].map { $0.presence == .ready && $0.capacity > 0 } ?? false
            }
    }

    /// Keeps the list of those that could take tasks.
    mutating func lookAt(party: PartyKey) {
        guard let state = parties[party] else { return }
        let isAvailable = couldTakeTasks(state)
        guard isAvailable != state.isAvailable else { return }
        parties[party]?.isAvailable = isAvailable
        if isAvailable { availableParties.insert(party) } else { availableParties.remove(party) }
    }

    /// A worker is no more; its party is remembered for what it did.
    mutating func part(_ worker: WorkerKey, from party: PartyKey) {
        parties[party]?.workers.remove(worker)
        lookAt(party: party)
        // The same process may come back under its number.
        readyWorkers.removeAll { $0 == worker }
        guard let state = parties[party], state.workers.isEmpty, state.quarantinedUntil == nil,
            party < 0 || parties.count > Self.rememberedParties
        else { return }
        parties[party] = nil
    }
}
