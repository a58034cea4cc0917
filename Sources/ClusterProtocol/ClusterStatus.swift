// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import Foundation

/// How a coordinator and its workers are, as anybody may ask.
package struct ClusterStatus: Sendable, Equatable, Codable {
    /// The coordinator program's version.
    package var software: String
    /// What it counted since its start.
    package var counters: ServerCounters
    /// The workers that are connected.
    package var workers: [WorkerSnapshot]
    /// What the run says of itself; nil before it has said anything.
    package var run: RunProgress?
    /// Workers that are connected but not in the list; nil where all are in it.
    package var unlisted: Int?

    /// Collects the parts.
    package init(
        software: String = Software.version, counters: ServerCounters,
        workers: [WorkerSnapshot], run: RunProgress?
    ) {
        self.software = software
        self.counters = counters
        self.workers = workers
        self.run = run
    }

    /// The report as JSON that whoever asked for it takes.
    ///
    /// What workers say of themselves makes it long: some hundreds with as many cores and as long
    /// texts as they may name are more than a message may hold. Then each core's steps are left out,
    /// and if it is still too long, workers at the list's end.
    func encoded(bytes: Int, workers most: Int = WireLimits.workersInStatus) throws -> Data {
        var status = self
        status.list(most)
        var json = try JSONEncoder().encode(status)
        guard json.count > bytes else { return json }
        for index in status.workers.indices { status.workers[index].coreSteps = [] }
        json = try JSONEncoder().encode(status)
        while json.count > bytes, !status.workers.isEmpty {
            status.list(status.workers.count / 2)
            json = try JSONEncoder().encode(status)
        }
        return json
    }

    /// Keeps so many workers at most.
    private mutating func list(_ most: Int) {
        guard workers.count > most else { return }
        unlisted = (unlisted ?? 0) + workers.count - most
        workers.removeLast(workers.count - most)
    }
}

/// A worker as the server sees it.
package struct WorkerSnapshot: Sendable, Hashable, Codable {
    /// Whether work goes to it.
    package enum State: String, Sendable, Hashable, Codable {
        /// It fetches the models.
        case preparing
        /// It works, or could.
        case ready
        /// It finishes what it has.
        case draining
        /// Its party gets no work for a time.
        case quarantined
        /// It speaks, but its engine does not step.
        case hung
    }

    /// Host and process.
    package var name: String { "\(host)/\(process)" }
    /// The host's name.
    package var host: String
    /// The process identifier.
    package var process: Int
    /// Cores with episodes, or ready for some.
    package var cores: Int
    /// Cores that take new episodes: as many as it was told to use, as far as it has them.
    package var wantedCores: Int
    /// Steps that each core has taken since the worker's start.
    package var coreSteps: [UInt64]
    /// Episodes it runs at once on each core.
    package var environments: Int
    /// The program's version.
    package var software: String
    /// What decides the bits of its results.
    package var fingerprint: String
    /// Whether work goes to it.
    package var state: State
    /// Tasks it holds.
    package var outstanding: Int
    /// Tasks it has finished.
    package var completed: Int
    /// Finished tasks a second since it joined.
    package var rolloutsPerSecond: Double
    /// Since its last message.
    package var secondsSinceHeard: Double
    /// Failures and impossible results.
    package var errors: Int

    private enum CodingKeys: String, CodingKey {
        case host, process, cores, wantedCores, coreSteps, environments, fingerprint, state,
            outstanding, completed
        case rolloutsPerSecond, secondsSinceHeard, errors
        case software = "version"
    }

    /// Collects the parts.
    package init(
        host: String, process: Int, cores: Int, wantedCores: Int, coreSteps: [UInt64],
        environments: Int, software: String,
        fingerprint: String, state: State, outstanding: Int, completed: Int,
        rolloutsPerSecond: Double, secondsSinceHeard: Double, errors: Int
    ) {
        self.host = host
        self.process = process
        self.cores = cores
        self.wantedCores = wantedCores
        self.coreSteps = coreSteps
        self.environments = environments
        self.software = software
        self.fingerprint = fingerprint
        self.state = state
        self.outstanding = outstanding
        self.completed = completed
        self.rolloutsPerSecond = rolloutsPerSecond
        self.secondsSinceHeard = secondsSinceHeard
        self.errors = errors
    }
}

/// Counts of a rollout server since its start.
package struct ServerCounters: Sendable, Hashable, Codable {
    /// Tasks without a result.
    package var openTasks = 0
    /// Tasks with workers.
    package var outstanding = 0
    /// Tasks with a result.
    package var completed = 0
    /// Tasks taken from a worker and queued again.
    package var requeued = 0
    /// Tasks repeated on idle workers.
    package var speculated = 0
    /// Tasks given to a second host, to confirm or to decide.
    package var checks = 0
    /// Tasks that two hosts agreed on before they counted.
    package var confirmed = 0
    /// Second results equal to the first.
    package var duplicates = 0
    /// Second results that differ from the first.
    package var disagreements = 0
    /// Results nobody waited for.
    package var late = 0
    /// Results that cannot be true.
    package var offences = 0
    /// Tasks given up.
    package var setAside = 0
    /// Workers lost without a word.
    package var deaths = 0
    /// Messages dropped unread.
    package var malformed = 0
    /// Connections that failed the security handshake.
    package var unauthenticated = 0
    /// Workers that are connected now.
    package var workers = 0

    /// Nothing so far.
    package init() {}
}
