// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

extension Dispatcher {
    /// A worker is there and fetches what it needs; from here on its silence counts.
    ///
    /// - Parameters:
    ///   - worker: The worker; one that was there before keeps what is known of it.
    ///   - party: Who answers for it; nil: nobody but itself.
    ///   - now: The time.
    package mutating func introduce(
        _ worker: WorkerKey, of party: PartyKey? = nil, at now: Seconds
    ) {
        // Numbers below zero are no caller's.
        let party = party ?? -worker
        if let known = workers[worker]?.party, known != party {
            parties[known]?.workers.remove(worker)
            lookAt(party: known)
        }
        if workers[worker] == nil {
            workers[worker] = WorkerState(party: party, lastHeard: now, lastProgress: now)
        }
        workers[worker]?.party = party
        parties[party, default: PartyState()].workers.insert(worker)
        lookAt(party: party)
        heard(from: worker, at: now)
    }

    /// How long nothing has come from a worker; without end for an unknown one.
    package func silence(of worker: WorkerKey, at now: Seconds) -> Seconds {
        workers[worker].map { now - $0.lastHeard } ?? .infinity
    }

    /// Tasks that a worker will hold at once; 0 while it drains.
    package func capacity(of worker: WorkerKey) -> Int { workers[worker]?.capacity ?? 0 }

    /// A worker is ready for work, for the first time or again.
    ///
    /// A worker that returns was not dead: nothing that happened to it speaks against its tasks.
    ///
    /// - Parameters:
    ///   - worker: The worker; the same key for the same process.
    ///   - slots: Episodes it runs at once.
    ///   - cores: Cores that they run on, at least 1.
    ///   - capacity: Tasks it holds at once, running and waiting.
    ///   - now: The time.
    package mutating func join(
        _ worker: WorkerKey, slots: Int, cores: Int = 1, capacity: Int, at now: Seconds
    ) {
        if workers[worker] == nil { introduce(worker, at: now) }
        guard var state = workers[worker] else { return }
        if state.isConnected { totalSlots -= state.slots }
        // One that hangs is ready when its engine steps, whatever it says.
        let isHung = state.presence == .hung || state.presence == .lost(hung: true)
        state.presence = isHung ? .hung : .ready
        state.slots = slots
        state.cores = cores
        state.capacity = capacity
        state.lastHeard = now
        state.lastProgress = now
        workers[worker] = state
        retractDeath(of: worker)
        totalSlots += slots
        lookAt(party: state.party)
        enqueueIfReady(worker)
    }

    /// Takes a worker's sign of life; one that was lost by silence alone is back by it.
    ///
    /// - Parameters:
    ///   - worker: The worker.
    ///   - progress: Steps its engines have taken; any change is progress.
    ///   - held: The leases it has; nil when the message does not say.
    ///   - slots: Episodes it runs at once now; nil: as before.
    ///   - cores: Cores that they run on now; nil: as before.
    ///   - capacity: Tasks it will hold at once; 0 while it drains.
    ///   - now: The time.
    package mutating func heartbeat(
        _ worker: WorkerKey, progress: UInt64, held: [LeaseKey], slots: Int? = nil,
        cores: Int? = nil, capacity: Int, at now: Seconds
    ) {
        guard let known = workers[worker] else { return }
        if !known.isConnected {
            join(
                worker, slots: slots ?? known.slots, cores: cores ?? known.cores,
                capacity: capacity, at: now)
            events.append(.returned(worker))
        } else {
            totalSlots += (slots ?? known.slots) - known.slots
            workers[worker]?.slots = slots ?? known.slots
            workers[worker]?.cores = cores ?? known.cores
        }
        guard let state = workers[worker] else { return }
        heard(from: worker, at: now)
        workers[worker]?.capacity = capacity
        if progress != state.progress || state.leases.isEmpty {
            workers[worker]?.progress = progress
            workers[worker]?.lastProgress = now
            // Without leases there is nothing to step on; what still hangs it names itself.
            if state.presence == .hung, progress != state.progress || held.isEmpty {
                workers[worker]?.presence = .ready
                retractDeath(of: worker)
            }
        }
        lookAt(party: state.party)
        let isMoving =
            now - (workers[worker]?.lastProgress ?? now) < configuration.stallSeconds
        let named = Set(held)
        for lease in state.leases {
            if named.contains(lease) {
                if isMoving { leases[lease]?.deadline = now + configuration.leaseSeconds }
            } else if let issued = leases[lease]?.issued,
                now - issued > configuration.transitSeconds
            {
                takeBack(lease, asSuspect: false)
            }
        }
        enqueueIfReady(worker)
    }

