// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import ClusterProtocol
import ClusterTransport
import Foundation
import TerminalOutput

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what a coordinator and its workers are doing.")

    @OptionGroup var coordinator: CoordinatorOptions

    @Option(help: .init("Seconds to wait for an answer.", valueName: "seconds"))
    var timeout = 10.0

    @Flag(help: "Print one JSON object, on one line.")
    var json = false

    private enum Failure: Error, CustomStringConvertible {
        case noAnswer(String, Double, String)
        case refused(String)
        case notAccepted(String, String)

        var description: String {
            switch self {
            case .noAnswer(let address, let seconds, let reason):
                "no answer from \(address) within \(seconds) s: \(reason)"
            case .notAccepted(let address, let reason):
                "the coordinator at \(address) did not accept us: \(reason); see --key and"
                    + " --server-key, and the coordinator's --allow"
            case .refused(let reason): "the coordinator refused: \(reason)"
            }
        }
    }

    private struct Report: Encodable {
        var run: String
        var version: String
        var openTasks: Int
        var outstanding: Int
        var completed: Int
        var requeued: Int
        var duplicates: Int
        var disagreements: Int
        var late: Int
        var malformed: Int
        var setAside: Int
        var workers: [WorkerSnapshot]
    }

    func validate() throws {
        guard timeout > 0, timeout.isFinite else {
            throw ValidationError("--timeout \(timeout): a number of seconds above 0")
        }
    }

    func run() throws {
        let (run, status) = try ask()
        let counters = status.counters
        let report = Report(
            run: run, version: status.software, openTasks: counters.openTasks,
            outstanding: counters.outstanding, completed: counters.completed,
            requeued: counters.requeued, duplicates: counters.duplicates,
            disagreements: counters.disagreements, late: counters.late,
            malformed: counters.malformed, setAside: counters.setAside, workers: status.workers)
        if json { try printJSON(report) } else { print(text(of: report)) }
    }

    private func text(of report: Report) -> String {
        let lines = [
            "run \(report.run) (worldmodels \(report.version)): \(report.openTasks) tasks open, "
                + "\(report.outstanding) with workers, \(report.completed) done",
            "requeued \(report.requeued), duplicates \(report.duplicates), "
                + "disagreements \(report.disagreements), late \(report.late), "
                + "malformed \(report.malformed), set aside \(report.setAside)",
        ]
        var table = TextTable(
            ["host", "process", "cores", "envs", "state", "has", "done", "a second", "seen"]
                .map { .init($0, isNumeric: false) })
        for worker in report.workers {
            table.add([
                worker.host, "\(worker.process)", "\(worker.cores)",
                "\(worker.environments)", worker.state.rawValue, "\(worker.outstanding)",
                "\(worker.completed)", String(format: "%.2f", worker.rolloutsPerSecond),
                String(format: "%.1f s", worker.secondsSinceHeard),
            ])
        }
        return (lines + table.plainLines).joined(separator: "\n")
    }

    private func ask() throws -> (run: String, status: ClusterStatus) {
        let transport = try coordinator.transport()
        defer { transport.close() }
        let deadline = ContinuousClock.now + .seconds(timeout)
        var isConnected = false
        var nextQuestion = deadline
        var refusals: [String] = []
        while ContinuousClock.now < deadline {
            switch try transport.receive(waitingAtMost: 0.5) {
            case .connected:
                isConnected = true
                nextQuestion = .now
            case .message(_, let bytes, _):
                let frame = try CoordinatorFrame(decoding: bytes)
                switch frame.message {
                case .refusal(_, let reason): throw Failure.refused(reason)
                case .status(let status): return (frame.run, status)
                default: break
                }
            case .handshakeFailed(let reason): refusals.append(reason)
            default: break
            }
            if ContinuousClock.now >= nextQuestion {
                // Once more after a while: where many ask, not each of them is answered.
                _ = try transport.send(WorkerFrame(.statusRequest).encoded(), to: .coordinator)
                nextQuestion = .now + .seconds(1)
            }
            // One may be a coordinator that was just ending or beginning.
            if refusals.count > 1, !isConnected {
                throw Failure.notAccepted(transport.address, refusals[1])
            }
        }
        if let refusal = refusals.last { throw Failure.notAccepted(transport.address, refusal) }
        let reason = isConnected ? "it is there, but says nothing" : transport.diagnosis()
        throw Failure.noAnswer(transport.address, timeout, reason ?? "")
    }
}
