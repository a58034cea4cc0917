// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Foundation
import Pictures
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

    @Option(help: .init("Draw the returns into a PNG file.", valueName: "file"))
    var png: String?

    @Flag(help: "List all generations, not the last 30 alone.")
    var all = false

    @Option(
        help: .init("Say where another run's digests begin to differ.", valueName: "logdir"))
    var compare: String?

    func validate() throws {
        let forms = [csv, json, png != nil, compare != nil].count { $0 }
        if forms > 1 { throw ValidationError("one of --csv, --json, --png and --compare") }
    }

    func run() throws {
        let report = try RunReport(RunDirectory(path: logdir))
        if let compare {
            let comparison = RunComparison(report, try RunReport(RunDirectory(path: compare)))
            print("\(logdir) and \(compare): \(comparison)")
            guard case .equal = comparison else { throw ExitCode.failure }
        } else if let png {
            try report.picture.image().writePNG(to: URL(fileURLWithPath: png))
            print("\(png): the returns of \(report.generations.count) generations")
        } else if json {
            FileHandle.standardOutput.write(try report.json() + Data("\n".utf8))
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
        let mean = generations.map {
            LinePlot.Point(
                x: Double($0.generation), y: $0.mean ?? .nan, deviation: $0.standardDeviation ?? 0)
        }
        let best = generations.map {
            LinePlot.Point(x: Double($0.generation), y: $0.best ?? .nan)
        }
        // Points without an evaluation would interrupt its curve.
        let evaluated = generations.compactMap { row in
            row.evaluationMean.map { LinePlot.Point(x: Double(row.generation), y: $0) }
        }
        return LinePlot(
            title: path, xLabel: "generation", yLabel: "return",
            series: [
                .init(name: "candidates' average, with their deviation", points: mean),
                .init(name: "best candidate", points: best),
                .init(name: "the mean on the evaluation tracks", points: evaluated),
            ],
            references: [.init(name: "Ha & Schmidhuber 2018: 906", y: 906)])
    }
}