    /// A worker leaves on purpose: its tasks are under no suspicion.
    ///
    /// - Parameter worker: The worker; an unknown one is ignored.
    package mutating func leave(_ worker: WorkerKey) {
        guard let party = workers[worker]?.party else { return }
        handBack(all: true, leases: [], worker: worker)
        disconnect(worker)
        workers[worker] = nil
        part(worker, from: party)
    }

    /// A worker hands back all its tasks, or those of some leases, unfinished.
    package mutating func handBack(all: Bool, leases returned: [LeaseKey], worker: WorkerKey) {
        guard let state = workers[worker] else { return }
        for lease in all ? state.leases : returned where leases[lease]?.worker == worker {
            takeBack(lease, asSuspect: false)
        }
    }

    /// A worker is gone without a word, or hangs: its tasks are suspects.
    ///
    /// - Parameters:
    ///   - worker: The worker; an unknown one is ignored.
    ///   - reason: How it was noticed.
    package mutating func lose(_ worker: WorkerKey, _ reason: LossReason) {
        guard let state = workers[worker], state.isConnected else { return }
        if reason == .hang { workers[worker]?.presence = .hung } else { disconnect(worker) }
        lookAt(party: state.party)
        counters.deaths += 1
        events.append(.lost(worker, reason, tasks: state.leases.count))
        let lost = state.leases.compactMap { leases[$0]?.task }.filter(isOpen)
        recordDeath(of: worker, with: lost)
        for lease in state.leases { takeBack(lease, asSuspect: true) }
        judge(lost)
    }

    /// One of a worker's engines hangs, and has been replaced: its tasks are suspects, the others go
    /// on.
    ///
    /// - Parameters:
    ///   - worker: The worker; an unknown one is ignored.
    ///   - returned: The leases that engine had; those that are not the worker's are ignored.
    package mutating func loseCore(of worker: WorkerKey, leases returned: [LeaseKey]) {
        guard let state = workers[worker], state.isConnected else { return }
        let held = state.leases.filter(Set(returned).contains)
        counters.deaths += 1
        let lost = held.compactMap { leases[$0]?.task }.filter(isOpen)
        // Under a name of its own: the worker's return, or its later death, is another matter.
        coreDeaths += 1
        recordDeath(of: -coreDeaths, with: lost)
        for lease in held { takeBack(lease, asSuspect: true) }
        judge(lost)
    }

    /// Forgets a lost worker for good; what it still sends is late.
    package mutating func forget(_ worker: WorkerKey) {
        guard let state = workers[worker], !state.isConnected else { return }
        workers[worker] = nil
        part(worker, from: state.party)
    }

    /// How many tasks a worker holds; an unknown one holds none.
    package func outstanding(of worker: WorkerKey) -> Int {
        workers[worker]?.leases.count ?? 0
    }

    /// Whether a result for this lease may still come from this worker.
    ///
    /// - Parameters:
    ///   - lease: Any number.
    ///   - worker: Who names it.
    /// - Returns: False for a lease of another worker, of a settled task, and for inventions.
    package func expects(_ lease: LeaseKey, from worker: WorkerKey) -> Bool {
        expectations.contains(lease, from: worker)
    }

    /// What `expects` knows, as a value that can be handed on without all the rest.
    package var expectations: Expectations { Expectations(leases: leases) }

    /// Whose results may still come.
    package struct Expectations: Sendable {
        fileprivate let leases: [LeaseKey: LeaseState]

        /// Whether a result for this lease may still come from this worker.
        package func contains(_ lease: LeaseKey, from worker: WorkerKey) -> Bool {
            leases[lease]?.worker == worker
        }
    }

    /// The task that a lease is for; nil for one that is settled and for inventions.
    package func task(of lease: LeaseKey) -> TaskKey? { leases[lease]?.task }

