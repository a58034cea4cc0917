// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterSessions
import Dispatching
import Episodes
import Foundation

// Who answers for workers, and what follows when somebody's results are wrong.
extension ServerCore.Configuration {
    /// The dispatcher's rules; what has no setting of its own is a multiple of a lease.
    var rules: Dispatcher.Configuration {
        var rules = Dispatcher.Configuration()
        rules.leaseSeconds = leaseSeconds
        rules.transitSeconds = 4 * session.heartbeatSeconds
        rules.stallSeconds = stallSeconds
        rules.deathsToSetAside = deathsToSetAside
        rules.speculates = speculates
        rules.maximumSteps = maximumSteps
        rules.checkedShare = checkedShare
        rules.agreementsToTrust = agreementsToTrust
        rules.overdueSeconds = 12 * leaseSeconds...360 * leaseSeconds
        rules.overdueAtFirst = 60 * leaseSeconds
        rules.speculationAtFirst = leaseSeconds
        rules.decisionSeconds = 3 * leaseSeconds
        rules.distrustSeconds = 360 * leaseSeconds
        rules.pauseSeconds = 60 * leaseSeconds
        guard let objective else { return rules }
        // A worker watches its program itself.
        rules.maximumSteps = 1
        rules.overdueSeconds = Double.infinity...Double.infinity
        rules.overdueAtFirst = .infinity
        rules.comparesResults = objective.comparesResults
        rules.countsEveryFailure = true
        rules.failuresToSetAside = objective.retries + 1
        // Of a host without the program; many candidates may fail for their own sake.
        rules.failuresToQuarantine = 10
        if !objective.comparesResults {
            rules.checkedShare = 0
            rules.agreementsToTrust = 0
        }
        return rules
    }
}

extension ServerCore {
    /// The dispatcher's number of a party.
    mutating func partyKey(_ name: String) -> Dispatcher.PartyKey {
        if let key = partyKeys[name] { return key }
        // Parties that are remembered are few; a flood of names must not cost memory.
        if partyKeys.count >= 2 * Self.partyLimit { forgetParties() }
        nextParty += 1
        partyKeys[name] = nextParty
        partyNames[nextParty] = name
        return nextParty
    }

    private mutating func forgetParties() {
        let used = Set(session.workers.values.map(\.party))
        partyKeys = partyKeys.filter { used.contains($0.key) || distrusted[$0.value] != nil }
        partyNames = partyNames.filter { partyKeys[$0.value] == $0.key }
    }

    /// Names that are remembered, at most twice as many.
    private static var partyLimit: Int { 20_000 }

    /// What cannot be true of an outcome that comes under a lease.
    func problem(
        with outcome: EpisodeOutcome, of lease: Dispatcher.LeaseKey, file: Data?
    ) -> String? {
        guard let task = dispatcher.task(of: lease), let entry = pending[task] else { return nil }
        return configuration.plausibility(entry.episode, outcome, file?.count)
    }

    /// A party gets no more work; where its results are wrong, all who wait for some are told.
    mutating func quarantined(
        _ party: Dispatcher.PartyKey, _ reason: Dispatcher.QuarantineReason, for seconds: Seconds
    ) {
        let name = partyNames[party] ?? "a worker"
        let text =
            switch reason {
            case .outvoted(let task): "others agree on another result of \(self.name(of: task))"
            case .impossible: "it sends impossible results"
            case .failing(let reason): "it cannot run what others can: \(reason)"
            case .overdue: "it has held an episode for longer than any can take"
            }
        let workers = session.workers.values.filter { $0.party == name }.map(\.name).sorted()
        tell(
            .quarantined(
                party: name, workers: workers, reason: text, isDistrusted: reason.isDistrust,
                seconds: seconds))
        guard reason.isDistrust else { return }
        distrusted[party] = text
        for ticket in jobs.keys.sorted() {
            actions.append(.distrust(ticket: ticket, party: name, reason: text))
        }
    }

    /// Takes over a quarantine of an earlier life.
    mutating func takeOver(_ quarantine: Quarantine, at now: Seconds) {
        let key = partyKey(quarantine.party)
        dispatcher.distrust(party: key, until: now + quarantine.seconds)
        distrusted[key] = quarantine.reason
    }

    /// A contradiction that nobody can decide ends the batch that it is in, or the next one.
    mutating func fail(_ task: Dispatcher.TaskKey, _ reason: String) {
        guard let ticket = ticket(of: task) ?? jobs.keys.min() else { return doubt = reason }
        actions.append(.fail(ticket: ticket, reason: reason))
    }

    /// Counts an episode as open again, or as settled again.
    mutating func changeOpen(of task: Dispatcher.TaskKey, by change: Int) {
        guard let ticket = ticket(of: task) else { return }
        jobs[ticket]?.open += change
    }

    private func ticket(of task: Dispatcher.TaskKey) -> Int? {
        jobs.first { $0.value.tasks.contains(task) }?.key
    }
}
