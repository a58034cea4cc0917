// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes

/// Decides which worker drives which task: a pure state machine, told of every event and of the
/// time, that talks to nobody.
///
/// A task is open until its first result, or until two parties agree where it is checked
/// (`Dispatcher+Checks`). Each handing out is a lease, whose deadline the worker's heartbeats extend
/// as long as its engine makes progress, though not beyond what any task can take. A lost worker's
/// tasks become suspects and are tried again apart from one another (`Dispatcher+Isolation`). When
/// nothing waits, slow tasks are repeated on idle workers and the results compared
/// (`Dispatcher+Speculation`). Who gives wrong results, fails or holds tasks gets no more for a time
/// (`Dispatcher+Parties`).
package struct Dispatcher: Sendable {
    /// The rules.
    package let configuration: Configuration
    /// Counts since the start.
    package internal(set) var counters = Counters()

    var tasks: [TaskKey: TaskState] = [:]
    var leases: [LeaseKey: LeaseState] = [:]
    var workers: [WorkerKey: WorkerState] = [:]
    var parties: [PartyKey: PartyState] = [:]
    /// Parties that could take a task now.
    var availableParties: Set<PartyKey> = []
    var jobs: [Int: JobState] = [:]
    var fresh = Queue<TaskKey>()
    /// Tasks to be tried apart from other suspects, oldest first.
    var suspects: [TaskKey] = []
    /// Tasks to be tried by other parties than before, oldest first; those settled since are skipped.
    var elsewhere: [TaskKey] = []
    /// Open tasks with results that are not believed yet.
    var unsettled: Set<TaskKey> = []
    /// Workers with a free slot, longest waiting first.
    var readyWorkers = Queue<WorkerKey>()
    var deaths: [Death] = []
    /// Engines that hung, in all: their deaths are named by it.
    var coreDeaths = 0
    var evidence = BackgroundDeaths()
    var events: [Event] = []
    /// Mean seconds from a lease to its result, moving; nil before the first.
    var meanSeconds: Seconds?
    /// The longest that a step has taken, from a lease to its result; nil before the first.
    var slowestStep: Seconds?
    var lastTick: Seconds?
    var lastOverdueLook = -Seconds.infinity
    var totalSlots = 0
    var lastSpeculation = -Seconds.infinity
    var activeLeases = 0
    var nextTask: TaskKey = 1
    var nextJob = 1
    var nextLease: LeaseKey
    /// What no worker knows.
    let secret: UInt64

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
        secret = firstLease &* 0xD134_2543_DE82_EF95
    }

    /// Tasks without a result.
    package var openTasks: Int { jobs.values.reduce(0) { $0 + $1.open } }
    /// Tasks that are with no worker.
    package var waitingTasks: Int { fresh.count + suspects.count + elsewhere.count }
    /// Leases that are with workers.
    package var outstandingLeases: Int { activeLeases }

    /// Whether it remembers nothing of any task: no leak.
    package var isEmpty: Bool {
        tasks.isEmpty && leases.isEmpty && jobs.isEmpty && suspects.isEmpty && unsettled.isEmpty
    }

    /// Takes new tasks.
    ///
    /// - Parameters:
    ///   - count: How many, at least 1.
    ///   - claims: Results that parties have said to have of some of them, by their place; another
    ///     party is to confirm them.
    ///   - now: The time.
    /// - Returns: The job's number, and the tasks' keys in order.
    package mutating func submit(
        count: Int, claims: [Int: (outcome: EpisodeOutcome, party: PartyKey)] = [:],
        at now: Seconds = 0
    ) -> (job: Int, tasks: ClosedRange<TaskKey>) {
        precondition(count > 0, "a job of \(count) tasks")
        let range = nextTask...(nextTask + UInt64(count) - 1)
        nextTask = range.upperBound + 1
        let job = nextJob
        nextJob += 1
        jobs[job] = JobState(open: count, tasks: range)
        tasks.reserveCapacity(tasks.count + count)
        for key in range { tasks[key] = TaskState(job: job) }
        guard !claims.isEmpty else {
            fresh.append(contentsOf: range)
            return (job, range)
        }
        for (index, key) in range.enumerated() {
            if let claim = claims[index] {
                propose(claim.outcome, of: claim.party, for: key, at: now)
            } else {
                fresh.append(key)
            }
        }
        return (job, range)
    }

    /// Forgets a job; what its workers still send is late.
    ///
    /// - Parameter job: A number given by `submit`; an unknown one is ignored.
    package mutating func cancel(job: Int) {
        guard let state = jobs.removeValue(forKey: job) else { return }
        for key in state.tasks where isOpen(key) {
            tasks[key]?.status = .givenUp
            endProbe(key)
        }
        unsettled.subtract(state.tasks)
        elsewhere.removeAll { state.tasks.contains($0) }
        deaths.removeAll { !$0.suspects.allSatisfy { !state.tasks.contains($0) } }
        fresh.removeAll { state.tasks.contains($0) }
        suspects.removeAll { state.tasks.contains($0) }
        for key in state.tasks { forgetIfSettled(key) }
    }

    /// The events since the last call, in order.
    package mutating func takeEvents() -> [Event] {
        defer { events.removeAll(keepingCapacity: true) }
        return events
    }

    /// The time passes: finds the workers that fell silent or hang, the tasks that are overdue, and
    /// decides what waits for nobody.
    package mutating func tick(at now: Seconds) {
        forgiveOwnSilence(at: now)
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
        findOverdue(at: now)
        endQuarantines(at: now)
        settleOverdue(at: now)
    }

    /// Who did not look for a while, such as a process that was stopped, must not hold that against
    /// others.
    private mutating func forgiveOwnSilence(at now: Seconds) {
        defer { lastTick = now }
        guard let lastTick, now - lastTick > configuration.leaseSeconds / 2 else { return }
        let missed = now - lastTick
        for (key, worker) in workers {
            workers[key]?.lastHeard = min(now, worker.lastHeard + missed)
            workers[key]?.lastProgress = min(now, worker.lastProgress + missed)
        }
        for key in leases.keys {
            leases[key]?.issued += missed
            if let deadline = leases[key]?.deadline { leases[key]?.deadline = deadline + missed }
        }
    }

    // MARK: Shared steps

    /// Ends a lease by its result; nil when the result is not acceptable.
    mutating func redeem(
        _ lease: LeaseKey, worker: WorkerKey, steps: Int?, at now: Seconds
    ) -> TaskKey? {
        guard let state = leases[lease], state.worker == worker else {
            // A lease of an earlier life of the coordinator, of a settled job, or an invention.
            counters.late += 1
            events.append(.late(worker: worker, lease: lease))
            return nil
        }
        release(lease, isOver: true)
        if state.deadline != nil, let steps {
            let duration = max(0, now - state.issued)
            meanSeconds = meanSeconds.map { $0 * 0.95 + duration * 0.05 } ?? duration
            // Short episodes wait at the worker for longer than they run, and tell little.
            if steps >= configuration.maximumSteps / 10 {
                slowestStep = max(slowestStep ?? 0, duration / Double(max(steps, 1)))
            }
        }
        return state.task
    }

    /// Takes an active lease from its worker and its task.
    ///
    /// - Parameters:
    ///   - lease: The lease.
    ///   - isOver: Whether it is forgotten, since no more can come of it.
    mutating func release(_ lease: LeaseKey, isOver: Bool = false) {
        guard let state = leases[lease] else { return }
        if isOver { leases[lease] = nil }
        guard state.deadline != nil else { return }
        activeLeases -= 1
        if let place = tasks.index(forKey: state.task) {
            tasks.values[place].leases.removeAll { $0 == lease }
            if !isOver { tasks.values[place].expired.append(lease) }
        }
        if !isOver { leases[lease]?.deadline = nil }
        guard let place = workers.index(forKey: state.worker) else { return }
        if let index = workers.values[place].leases.firstIndex(of: lease) {
            workers.values[place].leases.remove(at: index)
        }
        if workers.values[place].leases.isEmpty { workers.values[place].isReserved = false }
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
            if tasks[task]?.isElsewhere == true {
                elsewhere.removeAll { $0 == task }
                tasks[task]?.isElsewhere = false
            }
            if !suspects.contains(task) { suspects.append(task) }
        } else if tasks[task]?.votes.isEmpty == false || tasks[task]?.failures.isEmpty == false {
            sendElsewhere(task)
        } else if tasks[task]?.isElsewhere != true {
            fresh.putBack(task)
        }
    }

    mutating func setAside(_ task: TaskKey) {
        guard let state = tasks[task], state.isOpen else { return }
        counters.setAside += 1
        events.append(
            .setAside(task, deaths: state.apartDeaths.count, failures: state.failures.count))
        // It explains every death it was at; none of them speaks of background deaths.
        deaths.removeAll { $0.suspects.contains(task) }
        suspects.removeAll { $0 == task }
        unsettled.remove(task)
        tasks[task]?.status = .givenUp
        endProbe(task)
        countDown(job: state.job)
    }

    mutating func countDown(job: Int) {
        guard let open = jobs[job]?.open else { return }
        jobs[job]?.open = open - 1
        if open == 1, let state = jobs.removeValue(forKey: job) {
            for key in state.tasks { forgetIfSettled(key) }
        }
    }

    /// A task is kept while its job is open or a worker may still send a second result.
    mutating func forgetIfSettled(_ task: TaskKey) {
        guard let place = tasks.index(forKey: task), !tasks.values[place].isOpen,
            tasks.values[place].leases.isEmpty, jobs[tasks.values[place].job] == nil
        else { return }
        for lease in tasks.values[place].expired { leases[lease] = nil }
        tasks.remove(at: place)
    }
}
