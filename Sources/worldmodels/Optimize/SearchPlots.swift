// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import EvolutionStrategies
import Pictures

/// Four pictures of a search in one, as users of pycma know them.
struct SearchPlots {
    /// What it went through.
    let history: SearchHistory
    /// What is written above.
    let title: String

    /// The four pictures.
    var plots: [LinePlot] { [costs, steps, means, deviations] }

    /// All in one.
    var image: RGBImage {
        RGBImage.grid(
            plots.map { $0.image(width: 900, height: 560) }, columns: 2, gap: 0, color: .white)
    }

    private static let xLabel = "evaluations"

    private func series(
        _ name: String, _ value: (SearchHistory.Entry) -> Double
    ) -> LinePlot.Series {
        .init(
            name: name,
            points: history.entries.map { .init(x: Double($0.evaluations), y: value($0)) })
    }

    private var costs: LinePlot {
        // Costs may be negative: how far above the best one they lie says as much.
        let least = history.entries.map(\.bestCost).filter(\.isFinite).min() ?? 0
        var plot = LinePlot(
            title: title, xLabel: Self.xLabel, yLabel: "cost",
            series: [
                series("a generation's median, above the best of all") { $0.medianCost - least },
                series("its best, above the best of all") { $0.leastCost - least },
                series("|best so far|") { abs($0.bestCost) },
            ])
        plot.isLogarithmic = true
        return plot
    }

    private var steps: LinePlot {
        var plot = LinePlot(
            title: "Step size and axes", xLabel: Self.xLabel, yLabel: "",
            series: [
                series("sigma") { $0.sigma }, series("axis ratio") { $0.axisRatio },
                series("greatest deviation") { $0.deviations.max() ?? .nan },
                series("least deviation") { $0.deviations.min() ?? .nan },
            ])
        plot.isLogarithmic = true
        return plot
    }

    private var means: LinePlot {
        LinePlot(
            title: "Variables of the mean", xLabel: Self.xLabel, yLabel: "value",
            series: coordinates { $0.mean })
    }

    private var deviations: LinePlot {
        var plot = LinePlot(
            title: "Standard deviations of the variables", xLabel: Self.xLabel,
            yLabel: "deviation", series: coordinates { $0.deviations })
        plot.isLogarithmic = true
        return plot
    }

    private func coordinates(
        _ values: (SearchHistory.Entry) -> [Double]
    ) -> [LinePlot.Series] {
        let count = history.entries.map { values($0).count }.max() ?? 0
        return (0..<count).map { index in
            var line = series(count > Self.named ? "" : "\(index)") { entry in
                let numbers = values(entry)
                return index < numbers.count ? numbers[index] : .nan
            }
            line.color = RGBColor.palette[index % RGBColor.palette.count]
            return line
        }
    }

    /// Of so many variables the legend has names.
    private static let named = 20
}