    /// Hands out what waits, as far as there is room.
    ///
    /// - Parameter now: The time.
    /// - Returns: What to send; each grant counts as given.
    package mutating func assign(at now: Seconds) -> [Grant] {
        var grants: [Grant] = []
        if !suspects.isEmpty { assignSuspects(at: now, into: &grants) }
        if !elsewhere.isEmpty { assignElsewhere(at: now, into: &grants) }
        // Rounds: each ready worker takes its share, then those with room left take again.
        while !fresh.isEmpty, !readyWorkers.isEmpty {
            var withRoom: [WorkerKey] = []
            // A share is by slots: one of 16 cores takes as much as 16 of one.
            var slots = 0
            readyWorkers.forEach { slots += max(1, workers[$0]?.slots ?? 0) }
            while !fresh.isEmpty, let worker = readyWorkers.pop() {
                workers[worker]?.isInReadyQueue = false
                let own = max(1, workers[worker]?.slots ?? 0)
                let share = (fresh.count * own + slots - 1) / slots
                slots -= own
                if assignFresh(share, to: worker, at: now, into: &grants) {
                    withRoom.append(worker)
                }
            }
            for worker in withRoom { enqueueIfReady(worker) }
        }
        if !elsewhere.isEmpty { assignElsewhere(at: now, into: &grants) }
        if fresh.isEmpty, suspects.isEmpty { speculate(at: now, into: &grants) }
        return grants
    }

    // MARK: Shared steps

    /// Gives one worker up to a share of what waits; true when it has room for more.
    private mutating func assignFresh(
        _ share: Int, to worker: WorkerKey, at now: Seconds, into grants: inout [Grant]
    ) -> Bool {
        guard let state = workers[worker], isAccepting(state) else { return false }
        // Work waits at a worker only while there is more than a round of it: near the end a task
        // in hand at one worker is a task another could have begun.
        let limit = fresh.count > totalSlots ? state.capacity : min(state.slots, state.capacity)
        let room = max(0, limit - state.leases.count)
        var given = 0
        while given < min(room, share), let task = fresh.pop() {
            guard isOpen(task) else { continue }
            grants.append(grant(task, to: worker, at: now))
            chooseForCheck(task, of: state.party)
            given += 1
        }
        return given < room
    }

    /// Something came from a worker.
    package mutating func heard(from worker: WorkerKey, at now: Seconds) {
        workers[worker]?.lastHeard = now
    }

    mutating func grant(_ task: TaskKey, to worker: WorkerKey, at now: Seconds) -> Grant {
        let lease = nextLease
        nextLease += 1
        leases[lease] = LeaseState(
            task: task, worker: worker, issued: now, deadline: now + configuration.leaseSeconds)
        activeLeases += 1
        tasks[task]?.leases.append(lease)
        if workers[worker]?.leases.isEmpty == true { workers[worker]?.lastProgress = now }
        workers[worker]?.leases.append(lease)
        return Grant(worker: worker, task: task, lease: lease)
    }

    /// Ends a lease without a result; the task waits again unless another worker has it too.
    mutating func takeBack(_ lease: LeaseKey, asSuspect: Bool) {
        // One that was taken back before must not make its task wait twice.
        guard let state = leases[lease], state.deadline != nil else { return }
        let task = state.task
        release(lease)
        if asSuspect, isOpen(task) { tasks[task]?.isSuspect = true }
        if tasks[task]?.leases.isEmpty == true { queueAgain(task, asSuspect: asSuspect) }
        forgetIfSettled(task)
    }

    func isAccepting(_ worker: WorkerState) -> Bool {
        worker.presence == .ready && !isQuarantined(worker) && !worker.isReserved
            && worker.leases.count < worker.capacity
    }

    func isQuarantined(_ worker: WorkerState) -> Bool {
        parties[worker.party]?.quarantinedUntil != nil
    }

    mutating func enqueueIfReady(_ worker: WorkerKey) {
        guard let state = workers[worker], !state.isInReadyQueue, isAccepting(state) else {
            return
        }
        workers[worker]?.isInReadyQueue = true
        readyWorkers.append(worker)
    }

    private mutating func disconnect(_ worker: WorkerKey) {
        guard let state = workers[worker], state.isConnected else { return }
        workers[worker]?.presence = .lost(hung: state.presence == .hung)
        totalSlots -= state.slots
    }
}
