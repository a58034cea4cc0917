// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Foundation
import RunStore

/// Shows a run, finished or under way.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show a run: its settings, generations, returns, workers and events.",
        discussion: """
            The digests (SHA-256 of the optimiser's state and of the candidates' mean returns)
            depend on nothing but the settings and the returns: two runs of the same settings and
            models have the same ones.
            """)

    @Argument(help: "The run's directory.")
    var logdir: String

    @Flag(help: "Print the generations as comma-separated values.")
    var csv = false

    @Flag(help: "Print everything as one JSON object.")
    var json = false

    @Flag(help: "List all generations, not the last 30 alone.")
    var all = false

    @Option(
        help: .init("Say where another run's digests begin to differ.", valueName: "logdir"))
    var compare: String?

    func validate() throws {
        if csv && json { throw ValidationError("--csv or --json, not both") }
    }

    func run() throws {
        let report = try RunReport(RunDirectory(path: logdir))
        if let compare {
            let comparison = RunComparison(report, try RunReport(RunDirectory(path: compare)))
            print("\(logdir) and \(compare): \(comparison)")
            guard case .equal = comparison else { throw ExitCode.failure }
        } else if json {
            FileHandle.standardOutput.write(try report.json() + Data("\n".utf8))
        } else if csv {
            print(report.csv, terminator: "")
        } else {
            print(report.text(rows: all ? nil : 30), terminator: "")
        }
    }
}
