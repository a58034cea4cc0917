// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes

// How a host that gives wrong results is told from the others.
//
// A share of the tasks, and the first ones of each party, run on two parties from the start and stay
// open until both have said the same. Where two results differ, also when a slow task was repeated, a
// third party decides: who is outvoted is in quarantine, and the caller is told that nothing it said
// is to be believed. Checks never hold work up for long: where nobody else is left, or takes too
// long, a single result counts as it always did, and the caller is told where results differ and
// nobody can decide.

extension Dispatcher {
    // MARK: What is checked

    /// Chooses whether a task that was just given out shall be confirmed by another party.
    mutating func chooseForCheck(_ task: TaskKey, of party: PartyKey) {
        guard configuration.checkedShare > 0 || configuration.agreementsToTrust > 0,
            tasks[task]?.isChecked == false, tasks[task]?.isSuspect == false,
            availableParties.contains(where: { $0 != party })
        else { return }
        let isProbe = needsProbe(party)
        guard isProbe || isInShare(task) else { return }
        if isProbe {
            tasks[task]?.probed = party
            parties[party]?.probes += 1
        }
        tasks[task]?.isChecked = true
        sendElsewhere(task)
    }

    /// Whether enough have agreed with a party.
    private func isTrusted(_ party: PartyKey) -> Bool {
        parties[party]?.agreements ?? 0 >= configuration.agreementsToTrust
    }

    /// Whether more of a party's tasks are to tell of it.
    ///
    /// What else it has in hand until it is trusted waits for those that do, and is not driven twice
    /// on top.
    private func needsProbe(_ party: PartyKey) -> Bool {
        guard let state = parties[party] else { return configuration.agreementsToTrust > 0 }
        return state.agreements + state.probes < configuration.agreementsToTrust
    }

    /// Looks again at what waits for a party to be trusted.
    private mutating func settleHeld(of party: PartyKey, at now: Seconds) {
        guard !unsettled.isEmpty, isTrusted(party) || needsProbe(party) else { return }
        for task in unsettled.sorted() {
            guard let state = tasks[task], isHeld(state), state.votes.first?.party == party
            else { continue }
            settle(task, at: now)
        }
    }

    /// Whether nothing is under way for an open task that has a result: it waits until who gave it
    /// is trusted.
    func isHeld(_ task: TaskState) -> Bool {
        task.isOpen && !task.isChecked && !task.votes.isEmpty && task.leases.isEmpty
            && !task.isElsewhere && !task.isSuspect
    }

    /// A task has told of a new party what it can.
    mutating func endProbe(_ task: TaskKey) {
        guard let party = tasks[task]?.probed else { return }
        tasks[task]?.probed = nil
        // One that was released since begins anew.
        if let probes = parties[party]?.probes, probes > 0 { parties[party]?.probes = probes - 1 }
    }

    /// Whether a task is of the share that is checked: nobody who sees its leases can tell.
    private func isInShare(_ task: TaskKey) -> Bool {
        // SplitMix64's last steps, over a number that no worker knows.
        var bits = (task &+ secret) &* 0x9E37_79B9_7F4A_7C15
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        bits ^= bits >> 31
        return Double(bits >> 11) * 0x1p-53 < configuration.checkedShare
    }

    // MARK: Where it runs

    /// Lets a task wait for a party that has no part in it yet.
    mutating func sendElsewhere(_ task: TaskKey) {
        guard tasks[task]?.isElsewhere == false else { return }
        tasks[task]?.isElsewhere = true
        elsewhere.append(task)
    }

    /// The parties whose trying a task says nothing new.
    func barredParties(of task: TaskState) -> Set<PartyKey> {
        var barred = Set(task.votes.map(\.party)).union(task.failures)
        for lease in task.leases {
            if let worker = leases[lease]?.worker, let party = workers[worker]?.party {
                barred.insert(party)
            }
        }
        return barred
    }

