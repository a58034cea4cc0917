// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import ClusterSessions
import Digests
import Dispatching
import Episodes
import Foundation

// From what the dispatcher decided to what is delivered and told.
extension ServerCore {
    /// Passes on what the dispatcher decided.
    ///
    /// - Returns: How many bytes of recordings are among it.
    mutating func digestEvents() -> Int {
        var bytes = 0
        for event in dispatcher.takeEvents() {
            switch event {
            case .completed(let task, let vote, let isConfirmed):
                session.countCompletion(by: vote.worker)
                let file = arrived.removeValue(forKey: task)?[vote.worker]
                bytes += file?.count ?? 0
                finish(task, vote, isConfirmed: isConfirmed, file: file)
            case .setAside(let task, let deaths, let failures):
                tell(.setAside(name(of: task), deaths: deaths, failures: failures))
                arrived[task] = nil
                finish(task, nil, isConfirmed: false, file: nil)
            case .reopened(let task): changeOpen(of: task, by: 1)
            case .decided(let task): changeOpen(of: task, by: -1)
            case .undecided(let task, let first, let second):
                let event = ServerEvent.undecided(
                    name(of: task), first: describe(first), second: describe(second))
                tell(event)
                if configuration.stopsOnDisagreement { fail(task, event.description) }
            case .lost(let worker, let reason, let tasks):
                tell(
                    .lost(
                        worker: session.name(of: worker), reason: reason.rawValue, tasks: tasks))
            case .disagreed(let task, let first, let second):
                tell(
                    .disagreed(
                        name(of: task), first: describe(first), second: describe(second)))
            case .failed(let task, let worker, let reason):
                session.countError(of: worker)
                tell(
                    .failed(name(of: task), worker: session.name(of: worker), reason: reason))
            case .quarantined(let party, let reason, let seconds):
                quarantined(party, reason, for: seconds)
            case .released(let party):
                distrusted[party] = nil
                tell(.released(party: partyNames[party] ?? "a worker"))
            case .returned(let worker): tell(.returned(worker: session.name(of: worker)))
            case .agreed(let task, let vote): copied(task, vote)
            case .late: break
            }
        }
        for (ticket, job) in jobs where !job.results.isEmpty || job.open == 0 {
            actions.append(
                .deliver(ticket: ticket, job.results, isComplete: job.open == 0))
            if job.open == 0 { jobs[ticket] = nil } else { jobs[ticket]?.results = [] }
        }
        if names.count > 4096 { names = [:] }
        return bytes
    }

    /// Passes on an episode's result; nil: it was set aside.
    private mutating func finish(
        _ task: Dispatcher.TaskKey, _ vote: Dispatcher.Vote?, isConfirmed: Bool, file: Data?
    ) {
        guard let entry = pending.removeValue(forKey: task) else { return }
        names[task] = entry.episode.name
        var result = EpisodeResult(episode: entry.episode, outcome: vote?.outcome ?? .setAside)
        result.isConfirmed = isConfirmed
        if let vote {
            // A claim is its driver's of earlier.
            let claim = vote.worker == 0 ? jobs[entry.ticket]?.claims[entry.index] : nil
            result.driver = claim?.driver ?? driver(of: vote)
            result.seconds = claim?.seconds ?? vote.seconds
            result.coreSeconds = claim == nil ? vote.coreSeconds : claim?.coreSeconds
        }
        jobs[entry.ticket]?.results.append(
            Delivery(index: entry.index, result: result, file: file))
        jobs[entry.ticket]?.open -= 1
    }

    /// Tells of a result beside the one that counts, also where its job is over by now; a claim of
    /// earlier took nobody's time.
    private mutating func copied(_ task: Dispatcher.TaskKey, _ vote: Dispatcher.Vote) {
        guard vote.worker != 0, let name = pending[task]?.episode.name ?? names[task] else {
            return
        }
        tell(.copied(name, driver(of: vote), seconds: vote.seconds))
    }

    /// Who gave a result.
    private func driver(of vote: Dispatcher.Vote) -> EpisodeDriver {
        var driver =
            session.workers[vote.worker]?.driver
            ?? EpisodeDriver(
                name: session.name(of: vote.worker), fingerprint: "",
                party: partyNames[vote.party] ?? "")
        driver.core = vote.core
        return driver
    }

    mutating func tell(_ event: ServerEvent) { actions.append(.tell(event)) }

    func name(of task: Dispatcher.TaskKey) -> String {
        (pending[task]?.episode.name ?? names[task])?.description ?? "an earlier task"
    }

    private func describe(_ vote: Dispatcher.Vote) -> String {
        let outcome = vote.outcome
        let fingerprint = session.workers[vote.worker]?.hello.fingerprint ?? "unknown"
        let name =
            vote.worker == 0 ? partyNames[vote.party] ?? "" : session.name(of: vote.worker)
        return "\(name) (\(fingerprint)) returned \(outcome.episodeReturn) in "
            + "\(outcome.steps) steps"
            + (outcome.fileDigest.isEmpty
                ? "" : " and recorded \(Data(outcome.fileDigest).hexadecimal.prefix(16))")
    }
}
