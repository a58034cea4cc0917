// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes

extension Dispatcher {
    /// Seconds of a clock that never goes back; its zero is the caller's.
    package typealias Seconds = Double
    /// A task, as the dispatcher numbers them.
    package typealias TaskKey = UInt64
    /// A worker, as the caller numbers them: the same for one process across reconnections.
    package typealias WorkerKey = Int
    /// One handing out of a task to a worker; never reused.
    package typealias LeaseKey = UInt64

    /// The rules.
    package struct Configuration: Sendable {
        /// Silence after which a worker counts as dead, and without progress as hung; seconds.
        package var leaseSeconds: Seconds = 10
        /// A lease the worker does not name so long after it was given was lost on the way.
        package var transitSeconds: Seconds = 4
        /// Time an engine may take without a step before its leases stop being extended.
        package var stallSeconds: Seconds = 60
        /// Deaths of workers, each with this suspect apart from others, that set a task aside.
        package var deathsToSetAside = 3
        /// Failures reported by engines that set a task aside.
        package var failuresToSetAside = 3
        /// Implausible results after which a worker gets no more work.
        package var offencesToQuarantine = 3
        /// How unlikely an innocent task's deaths must be by the rate at which workers die anyway.
        package var falseAccusation = 1e-6
        /// Whether idle workers repeat slow tasks.
        package var speculates = true
        /// A lease older than this many mean durations is worth repeating.
        package var speculationFactor = 1.5
        /// A lease younger than this is never repeated.
        package var speculationSeconds: Seconds = 0.5

        /// The defaults.
        package init() {}
    }

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

    /// Something the caller acts on or tells people.
    package enum Event: Sendable, Equatable {
        /// The first result of the task.
        case completed(TaskKey, EpisodeOutcome, worker: WorkerKey, seconds: Seconds)
        /// The task is given up: it ranks worst.
        case setAside(TaskKey, deaths: Int, failures: Int)
        /// A worker is gone, and its tasks wait for others.
        case lost(WorkerKey, LossReason, tasks: Int)
        /// A worker that was lost lives after all.
        case returned(WorkerKey)
        /// A second result equals the first.
        case agreed(TaskKey)
        /// A second result differs from the first: one of two hosts is faulty.
        case disagreed(TaskKey, first: WorkerKey, EpisodeOutcome, second: WorkerKey, EpisodeOutcome)
        /// A result nobody waits for any more.
        case late(worker: WorkerKey, lease: LeaseKey)
        /// The engine could not run the task; it is tried again.
        case failed(TaskKey, worker: WorkerKey, String)
        /// The worker sent too many implausible results.
        case quarantined(WorkerKey)
    }

    /// Counts since the start.
    package struct Counters: Sendable, Equatable {
        /// Tasks with a result.
        package var completed = 0
        /// Tasks taken from a worker and queued again.
        package var requeued = 0
        /// Leases given for a task that another worker holds.
        package var speculated = 0
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

    /// What has become of a task.
    enum TaskStatus {
        /// It has no result.
        case open
        /// Its first result, and whose it is.
        case completed(EpisodeOutcome, by: WorkerKey)
        /// It was set aside or cancelled.
        case givenUp
    }

    struct TaskState {
        var job: Int
        var status = TaskStatus.open
        /// Active leases, one but for speculation.
        var leases: [LeaseKey] = []
        /// Leases taken back; their results are still welcome while the task is open.
        var expired: [LeaseKey] = []
        /// Whether a worker died while holding it and it has not been finished since.
        var isSuspect = false
        /// Workers that died while this task, apart from other suspects, was with them.
        var apartDeaths: [WorkerKey] = []
        var failures = 0

        var isOpen: Bool {
            if case .open = status { true } else { false }
        }
    }

    struct LeaseState {
        var task: TaskKey
        var worker: WorkerKey
        var issued: Seconds
        /// When its worker counts as hung; nil: taken back, but a result may still come.
        var deadline: Seconds?
    }

    /// Whether a worker is there.
    enum Presence: Equatable {
        /// It fetches what it needs.
        case preparing
        /// It takes part.
        case ready
        /// It speaks, but its engine does not step: it gets no work until it does.
        case hung
        /// It is gone without a word, and may return; whether it hung before.
        case lost(hung: Bool)
    }

    struct WorkerState {
        var slots = 0
        var capacity = 0
        var leases: [LeaseKey] = []
        var progress: UInt64 = 0
        var lastHeard: Seconds
        var lastProgress: Seconds
        var presence = Presence.preparing
        var offences = 0
        /// Holds a suspect that has to be alone, or is being emptied for one.
        var isReserved = false
        var isInReadyQueue = false

        /// Whether it takes part, hung or not.
        var isConnected: Bool { presence == .ready || presence == .hung }
    }

    struct JobState {
        var open: Int
        var tasks: ClosedRange<TaskKey>
    }

    /// A death whose tasks may yet all prove innocent.
    struct Death {
        var worker: WorkerKey
        var suspects: Set<TaskKey>
    }
}