    /// Gives tasks to parties that have no part in them yet.
    mutating func assignElsewhere(at now: Seconds, into grants: inout [Grant]) {
        var waiting: [TaskKey] = []
        // Each look walks the workers that are ready.
        var looks = 64
        for task in elsewhere {
            guard let state = tasks[task] else { continue }
            // One that has killed since is tried apart from others, if it is not being tried.
            guard state.isOpen, !state.isSuspect else {
                tasks[task]?.isElsewhere = false
                if state.isOpen, state.leases.isEmpty { queueAgain(task, asSuspect: true) }
                continue
            }
            guard looks > 0, !readyWorkers.isEmpty else {
                waiting.append(task)
                continue
            }
            looks -= 1
            let barred = barredParties(of: state)
            let isNeeded = state.leases.isEmpty && state.votes.isEmpty
            // What nobody else can try is tried again by those that failed.
            let isForAll = isNeeded && availableParties.isSubset(of: barred)
            let worker = readyWorkers.first { key in
                guard let worker = workers[key], isAccepting(worker) else { return false }
                return isForAll || !barred.contains(worker.party)
            }
            guard let worker else {
                waiting.append(task)
                continue
            }
            if !isNeeded { counters.checks += 1 }
            tasks[task]?.isElsewhere = false
            grants.append(grant(task, to: worker, at: now))
        }
        elsewhere = waiting
    }

    // MARK: What is believed

    /// Takes a claim of earlier for one party's word on a new task.
    mutating func propose(
        _ outcome: EpisodeOutcome, of party: PartyKey, for task: TaskKey, at now: Seconds
    ) {
        tasks[task]?.isChecked = true
        take(Vote(outcome: outcome, worker: 0, party: party, seconds: 0), for: task, at: now)
    }

    /// Takes one more word on an open task.
    mutating func take(_ vote: Vote, for task: TaskKey, at now: Seconds) {
        // As nearly all tasks go: there is nothing to weigh.
        if let place = tasks.index(forKey: task), tasks.values[place].votes.isEmpty,
            isAlone(vote.party) || !tasks.values[place].isChecked && isTrusted(vote.party)
        {
            return complete(task, by: vote, isConfirmed: false, at: now)
        }
        tasks[task]?.votes.append(vote)
        if tasks[task]?.votesSince == nil { tasks[task]?.votesSince = now }
        unsettled.insert(task)
        settle(task, at: now)
    }

    /// Whether no other party could say more.
    private func isAlone(_ party: PartyKey) -> Bool {
        switch availableParties.count {
        case 0: true
        case 1: availableParties.contains(party)
        default: false
        }
    }

    /// A result of a task that is completed: nothing new, or a contradiction.
    mutating func compare(_ vote: Vote, with first: Vote, of task: TaskKey, at now: Seconds) {
        if vote.outcome == first.outcome {
            counters.duplicates += 1
            if vote.party != first.party {
                for party in [vote.party, first.party] {
                    parties[party]?.agreements += 1
                    settleHeld(of: party, at: now)
                }
            }
            events.append(.agreed(task, vote))
            return
        }
        counters.disagreements += 1
        events.append(.disagreed(task, first: first, second: vote))
        guard let job = tasks[task]?.job, jobs[job] != nil else {
            events.append(.undecided(task, first, vote))
            return
        }
        jobs[job]?.open += 1
        tasks[task]?.status = .open
        tasks[task]?.isReopened = true
        tasks[task]?.votes = [first]
        events.append(.reopened(task))
        take(vote, for: task, at: now)
    }

    /// Completes a task if what is said of it suffices, or sees to it that more is said.
    private mutating func settle(_ task: TaskKey, at now: Seconds) {
        guard let state = tasks[task], state.isOpen, let first = state.votes.first else { return }
        if let other = state.votes.last(where: { $0.outcome != first.outcome }) {
            if state.votes.count == 2, !state.isReopened {
                counters.disagreements += 1
                events.append(.disagreed(task, first: first, second: other))
            }
            if let winner = winner(of: state.votes) {
                return complete(task, by: winner, isConfirmed: true, at: now)
            }
        } else {
            let isConfirmed = Set(state.votes.map(\.party)).count > 1
            let isAlone = availableParties.isSubset(of: state.votes.map(\.party))
            // However it came by the task.
            if isConfirmed || !state.isChecked && isTrusted(first.party) || isAlone {
                return complete(task, by: first, isConfirmed: isConfirmed, at: now)
            }
            if !state.isChecked, !needsProbe(first.party) { return }
        }
        let voted = Set(state.votes.map(\.party))
        let isRunning = state.leases.contains { lease in
            leases[lease].flatMap { workers[$0.worker] }.map { !voted.contains($0.party) } ?? false
        }
        // A suspect waits, or runs, apart from others: it is looked at again when that is over.
        if !isRunning, !state.isSuspect { sendElsewhere(task) }
    }

