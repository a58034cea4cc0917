// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import ArrayFiles
import Dashboard
import Episodes
import Foundation
import Pictures
import RunReports
import RunStore
import TensorBoardFiles
import TerminalOutput

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show a run: its settings, generations, returns, rollouts, workers and events.",
        discussion: """
            The digests (SHA-256 of the optimiser's state and of the candidates' mean returns) \
            depend on nothing but the settings and the returns: two runs of the same settings and \
            models have the same ones. --plot, --png and --html take several runs and lay them over \
            one another.
            """)

    /// Which rollouts.
    enum RolloutPurpose: String, ExpressibleByArgument, CaseIterable {
        case training
        case evaluation
    }

    @Argument(
        help: .init(
            "The run's directory; several for --plot, --png and --html.", valueName: "logdir"))
    var logdirs: [String]

    @Flag(help: "Print the generations (or what else is listed) as comma-separated values.")
    var csv = false

    @Flag(
        help: """
            Print everything as one JSON object, on one line; of --rollouts and --tracks an object a \
            line.
            """)
    var json = false

    @Option(help: .init("Draw the returns into a PNG file.", valueName: "file"))
    var png: String?

    @Flag(help: "Draw the returns on the terminal, as large as it is.")
    var plot = false

    @Flag(
        help: """
            With --png and --plot: draw over the environment steps; one run's picture is beside what \
            the paper's run had after as many.
            """)
    var steps = false

    @Option(
        help: .init(
            """
            Write event files for TensorBoard into a directory; what is there of this run already is \
            continued.
            """, valueName: "dir"))
    var tensorboard: String?

    @Option(
        help: .init(
            """
            Write the page of 'dashboard' with its data into one file, which opens without a network \
            and can be sent to somebody. What would make it larger than a mail bears is left out, and \
            named.
            """, valueName: "file"))
    var html: String?

    @Flag(help: "Show it again every two seconds, in place, until interrupted.")
    var watch = false

    @Flag(help: "List the rollouts: for people those of the last generation, unless --all.")
    var rollouts = false

    @Flag(
        help: """
            List the tracks, the hardest first: mean return and spread of all that was driven there, \
            and how it ended.
            """)
    var tracks = false

    @Option(help: .init("With --rollouts and --tracks: of this generation.", valueName: "number"))
    var generation: Int?

    @Option(
        help: .init("With --rollouts and --tracks: training or evaluation.", valueName: "kind"))
    var purpose: RolloutPurpose?

    @Flag(help: "List everything, not the last 30 generations (or the 30 hardest tracks) alone.")
    var all = false

    @Option(
        help: .init("Say where another run's digests begin to differ.", valueName: "logdir"))
    var compare: String?

    func validate() throws {
        let lists = [rollouts, tracks].count { $0 }
        let isFile = png != nil || tensorboard != nil || html != nil
        let forms = [csv, json, compare != nil, plot, png != nil, tensorboard != nil, html != nil]
        if forms.count(where: { $0 }) > 1 {
            throw ValidationError(
                "one of --csv, --json, --png, --plot, --html, --tensorboard and --compare")
        }
        if lists > 1 { throw ValidationError("one of --rollouts and --tracks") }
        if lists == 1, isFile || compare != nil || plot || watch {
            throw ValidationError("--rollouts and --tracks go with --csv or --json alone")
        }
        if lists == 0, generation != nil || purpose != nil {
            throw ValidationError(
                "--generation and --purpose are of use with --rollouts or --tracks")
        }
        if steps, png == nil, !plot {
            throw ValidationError("--steps is of use with --png or --plot")
        }
        if watch, csv || json || isFile || compare != nil {
            throw ValidationError("--watch shows the report or the --plot")
        }
        if logdirs.count > 1, png == nil, html == nil, !plot {
            throw ValidationError("several runs are drawn: give --plot, --png FILE or --html FILE")
        }
        if logdirs.count > RunPlots.limit {
            throw ValidationError("\(logdirs.count) runs: at most \(RunPlots.limit) are told apart")
        }
    }

    func run() throws {
        if rollouts || tracks { return try printList() }
        if watch { return try keepWatching() }
        if let tensorboard {
            let run = RunDirectory(path: logdirs[0])
            let reader = try RunReader(run)
            let url = URL(fileURLWithPath: tensorboard)
            let export = try TensorBoardExport(of: run, reader, to: url, now: Date())
            try export.update(from: reader, now: Date())
            print("\(tensorboard): look at it with 'tensorboard --logdir \(tensorboard)'")
            return
        }
        if let html { return try writePage(to: html) }
        let reports = try logdirs.map { try RunReport(RunDirectory(path: $0)) }
        let report = reports[0]
        if let compare {
            let comparison = RunComparison(report, try RunReport(RunDirectory(path: compare)))
            print("\(logdirs[0]) and \(compare): \(comparison)")
            guard case .equal = comparison else { throw ExitCode.failure }
        } else if let png {
            try RunPlots(reports: reports, overSteps: steps).picture.image()
                .writePNG(to: URL(fileURLWithPath: png))
            printSummary(of: png, "\(png): \(Self.summary(of: reports))")
        } else if plot {
            print(plotLines(reports).joined(separator: "\n"))
        } else if json {
            print(String(decoding: try report.json(), as: UTF8.self))
        } else if csv {
            print(report.csv, terminator: "")
        } else {
            print(report.text(rows: all ? nil : 30), terminator: "")
        }
    }

    private func writePage(to path: String) throws {
        // A folder of runs is none, and what is wrong with a run is found before anything is written.
        for logdir in logdirs { _ = try RunReader(RunDirectory(path: logdir)) }
        let page = try PageFile(
            RunCatalog(paths: logdirs, films: RunFilms()), written: Date())
        try AtomicFile.write(page.html, to: URL(fileURLWithPath: path))
        let runs = logdirs.count == 1 ? "the run" : "\(logdirs.count) runs"
        let size = Format.bytes(page.html.count)
        printSummary(of: path, "\(path): the page of \(runs), \(size); open it in a browser")
        for sentence in page.absent { printSummary(of: path, "left out: \(sentence)") }
    }

    private static func summary(of reports: [RunReport]) -> String {
        reports.count == 1
            ? "the returns of \(reports[0].generations.count) generations"
            : "the returns of \(reports.count) runs"
    }

    private func plotLines(_ reports: [RunReport]) -> [String] {
        let terminal = Terminal.standardOutput
        let lines = RunPlots(reports: reports, overSteps: steps)
            .lines(width: terminal.width, height: watch ? terminal.height - 4 : terminal.height)
        return lines.isEmpty ? ["no generation is complete yet"] : lines
    }

    private func printList() throws {
        let reader = try RunReader(RunDirectory(path: logdirs[0]))
        let lists = RunLists(
            reader: reader, form: csv ? .csv : json ? .json : .text, generation: generation,
            purpose: purpose.flatMap { Purpose(rawValue: $0.rawValue) }, all: all)
        if rollouts { try lists.printRollouts() } else { try lists.printTracks() }
    }

    private func keepWatching() throws {
        var screen = TerminalScreen(.standardOutput)
        while true {
            let reports = try logdirs.map { try RunReport(RunDirectory(path: $0)) }
            let lines =
                plot
                ? reports.map(\.progress) + plotLines(reports)
                : reports[0].watched(rows: Terminal.standardOutput.height)
            guard screen.show(lines) else { return }
            Thread.sleep(forTimeInterval: 2)
        }
    }
}
