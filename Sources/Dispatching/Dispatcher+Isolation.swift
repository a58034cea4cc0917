// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

// How a task that kills workers is told from its innocent neighbours.
//
// A worker's death makes suspects of all tasks it held. Suspects are retried apart: at most one on
// a core, on fewer cores of a worker after each further death, and at last one on a worker, so that
// one suspect alone is at the death. After its first such death a suspect runs alone on a worker.
// `deathsToSetAside` deaths apart from others set it aside.
//
// Workers also die for reasons of their own, and an innocent suspect may be with three of them by
// chance. Deaths whose tasks all finish elsewhere were such deaths; their rate says how probable
// an innocent's misfortune is, and the number of deaths demanded grows with it. A suspect's last
// chance waits until nothing else does, so that this evidence is in. A worker that returns was not
// dead: its death is struck off.

/// The rate at which workers die though none of their tasks kills.
struct BackgroundDeaths: Sendable {
    /// Deaths proved to be no task's fault.
    private(set) var proved = 0
    /// Time that workers spent with tasks in hand; seconds.
    private(set) var exposure = 0.0
    private var lastAdvance: Double?

    mutating func advance(to now: Double, busy: Int) {
        if let lastAdvance { exposure += max(0, now - lastAdvance) * Double(busy) }
        lastAdvance = now
    }

    mutating func prove() {
        proved += 1
    }

    /// Deaths needed before chance is less likely than `falseAccusation`.
    ///
    /// A run of d seconds meets a background death with probability p = 1 - exp(-d deaths/exposure);
    /// n runs in a row do with p^n.
    func deathsNeeded(atLeast least: Int, runSeconds: Double, falseAccusation: Double) -> Int {
        guard proved > 0, exposure > 0, runSeconds > 0 else { return least }
        let probability = 1 - exp(-runSeconds * Double(proved) / exposure)
        guard probability < 0.9 else { return Int.max }
        return max(least, Int((log(falseAccusation) / log(probability)).rounded(.up)))
    }
}

extension Dispatcher {
    /// Counts a death against the suspect that was at it apart from others.
    mutating func recordDeath(of worker: WorkerKey, with lost: [TaskKey]) {
        guard !lost.isEmpty else {
            evidence.prove()
            return
        }
        let known = lost.filter { tasks[$0]?.isSuspect == true }
        for task in known { tasks[task]?.sharedDeaths += 1 }
        if known.count == 1 { tasks[known[0]]?.apartDeaths.append(worker) }
        deaths.append(Death(worker: worker, suspects: Set(lost)))
    }

    /// The worker lives: its death is struck off.
    mutating func retractDeath(of worker: WorkerKey) {
        guard let index = deaths.firstIndex(where: { $0.worker == worker }) else { return }
        for task in deaths[index].suspects {
            tasks[task]?.apartDeaths.removeAll { $0 == worker }
        }
        deaths.remove(at: index)
    }

    /// A result proves that the task kills nobody.
    mutating func acquit(_ task: TaskKey) {
        if tasks[task]?.isSuspect == true {
            tasks[task]?.isSuspect = false
            suspects.removeAll { $0 == task }
        }
        guard !deaths.isEmpty else { return }
        for index in deaths.indices { deaths[index].suspects.remove(task) }
        deaths.removeAll { death in
            guard death.suspects.isEmpty else { return false }
            evidence.prove()
            return true
        }
    }

    /// Sets aside those of the lost tasks that have killed too many.
    mutating func judge(_ lost: [TaskKey]) {
        for task in lost where isOpen(task) {
            let count = tasks[task]?.apartDeaths.count ?? 0
            if count >= deathsNeeded { setAside(task) }
        }
        for task in lost { forgetIfSettled(task) }
    }

    private var deathsNeeded: Int {
        evidence.deathsNeeded(
            atLeast: configuration.deathsToSetAside, runSeconds: meanSeconds ?? 0,
            falseAccusation: configuration.falseAccusation)
    }

    /// Gives suspects to workers: the least suspected first, the first time with other work around
    /// them, then alone.
    mutating func assignSuspects(at now: Seconds, into grants: inout [Grant]) {
        let others = fresh.count
        var waiting: [TaskKey] = []
        for task in suspects {
            guard let state = tasks[task], state.isOpen else { continue }
            let isLast = state.apartDeaths.count + 1 >= configuration.deathsToSetAside
            if isLast, others > 0 || suspects.contains(where: { isLessSuspected($0, than: state) })
            {
                waiting.append(task)
            } else if let worker = worker(forSuspect: state) {
                grants.append(grant(task, to: worker, at: now))
                if !state.apartDeaths.isEmpty { workers[worker]?.isReserved = true }
            } else {
                if !state.apartDeaths.isEmpty { emptyAWorker() }
                waiting.append(task)
            }
        }
        suspects = waiting
    }

    private func isLessSuspected(_ task: TaskKey, than other: TaskState) -> Bool {
        (tasks[task]?.apartDeaths.count ?? 0) + 1 < configuration.deathsToSetAside
            && tasks[task]?.apartDeaths.count ?? 0 < other.apartDeaths.count
    }

    private func worker(forSuspect suspect: TaskState) -> WorkerKey? {
        let mustBeAlone = !suspect.apartDeaths.isEmpty
        return readyWorkers.first { key in
            guard let worker = workers[key], isAccepting(worker) else { return false }
            if mustBeAlone { return worker.leases.isEmpty }
            return worker.leases.count < worker.slots && hasRoom(worker, forSuspect: suspect)
        }
    }

    /// Whether a suspect may join those that a worker has: each may be one of so many there.
    private func hasRoom(_ worker: WorkerState, forSuspect suspect: TaskState) -> Bool {
        var count = 1
        var limit = Self.company(of: suspect, on: worker)
        for lease in worker.leases {
            guard let task = leases[lease].flatMap({ tasks[$0.task] }), task.isSuspect else {
                continue
            }
            count += 1
            limit = min(limit, Self.company(of: task, on: worker))
        }
        return count <= limit
    }

    /// How many suspects a worker may have at once where this one is among them: a quarter after
    /// each death, so that one killer among the hundreds that a large worker held is soon alone.
    private static func company(of suspect: TaskState, on worker: WorkerState) -> Int {
        guard suspect.apartDeaths.isEmpty else { return 1 }
        return max(1, worker.cores >> min(62, 2 * suspect.sharedDeaths))
    }

    /// Gives no more work to one worker, so that it can take a suspect alone; up to half of them.
    private mutating func emptyAWorker() {
        let connected = workers.values.count { $0.presence == .ready }
        let reserved = workers.values.count { $0.isConnected && $0.isReserved }
        guard reserved < max(1, connected / 2) else { return }
        let candidates = workers.filter {
            $0.value.presence == .ready && !isQuarantined($0.value)
                && !$0.value.isReserved && $0.value.capacity > 0 && !$0.value.leases.isEmpty
        }
        let emptiest = candidates.min {
            ($0.value.leases.count, $0.key) < ($1.value.leases.count, $1.key)
        }
        if let emptiest { workers[emptiest.key]?.isReserved = true }
    }
}