    /// What two parties agree on, and more than on anything else.
    private func winner(of votes: [Vote]) -> Vote? {
        let supports = votes.map { vote in
            Set(votes.filter { $0.outcome == vote.outcome }.map(\.party)).count
        }
        guard let most = supports.max(), most > 1 else { return nil }
        let winners = zip(votes, supports).filter { $0.1 == most }.map(\.0)
        return winners.allSatisfy { $0.outcome == winners[0].outcome } ? winners[0] : nil
    }

    /// Ends a task with a result; who said otherwise was wrong.
    private mutating func complete(
        _ task: TaskKey, by vote: Vote, isConfirmed: Bool, at now: Seconds
    ) {
        guard let place = tasks.index(forKey: task) else { return }
        let (job, votes) = (tasks.values[place].job, tasks.values[place].votes)
        let isReopened = tasks.values[place].isReopened
        tasks.values[place].status = .completed(vote)
        if !votes.isEmpty {
            tasks.values[place].votes = []
            tasks.values[place].votesSince = nil
            unsettled.remove(task)
        }
        let probed = tasks.values[place].probed
        if probed != nil { endProbe(task) }
        // It may have become a suspect while a result waited to be confirmed.
        acquit(task)
        var told: Set<PartyKey> = []
        if isConfirmed {
            counters.confirmed += 1
            let agreed = votes.filter { $0.outcome == vote.outcome }.map(\.party)
            for party in Set(agreed) { parties[party]?.agreements += 1 }
            told.formUnion(agreed)
        }
        if isReopened {
            events.append(.decided(task))
        } else {
            counters.completed += 1
            events.append(.completed(task, vote, isConfirmed: isConfirmed))
        }
        for other in votes where other != vote && other.outcome == vote.outcome {
            events.append(.agreed(task, other))
        }
        countDown(job: job)
        forgetIfSettled(task)
        if isConfirmed {
            for wrong in votes where wrong.outcome != vote.outcome {
                quarantine(wrong.party, .outvoted(task), at: now)
            }
        }
        if let probed { told.insert(probed) }
        for party in told.sorted() { settleHeld(of: party, at: now) }
    }

    /// Forgets what a party has said of open tasks.
    mutating func withdrawVotes(of party: PartyKey, at now: Seconds) {
        for task in unsettled.sorted() {
            guard tasks[task]?.votes.contains(where: { $0.party == party }) == true else {
                continue
            }
            tasks[task]?.votes.removeAll { $0.party == party }
            guard let state = tasks[task] else { continue }
            if !state.votes.isEmpty {
                settle(task, at: now)
            } else {
                unsettled.remove(task)
                tasks[task]?.votesSince = nil
                if state.leases.isEmpty, !state.isElsewhere, !state.isSuspect {
                    queueAgain(task, asSuspect: false)
                }
            }
        }
    }

    /// Decides what has waited too long, or for nobody.
    mutating func settleOverdue(at now: Seconds) {
        for task in unsettled.sorted() {
            guard let state = tasks[task], let first = state.votes.first,
                let since = state.votesSince
            else { continue }
            let voters = Set(state.votes.map(\.party))
            let isAlone = availableParties.isSubset(of: voters)
            let isLate =
                now - since > max(configuration.decisionSeconds, 8 * (meanSeconds ?? 0))
            if let other = state.votes.last(where: { $0.outcome != first.outcome }) {
                guard isAlone, isLate else { continue }
                events.append(.undecided(task, first, other))
                complete(task, by: first, isConfirmed: false, at: now)
            } else if isAlone || isLate {
                complete(task, by: first, isConfirmed: false, at: now)
            } else if isHeld(state) {
                settle(task, at: now)
            }
        }
    }
}
