// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Pictures
import RunReports
import RunStore
import TerminalOutput

/// Plots of one run, or of several over one another, as a picture and for the terminal.
struct RunPlots {
    /// What of several runs is compared.
    enum Quantity {
        /// The evaluations of the distribution's mean.
        case evaluation
        /// The candidates' average, where a run has no evaluation.
        case average

        var label: String {
            switch self {
            case .evaluation: "mean return on the evaluation tracks"
            case .average: "candidates' average return"
            }
        }
    }

    private typealias Point = (x: Double, y: Double)

    let reports: [RunReport]
    /// Whether over the steps, not the generations.
    let overSteps: Bool

    /// What is compared: evaluations where every run has some.
    var quantity: Quantity {
        let haveAll = reports.allSatisfy { report in
            report.generations.contains { $0.evaluation?.mean.isFinite == true }
        }
        return haveAll ? .evaluation : .average
    }

    private var xLabel: String {
        overSteps ? "environment steps of the search, in millions" : "generation"
    }

    private func x(_ row: RunReport.Generation) -> Double {
        overSteps ? Double(row.totalSteps) / 1e6 : Double(row.record.generation)
    }

    /// The curve of each run.
    private func curves() -> [(name: String, points: [Point])] {
        let quantity = quantity
        return zip(names, reports).map { name, report in
            let points = report.generations.compactMap { row -> Point? in
                let value =
                    switch quantity {
                    case .evaluation: row.evaluation?.mean
                    case .average: row.record.mean
                    }
                return value.map { (x(row), $0) }
            }
            return (name, points)
        }
    }

    /// The directories' names, or their paths where two have one name.
    private var names: [String] {
        let short = reports.map { URL(fileURLWithPath: $0.path).lastPathComponent }
        return Set(short).count == short.count ? short : reports.map(\.path)
    }

    // MARK: The terminal

    /// What tells runs apart where there are no colours.
    private static let marks: [Character] = ["●", "△", "■", "◇", "▲", "○", "◆", "□", "+", "x"]
    /// The most runs that a plot for the terminal shows.
    static let limit = marks.count

    /// A plot for a terminal of so many columns and rows; no line where there is nothing to draw.
    func lines(width: Int, height: Int) -> [String] {
        let plot = TextPlot(
            width: max(20, min(width - 10, 160)), height: max(4, min(height - 6, 40)))
        guard reports.count > 1 else { return oneRun(plot) }
        // A run's points are joined, and a mark every few columns says whose line it is.
        var series: [TextPlot.Series] = []
        for (index, curve) in curves().enumerated() {
            series.append(.init(name: "", points: curve.points, isListed: false))
            let finite = curve.points.filter { $0.y.isFinite }
            let step = max(1, finite.count / 12)
            let offset = index * step / max(1, reports.count)
            let marked = finite.enumerated().filter { place, _ in
                place % step == offset % step || place == finite.count - 1
            }
            series.append(
                .init(
                    name: curve.name, style: .marks(Self.marks[index % Self.limit]),
                    points: marked.map(\.element)))
        }
        let lines = plot.lines(series, xLabel: xLabel)
        return lines.isEmpty ? [] : [quantity.label] + lines
    }

    private func oneRun(_ plot: TextPlot) -> [String] {
        func points(_ value: (RunReport.Generation) -> Double?) -> [Point] {
            reports[0].generations.map { (x: x($0), y: value($0) ?? .nan) }
        }
        return plot.lines(reports[0].curves("return", points), xLabel: xLabel)
    }

    // MARK: The picture

    /// The picture of one run with all its curves, or of several with one curve each.
    var picture: LinePlot {
        if reports.count == 1 {
            return overSteps ? reports[0].pictureOverSteps : reports[0].picture
        }
        return LinePlot(
            title: "\(reports.count) runs", xLabel: xLabel, yLabel: quantity.label,
            series: curves().map { curve in
                .init(name: curve.name, points: curve.points.map { .init(x: $0.x, y: $0.y) })
            },
            references: [RunReport.paper])
    }
}

extension RunReport {
    /// The returns over the generations, with the paper's result to compare with.
    fileprivate var picture: LinePlot {
        let records = generations.map(\.record)
        func mean(_ records: [GenerationRecord]) -> [LinePlot.Point] {
            records.map {
                // Without a spread there is no band.
                LinePlot.Point(
                    x: Double($0.generation), y: $0.mean,
                    deviation: $0.standardDeviation.isFinite ? $0.standardDeviation : 0)
            }
        }
        let best = records.map { LinePlot.Point(x: Double($0.generation), y: $0.best) }
        // What dreams promise beyond what is driven.
        let gap = generations.compactMap { row in
            row.record.isDream
                ? row.evaluation.map {
                    LinePlot.Point(
                        x: Double(row.record.generation), y: row.record.mean - $0.mean)
                } : nil
        }
        // What is dreamt and what is driven are two things.
        let averages: [LinePlot.Series] =
            hasDreams
            ? [
                ("candidates' average in dreams", mean(records.filter(\.isDream))),
                ("candidates' average, driven", mean(records.filter { !$0.isDream })),
            ].filter { !$0.1.isEmpty }.map { .init(name: $0.0, points: $0.1) }
            : [.init(name: "candidates' average, with their deviation", points: mean(records))]
        return LinePlot(
            title: name, xLabel: "generation", yLabel: "return",
            series: averages + [
                .init(name: "best candidate", points: best),
                .init(
                    name: "the mean on the evaluation tracks"
                        + (hasDreams ? ", driven" : ""),
                    points: evaluations { Double($0.record.generation) }),
            ] + (gap.isEmpty ? [] : [.init(name: "gap: dreams less evaluation", points: gap)]),
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

    fileprivate static let paper = LinePlot.Reference(name: "Ha & Schmidhuber 2018: 906", y: 906)
    /// Evaluations of the published run, in generations of 64 x 16 rollouts.
    private static let paperEvaluations: [(millionSteps: Double, mean: Double)] = [
        (25, 823), (51, 867), (201, 880),
    ]
}
