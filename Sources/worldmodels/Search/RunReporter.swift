// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import Episodes
import Foundation
import RolloutServer
import RunReports
import RunStore
import Search
import Synchronization
import TerminalOutput

/// Tells people on the terminal, and status clients, how a run goes on.
final class RunReporter: Sendable {
    private struct State {
        var rollouts = 0
        var steps = 0
        var began = Date()
        var best: Double?
        /// Seconds of the generations of this start, with the evaluations behind them.
        var finished: (count: Int, since: Date)?
        var progress: ProgressLine?
    }

    private let server: RolloutServer
    /// What workers are started with.
    private let command: String
    /// How many there are to be; nil: no end is set.
    private let generations: Int?
    private let display: Bool
    private let log: CommandLog
    /// How values are shown.
    private let form: ValueForm
    private let state = Mutex(State())

    init(
        server: RolloutServer, command: String, generations: Int?, display: Bool, log: CommandLog,
        form: ValueForm = .returns
    ) {
        self.form = form
        self.server = server
        self.command = command
        self.generations = generations
        self.display = display
        self.log = log
    }

    /// Prints a line, over the progress line where there is one.
    func show(
        _ line: String, event: String = "run", level: CommandLog.Level = .info,
        facts: [String: String] = [:]
    ) {
        state.withLock { $0.progress?.erase() }
        log(level, event, line, facts)
    }

    /// Prints an event of the server; gives its kind where it is worth keeping.
    func show(_ event: ServerEvent) -> String? {
        show(event.text(command: command), event: event.kind, level: event.level)
        // Nobody asks later when it was that nobody was there, and who stops says so itself.
        return ["waiting", "stopped"].contains(event.kind) ? nil : event.kind
    }

    func observe(_ event: RunEvent) {
        switch event {
        case .started(let generation, let stored):
            if generation > 0 || stored > 0 {
                show(
                    "\(generation) generations are complete, \(stored) rollouts of the next one"
                        + " are stored")
            }
        case .gathering(let generation, let purpose, let done, let total):
            state.withLock { state in
                state.began = Date()
                state.rollouts = total - done
                state.steps = 0
                if purpose == .training, state.finished == nil {
                    state.finished = (0, state.began)
                }
                state.progress?.erase()
                guard display, Terminal.standardError.isInteractive else { return }
                state.progress = ProgressLine(
                    "\(purpose == .training ? "generation" : "evaluation after") \(generation)",
                    total: total, unit: "rollouts", start: done)
            }
            publish(generation: generation, purpose: purpose, done: done, total: total)
        case .result(let rollout, let done, let total):
            state.withLock { $0.steps += rollout.outcome.steps }
            publish(
                generation: rollout.name.generation, purpose: rollout.name.purpose, done: done,
                total: total)
        case .generation(let record):
            state.withLock { $0.finished?.count += 1 }
            show(
                line(record), event: "generation",
                facts: [
                    "generation": "\(record.generation)", "best": "\(record.best)",
                    "mean": "\(record.mean)", "sigma": "\(record.sigma)",
                    "seconds": "\(record.seconds)",
                ].merging(
                    record.isDream ? ["dreamTemperature": "\(record.dreamTemperature)"] : [:]
                ) { $1 })
        case .evaluation(let record, let best):
            if best { state.withLock { $0.best = record.mean } }
            show(
                String(
                    format: "evaluation after generation %d: %.1f +- %.1f over %d tracks",
                    record.generation, record.mean, record.standardDeviation, record.episodes)
                    + (best ? ", the best so far: controller.safetensors" : ""),
                event: "evaluation",
                facts: ["generation": "\(record.generation)", "mean": "\(record.mean)"])
        }
    }

    private func line(_ record: GenerationRecord) -> String {
        let (rollouts, seconds) = state.withLock { state in
            (state.rollouts, Date().timeIntervalSince(state.began))
        }
        let speed = seconds > 0 ? Double(rollouts) / seconds : 0
        // Steps of rollouts that an earlier start had stored are not this one's work.
        let share = Double(rollouts) / Double(max(record.rollouts, 1))
        let steps = seconds > 0 ? Double(record.steps) * share / seconds : 0
        let kind = record.isDream ? ", dreamt at \(record.dreamTemperature)" : ""
        var line =
            "generation \(record.generation)\(kind): best \(form.text(record.best)), mean "
            + "\(form.text(record.mean)), std \(form.spread(record.standardDeviation)), "
        line += String(format: "sigma %.4g, ", record.sigma)
        line +=
            form == .returns
            ? String(format: "%.1f rollouts/s, %.0f steps/s, ", speed, steps)
            : String(format: "%.1f evaluations/s, ", speed)
        line += "\(server.workers().count) workers, \(Format.clock(record.elapsed))"
        if record.failed > 0 { line += ", \(record.failed) candidates failed" }
        return line
    }

    private func publish(generation: Int, purpose: Purpose, done: Int, total: Int) {
        let progress = state.withLock { state in
            let now = Date()
            let seconds = now.timeIntervalSince(state.began)
            var left: Double?
            if let generations, let finished = state.finished, finished.count > 0 {
                let each = now.timeIntervalSince(finished.since) / Double(finished.count)
                left = max(0, Double(generations - generation + 1) * each - seconds)
            }
            return RunProgress(
                purpose == .evaluation ? .evaluation : .search, generation: generation,
                generations: generations, done: done, total: total, best: state.best,
                stepsPerSecond: seconds > 1 ? Double(state.steps) / seconds : nil,
                secondsLeft: left)
        }
        server.setRunStatus(progress)
        state.withLock { $0.progress }?.update(done)
    }
}

extension ServerEvent {
    /// One line for people, with what to do where no worker is there.
    func text(command: String) -> String {
        if case .waiting = self {
            "\(self): \(command)"
        } else {
            "\(self)"
        }
    }
}
