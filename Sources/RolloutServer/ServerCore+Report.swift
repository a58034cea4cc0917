// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterSessions
import Dispatching
package import ClusterProtocol
import Foundation

extension ServerCore {
    /// Counts since the start.
    package var counters: ServerCounters {
        let counts = dispatcher.counters
        var counters = ServerCounters()
        counters.openTasks = dispatcher.openTasks
        counters.outstanding = dispatcher.outstandingLeases
        counters.completed = counts.completed
        counters.requeued = counts.requeued
        counters.speculated = counts.speculated
        counters.checks = counts.checks
        counters.confirmed = counts.confirmed
        counters.duplicates = counts.duplicates
        counters.disagreements = counts.disagreements
        counters.late = counts.late
        counters.offences = counts.offences
        counters.setAside = counts.setAside
        counters.deaths = counts.deaths
        counters.malformed = session.malformed.total
        counters.unauthenticated = unauthenticated.total
        counters.workers = session.peerCount
        return counters
    }

    /// The workers that are connected, by name.
    ///
    /// - Parameter now: The time.
    /// - Returns: One snapshot a worker.
    package func snapshots(at now: Seconds) -> [WorkerSnapshot] {
        session.connectedWorkers.compactMap { key, isReady in
            guard let worker = session.workers[key] else { return nil }
            let age = now - worker.joined
            return WorkerSnapshot(
                host: worker.hello.host, process: worker.hello.process, cores: worker.cores,
                wantedCores: worker.wantedCores, coreSteps: worker.coreSteps,
                environments: worker.hello.environments, software: worker.hello.software,
                fingerprint: worker.hello.fingerprint,
                state: state(of: key, isReady: isReady),
                outstanding: dispatcher.outstanding(of: key), completed: worker.completed,
                rolloutsPerSecond: age > 0 ? Double(worker.completed) / age : 0,
                secondsSinceHeard: dispatcher.silence(of: key, at: now), errors: worker.errors)
        }.sorted { $0.name < $1.name }
    }

    private func state(
        of worker: CoordinatorSession.WorkerKey, isReady: Bool
    ) -> WorkerSnapshot.State {
        if !isReady { return .preparing }
        if dispatcher.isQuarantined(worker) { return .quarantined }
        if dispatcher.isHung(worker) { return .hung }
        return dispatcher.capacity(of: worker) > 0 ? .ready : .draining
    }

    /// Answers who asked for the run's status.
    ///
    /// - Parameters:
    ///   - peer: Who asked.
    ///   - run: What the run says of itself.
    ///   - now: The time.
    package mutating func answerStatus(to peer: PeerIdentifier, run: RunProgress?, at now: Seconds)
    {
        session.answerStatus(
            ClusterStatus(counters: counters, workers: snapshots(at: now), run: run), to: peer)
    }
}
