// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import TerminalOutput

/// A coordinator's answer, as programs and people read it.
struct StatusReport: Encodable {
    private var run: String
    private var version: String
    private var progress: RunProgress?
    private var openTasks: Int
    private var outstanding: Int
    private var completed: Int
    private var requeued: Int
    private var duplicates: Int
    private var disagreements: Int
    private var late: Int
    private var malformed: Int
    private var setAside: Int
    private var coresUsed: Int
    private var coresWanted: Int
    private var workers: [WorkerSnapshot]
    /// Workers that the answer has no room for.
    private var unlisted: Int?

    init(run: String, _ status: ClusterStatus) {
        self.run = run
        version = status.software
        progress = status.run
        let counters = status.counters
        openTasks = counters.openTasks
        outstanding = counters.outstanding
        completed = counters.completed
        requeued = counters.requeued
        duplicates = counters.duplicates
        disagreements = counters.disagreements
        late = counters.late
        malformed = counters.malformed
        setAside = counters.setAside
        workers = status.workers
        unlisted = status.unlisted
        coresUsed = workers.reduce(0) { $0 + $1.cores }
        coresWanted = workers.reduce(0) { $0 + $1.wantedCores }
    }

    /// Lines for people.
    ///
    /// - Parameter listsCores: Whether each core of each worker gets a line.
    /// - Returns: A heading and a table.
    func lines(listsCores: Bool) -> [String] {
        var lines = [
            "run \(run) (worldmodels \(version)): \(openTasks) tasks open, "
                + "\(outstanding) with workers, \(completed) done"
        ]
        if let progress { lines.append(Self.line(progress)) }
        lines.append(
            "requeued \(requeued), duplicates \(duplicates), disagreements \(disagreements), "
                + "late \(late), malformed \(malformed), set aside \(setAside)")
        lines.append(
            "\(workers.count) \(workers.count == 1 ? "worker" : "workers"), cores: \(coresUsed) used, "
                + "\(coresWanted) wanted")
        let table = (listsCores ? cores : hosts).plainLines
        let rest = unlisted.map { ["and \(Format.count($0)) workers more"] } ?? []
        return lines + table + rest
    }

    private static func line(_ progress: RunProgress) -> String {
        let isTraining = [.trainingV, .trainingM].contains(progress.phase)
        var line = progress.phase.rawValue
        if let generation = progress.generation {
            line += isTraining ? ", epoch \(generation)" : ", generation \(generation)"
            if let all = progress.generations { line += " of \(all)" }
        }
        line += ": \(Format.count(progress.done)) of \(Format.count(progress.total))"
        line += isTraining ? "" : " episodes"
        if let best = progress.best { line += ", best so far \(Format.fixed(best, 1))" }
        if let speed = progress.stepsPerSecond {
            line += ", \(Format.count(Int(speed.rounded()))) steps/s"
        }
        if let seconds = progress.secondsLeft { line += ", \(Format.duration(seconds)) left" }
        return line
    }

    private var hosts: TextTable {
        var table = TextTable(
            [
                "host", "process", "cores", "wanted", "envs", "state", "has", "done", "a second",
                "seen",
            ]
            .map { .init($0, isNumeric: false) })
        for worker in workers {
            table.add([
                worker.host, "\(worker.process)", "\(worker.cores)", "\(worker.wantedCores)",
                "\(worker.environments)", worker.state.rawValue, "\(worker.outstanding)",
                "\(worker.completed)", Format.fixed(worker.rolloutsPerSecond, 2),
                "\(Format.fixed(worker.secondsSinceHeard, 1)) s",
            ])
        }
        return table
    }

    private var cores: TextTable {
        var table = TextTable(
            ["host", "process", "core", "wanted", "steps"].map { .init($0, isNumeric: false) })
        for worker in workers {
            for (core, steps) in worker.coreSteps.enumerated() {
                table.add([
                    worker.host, "\(worker.process)", "\(core)",
                    core < worker.wantedCores ? "yes" : "no", "\(steps)",
                ])
            }
        }
        return table
    }
}
