// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes

extension Dispatcher {
    /// Seconds of a clock that never goes back; its zero is the caller's.
    package typealias Seconds = Double
    /// A task, as the dispatcher numbers them.
    package typealias TaskKey = UInt64
    /// A worker, as the caller numbers them from 1: the same for one process across reconnections.
    package typealias WorkerKey = Int
    /// Who answers for workers, as the caller numbers them: one key on one host.
    package typealias PartyKey = Int
    /// One handing out of a task to a worker; never reused.
    package typealias LeaseKey = UInt64

    /// A task handed to a worker.
    package struct Grant: Sendable, Hashable {
        package var worker: WorkerKey
        package var task: TaskKey
        package var lease: LeaseKey
    }

    /// Why a worker's leases were taken from it.
    package enum LossReason: String, Sendable {
        /// No message for a lease's time.
        case silence
        /// Its connection broke.
        case disconnection
        /// Messages, but no step of the engine.
        case hang
    }

    /// Why a party gets no more work for a time.
    package enum QuarantineReason: Sendable, Equatable {
        /// Others agreed on another result of a task.
        case outvoted(TaskKey)
        /// It sent results that cannot be true.
        case impossible
        /// It could not run several tasks in a row.
        case failing(String)
        /// It held a task longer than any task can take.
        case overdue

        /// Whether what it did before is not to be believed.
        package var isDistrust: Bool {
            switch self {
            case .outvoted, .impossible: true
            case .failing, .overdue: false
            }
        }
    }

    /// One party's word on a task.
    package struct Vote: Sendable, Equatable {
        /// What it says.
        package var outcome: EpisodeOutcome
        /// Who drove it; 0 where it is a claim of earlier.
        package var worker: WorkerKey
        /// Who answers for that.
        package var party: PartyKey
        /// Its duration on the worker.
        package var seconds: Seconds
        /// Its share of its core's time; nil where it was not measured.
        package var coreSeconds: Seconds?
        /// Which of the worker's cores drove it.
        package var core: Int

        /// Collects the parts.
        package init(
            outcome: EpisodeOutcome, worker: WorkerKey, party: PartyKey, seconds: Seconds,
            coreSeconds: Seconds? = nil, core: Int = 0
        ) {
            self.outcome = outcome
            self.worker = worker
            self.party = party
            self.seconds = seconds
            self.coreSeconds = coreSeconds
            self.core = core
        }
    }

    /// Something the caller acts on or tells people.
    package enum Event: Sendable, Equatable {
        /// The task has its result.
        case completed(TaskKey, Vote, isConfirmed: Bool)
        /// The task is given up: it ranks worst.
        case setAside(TaskKey, deaths: Int, failures: Int)
        /// A task that was completed waits again, until it is known whose result is right.
        case reopened(TaskKey)
        /// A reopened task is decided: who was wrong is in quarantine.
        case decided(TaskKey)
        /// Nobody is left who could decide between results; the first one stands. Where the job is
        /// over, the other one came late.
        case undecided(TaskKey, Vote, Vote)
        /// A worker is gone, and its tasks wait for others.
        case lost(WorkerKey, LossReason, tasks: Int)
        /// A worker that was lost lives after all.
        case returned(WorkerKey)
        /// A second result equals the first, or need not: whose, and how long it took.
        case agreed(TaskKey, Vote)
        /// A second result differs from the first: one of two is wrong.
        case disagreed(TaskKey, first: Vote, second: Vote)
        /// A result nobody waits for any more.
        case late(worker: WorkerKey, lease: LeaseKey)
        /// The engine could not run the task; it is tried again.
        case failed(TaskKey, worker: WorkerKey, String)
        /// A party gets no more work for a time, and its tasks go to others.
        case quarantined(PartyKey, QuarantineReason, seconds: Seconds)
        /// A quarantine is over.
        case released(PartyKey)
    }

    /// Counts since the start.
    package struct Counters: Sendable, Equatable {
        /// Tasks with a result.
        package var completed = 0
        /// Tasks taken from a worker and queued again.
        package var requeued = 0
        /// Leases given for a task that another worker holds.
        package var speculated = 0
        /// Leases given to confirm or to decide.
        package var checks = 0
        /// Results that two parties agreed on before they counted.
        package var confirmed = 0
        /// Second results equal to the first.
        package var duplicates = 0
        /// Second results that differ from the first.
        package var disagreements = 0
        /// Results nobody waited for.
        package var late = 0
        /// Results for a lease the worker never had, or implausible ones.
        package var offences = 0
        /// Tasks given up.
        package var setAside = 0
        /// Workers lost without a word.
        package var deaths = 0
    }
}
