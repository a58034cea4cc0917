// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Foundation
import Pictures
import RunReports
import RunStore

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show a run: its settings, generations, returns, workers and events.",
        discussion: """
            The digests (SHA-256 of the optimiser's state and of the candidates' mean returns) \
            depend on nothing but the settings and the returns: two runs of the same settings and \
            models have the same ones.
            """)

    @Argument(help: "The run's directory.")
    var logdir: String

    @Flag(help: "Print the generations as comma-separated values.")
    var csv = false

    @Flag(help: "Print everything as one JSON object, on one line.")
    var json = false

    @Option(help: .init("Draw the returns into a PNG file.", valueName: "file"))
    var png: String?

    @Flag(help: "Draw over the environment steps, beside what the paper's run had after as many.")
    var steps = false

    @Flag(help: "List all generations, not the last 30 alone.")
    var all = false

    @Option(
        help: .init("Say where another run's digests begin to differ.", valueName: "logdir"))
    var compare: String?

    func validate() throws {
        let forms = [csv, json, png != nil, compare != nil].count { $0 }
        if forms > 1 { throw ValidationError("one of --csv, --json, --png and --compare") }
        if steps && png == nil { throw ValidationError("--steps is of use with --png alone") }
    }

    func run() throws {
        let report = try RunReport(RunDirectory(path: logdir))
        if let compare {
            let comparison = RunComparison(report, try RunReport(RunDirectory(path: compare)))
            print("\(logdir) and \(compare): \(comparison)")
            guard case .equal = comparison else { throw ExitCode.failure }
        } else if let png {
            let picture = steps ? report.pictureOverSteps : report.picture
            try picture.image().writePNG(to: URL(fileURLWithPath: png))
            printSummary(of: png, "\(png): the returns of \(report.generations.count) generations")
        } else if json {
            print(String(decoding: try report.json(), as: UTF8.self))
        } else if csv {
            print(report.csv, terminator: "")
        } else {
            print(report.text(rows: all ? nil : 30), terminator: "")
        }
    }
}

extension RunReport {
    /// The returns over the generations, with the paper's result to compare with.
    fileprivate var picture: LinePlot {
        let records = generations.map(\.record)
        let mean = records.map {
            // Without a spread there is no band.
            LinePlot.Point(
                x: Double($0.generation), y: $0.mean,
                deviation: $0.standardDeviation.isFinite ? $0.standardDeviation : 0)
        }
        let best = records.map { LinePlot.Point(x: Double($0.generation), y: $0.best) }
        return LinePlot(
            title: name, xLabel: "generation", yLabel: "return",
            series: [
                .init(name: "candidates' average, with their deviation", points: mean),
                .init(name: "best candidate", points: best),
                .init(
                    name: "the mean on the evaluation tracks",
                    points: evaluations { Double($0.record.generation) }),
            ],
            references: [Self.paper])
    }

    /// The evaluations over the steps of the search.
    fileprivate var pictureOverSteps: LinePlot {
        let last = Double(generations.last?.totalSteps ?? 0) / 1e6
        // What lies far beyond the run's end would press its curve against the axis.
        let shown = Self.paperEvaluations.filter { $0.millionSteps <= max(60, 2 * last) }
        return LinePlot(
            title: name, xLabel: "environment steps of the search, in millions",
            yLabel: "mean return on the evaluation tracks",
            series: [
                .init(name: "this run", points: evaluations { Double($0.totalSteps) / 1e6 }),
                .init(
                    name: "the paper's run",
                    points: shown.map { .init(x: $0.millionSteps, y: $0.mean) }),
            ],
            references: [Self.paper])
    }

    /// The directory's name: where it lies is nothing to show to others.
    private var name: String { URL(fileURLWithPath: path).lastPathComponent }

    /// Evaluations of the distribution's mean; generations without one would interrupt the curve.
    private func evaluations(at position: (Generation) -> Double) -> [LinePlot.Point] {
        generations.compactMap { row in
            row.evaluation.map { LinePlot.Point(x: position(row), y: $0.mean) }
        }
    }

    private static let paper = LinePlot.Reference(name: "Ha & Schmidhuber 2018: 906", y: 906)
    /// Evaluations of the published run, in generations of 64 x 16 rollouts.
    private static let paperEvaluations: [(millionSteps: Double, mean: Double)] = [
        (25, 823), (51, 867), (201, 880),
    ]
}
