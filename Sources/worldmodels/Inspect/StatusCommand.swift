// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import ClusterProtocol
import Foundation
import TerminalOutput

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what a coordinator and its workers are doing.")

    @OptionGroup var coordinator: CoordinatorClientOptions

    @Flag(help: "Print one JSON object, on one line.")
    var json = false

    @Flag(help: "List each core of each worker.")
    var cores = false

    @Flag(help: "Show it again every two seconds, in place, until interrupted.")
    var watch = false

    func run() throws {
        var client = try coordinator.client()
        defer { client.close() }
        var screen = TerminalScreen(.standardOutput)
        repeat {
            let (run, status) = try client.ask(.statusRequest) { message in
                if case .status(let status) = message { status } else { nil }
            }
            let report = StatusReport(run: run, status)
            let lines = report.lines(listsCores: cores)
            if watch {
                guard screen.show(lines) else { return }
                Thread.sleep(forTimeInterval: 2)
            } else if json {
                try printJSON(report)
            } else {
                print(lines.joined(separator: "\n"))
            }
        } while watch
    }
}
