// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes

extension Dispatcher {
    /// What has become of a task.
    enum TaskStatus {
        /// It has no result.
        case open
        /// Its result, and whose it is.
        case completed(Vote)
        /// It was set aside or cancelled.
        case givenUp
    }

    /// What has befallen a task: nothing, with nearly all of them.
    struct TaskTroubles {
        /// Leases taken back; their results are still welcome while the task is open.
        var expired: [LeaseKey] = []
        /// Workers that died while this task, apart from other suspects, was with them.
        var apartDeaths: [WorkerKey] = []
        /// Deaths that it was at since it became a suspect: each narrows down with how many others
        /// it is retried.
        var sharedDeaths = 0
        /// Parties whose engines could not run it, each as often as it tried.
        var failures: [PartyKey] = []
        /// Results of an open task that are not believed yet.
        var votes: [Vote] = []
        /// Since when there are such.
        var votesSince: Seconds?
    }

    @dynamicMemberLookup
    struct TaskState {
        var job: Int
        var status = TaskStatus.open
        /// Active leases, one but for speculation and checks.
        var leases: [LeaseKey] = []
        /// At most one: a task is copied at each step, and an empty array costs nothing.
        private var troubles: [TaskTroubles] = []
        /// Whether a worker died while holding it and it has not been finished since.
        var isSuspect = false
        /// Whether two parties must agree on it.
        var isChecked = false
        /// The new party that it was chosen to tell of; nil once it has.
        var probed: PartyKey?
        /// Whether it waits for another party than those that have it, had it or failed it.
        var isElsewhere = false
        /// Whether a result has been passed on, and contradicted since.
        var isReopened = false

        init(job: Int) { self.job = job }

        var isOpen: Bool {
            if case .open = status { true } else { false }
        }

        /// What has befallen it; nothing is written down before something has.
        subscript<Value>(dynamicMember path: WritableKeyPath<TaskTroubles, Value>) -> Value {
            get { (troubles.first ?? TaskTroubles())[keyPath: path] }
            set {
                if troubles.isEmpty { troubles = [TaskTroubles()] }
                troubles[0][keyPath: path] = newValue
            }
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
        var party: PartyKey
        var slots = 0
        /// Cores that the slots are on, at least 1.
        var cores = 1
        var capacity = 0
        var leases: [LeaseKey] = []
        var progress: UInt64 = 0
        var lastHeard: Seconds
        var lastProgress: Seconds
        var presence = Presence.preparing
        /// Holds a suspect that has to be alone, or is being emptied for one.
        var isReserved = false
        var isInReadyQueue = false

        /// Whether it takes part, hung or not.
        var isConnected: Bool { presence == .ready || presence == .hung }
    }

    /// What is known of who answers for workers; it outlives them.
    struct PartyState {
        var workers: Set<WorkerKey> = []
        /// Tasks that it completed.
        var completed = 0
        /// Tasks that another party agreed with it on.
        var agreements = 0
        /// Tasks under way that are to tell of it.
        var probes = 0
        var offences = 0
        /// Tasks that it could not run since it last ran one.
        var failing: Set<TaskKey> = []
        var quarantinedUntil: Seconds?
        /// Whether its results were found wrong, and count for nothing until it is released.
        var isDistrusted = false
        /// Whether one of its workers could take a task.
        var isAvailable = false
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
