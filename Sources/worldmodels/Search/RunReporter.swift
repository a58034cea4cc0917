// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import RolloutServer
import RunStore
import Search
import Synchronization
import TerminalOutput

/// Tells people on the terminal, and status clients, how a run goes on.
final class RunReporter: Sendable {
    private struct State {
        var rollouts = 0
        var began = Date()
        var progress: ProgressLine?
    }

    private let server: RolloutServer
    /// What workers are started with.
    private let command: String
    private let display: Bool
    private let state = Mutex(State())

    init(server: RolloutServer, command: String, display: Bool) {
        self.server = server
        self.command = command
        self.display = display
    }

    /// Prints a line, over the progress line where there is one.
    func show(_ line: String) {
        state.withLock { $0.progress?.erase() }
        Terminal.standardOutput.write(line + "\n")
    }

    /// Prints an event of the server; gives its kind where it is worth keeping.
    func show(_ event: ServerEvent) -> String? {
        show(event.text(command: command))
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
                state.progress?.erase()
                guard display, Terminal.standardError.isInteractive else { return }
                state.progress = ProgressLine(
                    "\(purpose == .training ? "generation" : "evaluation after") \(generation)",
                    total: total, unit: "rollouts", start: done)
            }
            publish(generation: generation, purpose: purpose, done: done, total: total)
        case .result(let rollout, let done, let total):
            publish(
                generation: rollout.name.generation, purpose: rollout.name.purpose, done: done,
                total: total)
        case .generation(let record):
            show(line(record))
        case .evaluation(let record, let best):
            show(
                String(
                    format: "evaluation after generation %d: %.1f +- %.1f over %d tracks",
                    record.generation, record.mean, record.standardDeviation, record.episodes)
                    + (best ? ", the best so far: controller.safetensors" : ""))
        }
    }

    private func line(_ record: GenerationRecord) -> String {
        let (rollouts, seconds) = state.withLock { state in
            (state.rollouts, Date().timeIntervalSince(state.began))
        }
        let speed = seconds > 0 ? Double(rollouts) / seconds : 0
        let all = record.candidates * record.tracks
        // Steps of rollouts that an earlier start had stored are not this one's work.
        let steps = seconds > 0 ? Double(record.steps * rollouts / max(all, 1)) / seconds : 0
        var line = String(
            format: "generation %d: best %.1f, mean %.1f, std %.1f, sigma %.4g", record.generation,
            record.best, record.mean, record.standardDeviation, record.sigma)
        line += String(
            format: ", %.1f rollouts/s, %.0f steps/s, %d workers, %@", speed, steps,
            server.workers().count, Format.clock(record.elapsed) as NSString)
        if record.failed > 0 { line += ", \(record.failed) candidates failed" }
        return line
    }

    private func publish(generation: Int, purpose: Purpose, done: Int, total: Int) {
        let status =
            "{\"generation\":\(generation),\"purpose\":\"\(purpose.rawValue)\",\"done\":\(done)"
            + ",\"total\":\(total)}"
        server.setRunStatus(Data(status.utf8))
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
