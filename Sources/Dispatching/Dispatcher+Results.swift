// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes

extension Dispatcher {
    /// Takes a worker's result.
    ///
    /// - Parameters:
    ///   - outcome: What the episode gave.
    ///   - lease: The lease it is for.
    ///   - worker: Who sent it.
    ///   - seconds: Its duration on the worker.
    ///   - coreSeconds: Its share of its core's time; nil where it was not measured.
    ///   - core: Which of the worker's cores drove it.
    ///   - now: The time.
    /// - Returns: The task whose result it may become, if it is not already; nil when nobody waits
    ///   for it.
    @discardableResult
    package mutating func result(
        _ outcome: EpisodeOutcome, lease: LeaseKey, worker: WorkerKey, seconds: Seconds,
        coreSeconds: Seconds? = nil, core: Int = 0, at now: Seconds
    ) -> TaskKey? {
        heard(from: worker, at: now)
        let wasTakenBack = leases[lease]?.deadline == nil
        guard let task = redeem(lease, worker: worker, steps: outcome.steps, at: now),
            let status = tasks[task]?.status
        else { return nil }
        defer { forgetIfSettled(task) }
        let party = workers[worker]?.party ?? -worker
        if parties[party]?.isDistrusted == true {
            counters.late += 1
            events.append(.late(worker: worker, lease: lease))
            return nil
        }
        if let place = parties.index(forKey: party) {
            if !parties.values[place].failing.isEmpty { parties.values[place].failing = [] }
            parties.values[place].completed += 1
        }
        let vote = Vote(
            outcome: outcome, worker: worker, party: party, seconds: seconds,
            coreSeconds: coreSeconds, core: core)
        switch status {
        case .completed(let first):
            if configuration.comparesResults {
                compare(vote, with: first, of: task, at: now)
            } else {
                counters.duplicates += 1
                events.append(.agreed(task, vote))
            }
        case .givenUp:
            counters.late += 1
            events.append(.late(worker: worker, lease: lease))
        case .open:
            if wasTakenBack { stopWaitingForAnybody(task) }
            acquit(task)
            take(vote, for: task, at: now)
            return task
        }
        return nil
    }

    /// Takes a worker's word that it cannot run a task.
    ///
    /// It speaks against the worker as much as against the task: a task is set aside when several
    /// parties could not run it, or where there is but one that could run others.
    package mutating func failure(
        lease: LeaseKey, worker: WorkerKey, reason: String, at now: Seconds
    ) {
        heard(from: worker, at: now)
        let wasTakenBack = leases[lease]?.deadline == nil
        guard let task = redeem(lease, worker: worker, steps: nil, at: now),
            let state = tasks[task]
        else { return }
        defer { forgetIfSettled(task) }
        guard state.isOpen else { return }
        if wasTakenBack { stopWaitingForAnybody(task) }
        let party = workers[worker]?.party ?? -worker
        tasks[task]?.failures.append(party)
        parties[party]?.failing.insert(task)
        events.append(.failed(task, worker: worker, reason))
        if hasFailedEnough(task) {
            setAside(task)
        } else if state.leases.isEmpty {
            queueAgain(task, asSuspect: false)
        }
        let failing = parties[party]?.failing.count ?? 0
        // Where nobody else is left, one that could run tasks before is believed, as above.
        let isAlone = availableParties.isSubset(of: [party])
        let hasCompleted = parties[party]?.completed ?? 0 > 0
        let isBelieved =
            configuration.countsEveryFailure ? isAlone || hasCompleted : isAlone && hasCompleted
        // One task that fails over and over where nobody else is tells nothing of the task.
        let tries = tasks[task]?.failures.count { $0 == party } ?? 0
        if failing >= configuration.failuresToQuarantine && !isBelieved
            || isOpen(task) && !configuration.countsEveryFailure
                && tries >= 3 * configuration.failuresToSetAside
        {
            quarantine(party, .failing(reason), at: now)
        }
    }

    /// A task whose lease was taken back may wait for anybody, and now has to wait for others.
    private mutating func stopWaitingForAnybody(_ task: TaskKey) {
        guard let state = tasks[task], state.leases.isEmpty, !state.isElsewhere, !state.isSuspect
        else { return }
        fresh.removeAll { $0 == task }
    }

    private func hasFailedEnough(_ task: TaskKey) -> Bool {
        guard let failures = tasks[task]?.failures else { return false }
        if configuration.countsEveryFailure {
            return failures.count >= configuration.failuresToSetAside
        }
        let failed = Set(failures)
        if failed.count >= configuration.failuresToSetAside { return true }
        guard availableParties.isSubset(of: failed) else { return false }
        // Nobody else is left to try it: those that could run others are believed.
        return failures.count { parties[$0].map { $0.completed > 0 } ?? false }
            >= configuration.failuresToSetAside
    }

    /// Takes note of a result that cannot be true: the task is tried elsewhere.
    package mutating func offence(lease: LeaseKey?, worker: WorkerKey, at now: Seconds) {
        counters.offences += 1
        guard let party = workers[worker]?.party else { return }
        if let lease, leases[lease]?.worker == worker {
            handBack(all: false, leases: [lease], worker: worker)
        }
        parties[party]?.offences += 1
        if parties[party]?.offences ?? 0 >= configuration.offencesToQuarantine {
            quarantine(party, .impossible, at: now)
        }
    }
}
