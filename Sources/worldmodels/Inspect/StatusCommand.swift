// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import ClusterProtocol
import ClusterTransport
import Foundation
import TerminalOutput

/// Shows what a coordinator and its workers are doing.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what a coordinator and its workers are doing.")

    @Option(help: "The coordinator's address, tcp://HOST:PORT.")
    var connect: String

    @Option(help: "Seconds to wait for an answer.")
    var timeout = 10.0

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var security: ClientSecurityOptions

    /// Why there is nothing to show.
    private enum Failure: Error, CustomStringConvertible {
        case noAnswer(String, Double)
        case refused(String)

        var description: String {
            switch self {
            case .noAnswer(let address, let seconds):
                "no answer from \(address) within \(seconds) s; is a coordinator there?"
            case .refused(let reason): "the coordinator refused: \(reason)"
            }
        }
    }

    /// What --json prints.
    private struct Report: Encodable {
        struct Worker: Encodable {
            var host: String
            var process: UInt32
            var cores: UInt32
            var environments: UInt32
            var state: String
            var outstanding: UInt32
            var completed: UInt64
            var rolloutsPerSecond: Double
            var secondsSinceHeard: Double
            var errors: UInt64
            var version: String
            var fingerprint: String
        }

        var run: String
        var version: String
        var openTasks: UInt64
        var outstanding: UInt64
        var completed: UInt64
        var requeued: UInt64
        var duplicates: UInt64
        var disagreements: UInt64
        var late: UInt64
        var malformed: UInt64
        var setAside: UInt64
        var workers: [Worker]
    }

    func run() throws {
        let message = try ask()
        guard case .status(let status) = message.body else { return }
        let report = Report(
            run: message.run, version: status.software, openTasks: status.openTasks,
            outstanding: status.outstanding, completed: status.completed,
            requeued: status.requeued, duplicates: status.duplicates,
            disagreements: status.disagreements, late: status.late, malformed: status.malformed,
            setAside: status.setAside,
            workers: status.workers.map { worker in
                Report.Worker(
                    host: worker.host, process: worker.process, cores: worker.cores,
                    environments: worker.environments, state: worker.state,
                    outstanding: worker.outstanding, completed: worker.completed,
                    rolloutsPerSecond: worker.rolloutsASecond,
                    secondsSinceHeard: worker.secondsSinceHeard, errors: worker.errors,
                    version: worker.software, fingerprint: worker.fingerprint)
            })
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            print(String(decoding: try encoder.encode(report), as: UTF8.self))
        } else {
            print(text(of: report))
        }
    }

    private func text(of report: Report) -> String {
        var table = TextTable(
            [.init("host", isNumeric: false)] + ["process", "cores", "envs"].map { .init($0) }
                + [.init("state", isNumeric: false)]
                + ["has", "done", "a second", "seen"].map { .init($0) })
        for worker in report.workers {
            table.add([
                printable(worker.host), "\(worker.process)", "\(worker.cores)",
                "\(worker.environments)", worker.state, "\(worker.outstanding)",
                "\(worker.completed)", Format.fixed(worker.rolloutsPerSecond, 2),
                Format.fixed(worker.secondsSinceHeard, 1) + " s",
            ])
        }
        return """
            run \(report.run) (worldmodels \(report.version)): \(report.openTasks) tasks open, \
            \(report.outstanding) with workers, \(report.completed) done
            requeued \(report.requeued), duplicates \(report.duplicates), \
            disagreements \(report.disagreements), late \(report.late), \
            malformed \(report.malformed), set aside \(report.setAside)
            \(table.text)
            """
    }

    /// A worker chooses its host's name: no control characters reach the terminal.
    private func printable(_ text: String) -> String {
        String(text.unicodeScalars.map { $0.value < 32 || $0.value == 127 ? "?" : Character($0) })
    }

    private func ask() throws -> WireFromCoordinator {
        let endpoint = try Endpoint(parsing: connect, binding: false)
        let transport = try ConnectingTransport(
            connectingTo: endpoint, security: try security.security(for: endpoint))
        defer { transport.close() }
        let deadline = ContinuousClock.now + .seconds(timeout)
        while ContinuousClock.now < deadline {
            switch try transport.receive(waitingAtMost: 0.5) {
            case .connected:
                var request = WireFromWorker()
                request.protocolVersion = ProtocolVersion.current
                request.statusRequest = WireStatusRequest()
                _ = try transport.send(request.encoded(), to: .coordinator)
            case .message(_, let bytes):
                let message = try WireFromCoordinator(validating: bytes)
                if case .refusal(let refusal) = message.body {
                    throw Failure.refused(refusal.message)
                }
                if case .status = message.body { return message }
            default: break
            }
        }
        throw Failure.noAnswer(connect, timeout)
    }
}
