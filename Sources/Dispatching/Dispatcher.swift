// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes

/// Decides which worker drives which task: a pure state machine, told of every event and of the
/// time, that talks to nobody.
///
/// A task is open until its first result. Each handing out is a lease, whose deadline the worker's
/// heartbeats extend as long as its engine makes progress. A lost worker's tasks become suspects
/// and are tried again apart from one another (`Dispatcher+Isolation`). When nothing waits, slow
/// tasks are repeated on idle workers and the results compared (`Dispatcher+Speculation`).
package struct Dispatcher: Sendable {
    /// The rules.
    package let configuration: Configuration
    /// Counts since the start.
    package internal(set) var counters = Counters()

    var tasks: [TaskKey: TaskState] = [:]
    var leases: [LeaseKey: LeaseState] = [:]
    var workers: [WorkerKey: WorkerState] = [:]
    var jobs: [Int: JobState] = [:]
    var fresh = Queue<TaskKey>()
    /// Tasks to be tried apart from other suspects, oldest first.
    var suspects: [TaskKey] = []
    /// Workers with a free slot, longest waiting first.
    var readyWorkers = Queue<WorkerKey>()
    var deaths: [Death] = []
    var evidence = BackgroundDeaths()
    var events: [Event] = []
    /// Mean seconds from a lease to its result, moving; nil before the first.
    var meanSeconds: Seconds?
    var totalSlots = 0
    var lastSpeculation = -Seconds.infinity
    var activeLeases = 0
    var nextTask: TaskKey = 1
    var nextJob = 1
    var nextLease: LeaseKey

    /// A dispatcher without tasks and workers.
    ///
    /// - Parameters:
    ///   - configuration: The rules.
    ///   - firstLease: Where leases are counted from. Random, so that a result of a coordinator's
    ///     earlier life is not taken for one of this life.
    package init(configuration: Configuration = Configuration(), firstLease: UInt64 = 1) {
        self.configuration = configuration
        // Room to count without wrapping.
        nextLease = firstLease >> 1 + 1
    }

    /// Tasks without a result.
    package var openTasks: Int { jobs.values.reduce(0) { $0 + $1.open } }
    /// Tasks that are with no worker.
    package var waitingTasks: Int { fresh.count + suspects.count }
    /// Leases that are with workers.
    package var outstandingLeases: Int { activeLeases }

    /// Whether it remembers nothing of any task: no leak.
    package var isEmpty: Bool {
        tasks.isEmpty && leases.isEmpty && jobs.isEmpty && suspects.isEmpty
    }

    /// Takes new tasks.
    ///
    /// - Parameter count: How many, at least 1.
    /// - Returns: The job's number, and the tasks' keys in order.
    package mutating func submit(count: Int) -> (job: Int, tasks: ClosedRange<TaskKey>) {
        precondition(count > 0, "a job of \(count) tasks")
        let range = nextTask...(nextTask + UInt64(count) - 1)
        nextTask = range.upperBound + 1
        let job = nextJob
        nextJob += 1
        jobs[job] = JobState(open: count, tasks: range)
        for key in range { tasks[key] = TaskState(job: job) }
        fresh.append(contentsOf: range)
        return (job, range)
    }

    /// Forgets a job; what its workers still send is late.
    ///
    /// - Parameter job: A number given by `submit`; an unknown one is ignored.
    package mutating func cancel(job: Int) {
        guard let state = jobs.removeValue(forKey: job) else { return }
        for key in state.tasks where isOpen(key) { tasks[key]?.status = .givenUp }
        deaths.removeAll { !$0.suspects.allSatisfy { !state.tasks.contains($0) } }
        fresh.removeAll { state.tasks.contains($0) }
        suspects.removeAll { state.tasks.contains($0) }
        for key in state.tasks { forgetIfSettled(key) }
    }

    /// Takes a worker's result.
    ///
    /// - Parameters:
    ///   - outcome: What the episode gave.
    ///   - lease: The lease it is for.
    ///   - worker: Who sent it.
    ///   - seconds: Its duration on the worker.
    ///   - now: The time.
    /// - Returns: The task it completed; nil when it was not the first, or not waited for.
    @discardableResult
    package mutating func result(
        _ outcome: EpisodeOutcome, lease: LeaseKey, worker: WorkerKey, seconds: Seconds,
        at now: Seconds
    ) -> TaskKey? {
        heard(from: worker, at: now)
        guard let task = redeem(lease, worker: worker, at: now) else { return nil }
        guard let state = tasks[task] else { return nil }
        defer { forgetIfSettled(task) }
        switch state.status {
        case .completed(let first, _) where first == outcome:
            counters.duplicates += 1
            events.append(.agreed(task))
        case .completed(let first, let driver):
            counters.disagreements += 1
            events.append(.disagreed(task, first: driver, first, second: worker, outcome))
        case .givenUp:
            counters.late += 1
            events.append(.late(worker: worker, lease: lease))
        case .open:
            tasks[task]?.status = .completed(outcome, by: worker)
            counters.completed += 1
            acquit(task)
            events.append(.completed(task, outcome, worker: worker, seconds: seconds))
            countDown(job: state.job)
            return task
        }
        return nil
    }

    /// Takes a worker's word that it cannot run a task.
    package mutating func failure(
        lease: LeaseKey, worker: WorkerKey, reason: String, at now: Seconds
    ) {
        heard(from: worker, at: now)
        guard let task = redeem(lease, worker: worker, at: now), let state = tasks[task] else {
            return
        }
        if state.isOpen {
            tasks[task]?.failures += 1
            events.append(.failed(task, worker: worker, reason))
            if state.failures + 1 >= configuration.failuresToSetAside {
                setAside(task)
            } else if state.leases.isEmpty {
                queueAgain(task, asSuspect: false)
            }
        }
        forgetIfSettled(task)
    }

    /// Takes note of a result that cannot be true: the task is tried elsewhere.
    package mutating func offence(lease: LeaseKey?, worker: WorkerKey, at now: Seconds) {
        counters.offences += 1
        workers[worker]?.offences += 1
        if workers[worker]?.offences == configuration.offencesToQuarantine {
            events.append(.quarantined(worker))
            handBack(all: true, leases: [], worker: worker)
        } else if let lease, leases[lease]?.worker == worker {
            handBack(all: false, leases: [lease], worker: worker)
        }
    }

    /// The events since the last call, in order.
    package mutating func takeEvents() -> [Event] {
        defer { events.removeAll(keepingCapacity: true) }
        return events
    }

    /// The time passes: finds the workers that fell silent or hang.
    package mutating func tick(at now: Seconds) {
        evidence.advance(to: now, busy: workers.values.count { !$0.leases.isEmpty })
        var lost: [(WorkerKey, LossReason)] = []
        for (key, worker) in workers where worker.isConnected {
            if now - worker.lastHeard > configuration.leaseSeconds {
                lost.append((key, .silence))
            } else if let first = worker.leases.first, let deadline = leases[first]?.deadline,
                deadline < now
            {
                lost.append((key, .hang))
            }
        }
        // The order decides which tasks wait first: it must not be the dictionary's.
        for (key, reason) in lost.sorted(by: { $0.0 < $1.0 }) { lose(key, reason) }
    }

    // MARK: Shared steps

    /// Ends a lease by its result; nil when the result is not acceptable.
    private mutating func redeem(
        _ lease: LeaseKey, worker: WorkerKey, at now: Seconds
    ) -> TaskKey? {
        guard let state = leases[lease], state.worker == worker else {
            // A lease of an earlier life of the coordinator, of a settled job, or an invention.
            counters.late += 1
            events.append(.late(worker: worker, lease: lease))
            return nil
        }
        release(lease)
        leases[lease] = nil
        if state.deadline != nil {
            let duration = now - state.issued
            meanSeconds = meanSeconds.map { $0 * 0.95 + duration * 0.05 } ?? duration
        }
        return state.task
    }

    /// Takes an active lease from its worker and its task.
    mutating func release(_ lease: LeaseKey) {
        guard let state = leases[lease], state.deadline != nil else { return }
        leases[lease]?.deadline = nil
        activeLeases -= 1
        tasks[state.task]?.leases.removeAll { $0 == lease }
        tasks[state.task]?.expired.append(lease)
        if let index = workers[state.worker]?.leases.firstIndex(of: lease) {
            workers[state.worker]?.leases.remove(at: index)
        }
        if workers[state.worker]?.leases.isEmpty == true {
            workers[state.worker]?.isReserved = false
        }
        enqueueIfReady(state.worker)
    }

    func isOpen(_ task: TaskKey) -> Bool {
        tasks[task]?.isOpen ?? false
    }

    mutating func queueAgain(_ task: TaskKey, asSuspect: Bool) {
        guard isOpen(task) else { return }
        counters.requeued += 1
        if asSuspect { tasks[task]?.isSuspect = true }
        if tasks[task]?.isSuspect == true {
            if !suspects.contains(task) { suspects.append(task) }
        } else {
            fresh.putBack(task)
        }
    }

    mutating func setAside(_ task: TaskKey) {
        guard let state = tasks[task], state.isOpen else { return }
        counters.setAside += 1
        events.append(.setAside(task, deaths: state.apartDeaths.count, failures: state.failures))
        // It explains every death it was at; none of them speaks of background deaths.
        deaths.removeAll { $0.suspects.contains(task) }
        suspects.removeAll { $0 == task }
        tasks[task]?.status = .givenUp
        countDown(job: state.job)
    }

    private mutating func countDown(job: Int) {
        guard let open = jobs[job]?.open else { return }
        jobs[job]?.open = open - 1
        if open == 1, let state = jobs.removeValue(forKey: job) {
            for key in state.tasks { forgetIfSettled(key) }
        }
    }

    /// A task is kept while its job is open or a worker may still send a second result.
    mutating func forgetIfSettled(_ task: TaskKey) {
        guard let state = tasks[task], !state.isOpen, state.leases.isEmpty,
            jobs[state.job] == nil
        else { return }
        for lease in state.expired { leases[lease] = nil }
        tasks[task] = nil
    }
}
