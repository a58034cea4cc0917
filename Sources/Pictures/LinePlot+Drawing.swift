// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

extension LinePlot {
    /// Draws the plot, at least 300 x 200 pixels; without texts on a host that has no fonts.
    public func image(width: Int = 1200, height: Int = 700) -> RGBImage {
        precondition(width >= 300 && height >= 200, "a plot of \(width) x \(height) pixels")
        let canvas = Canvas(width: width, height: height, background: .white)
        LinePlotPainter(plot: isLogarithmic ? logarithms : self, canvas: canvas).paint()
        return canvas.image()
    }
}

/// One drawing of a plot: the scales and the steps.
private struct LinePlotPainter {
    private let plot: LinePlot
    private let canvas: Canvas
    private let xTicks: AxisTicks
    private let yTicks: AxisTicks
    private let xRange: ClosedRange<Double>
    private let left: Double
    private let top: Double
    /// Where the legend names each series: the left end of its stroke, and the line.
    private let legend: [CGPoint]
    private let right: Double
    private let bottom: Double

    private static let ink = RGBColor(51, 51, 51)
    private static let faint = RGBColor(226, 226, 226)
    private static let labelSize = 15.0
    private static let nameSize = 14.0
    private static let firstLegendLine = 62.0

    init(plot: LinePlot, canvas: Canvas) {
        self.plot = plot
        self.canvas = canvas
        let points = plot.series.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
        let xs = points.map(\.x)
        let references = plot.references.map(\.y).filter(\.isFinite)
        let lows = points.map { $0.y - Self.deviation($0) } + references
        let highs = points.map { $0.y + Self.deviation($0) } + references
        let xLow = xs.min() ?? 0
        let xHigh = xs.max() ?? 1
        xTicks = AxisTicks(low: xLow, high: xHigh, count: max(3, canvas.width / 110))
        yTicks = AxisTicks(
            low: lows.min() ?? 0, high: highs.max() ?? 1, count: max(3, canvas.height / 80))
        // Across, the curve fills the axis; the marks outside of it are left out.
        xRange = xLow < xHigh ? xLow...xHigh : xTicks.low...xTicks.high
        let ticks = yTicks
        let widest = ticks.values.map {
            canvas.textWidth(Self.label($0, ticks, plot), size: Self.labelSize)
        }
        left = 56 + (widest.max() ?? 0)
        // The names of lines stand beside them, where they hide no curve.
        let names = plot.references.map { canvas.textWidth($0.name, size: Self.nameSize) }
        right = Double(canvas.width) - 30 - min(names.max() ?? 0, Double(canvas.width) / 3)
        bottom = Double(canvas.height) - 66
        legend = Self.legend(plot, canvas, from: left + 4, to: Double(canvas.width) - 10)
        top = (legend.last.map { Double($0.y) } ?? Self.firstLegendLine) + 22
    }

    func paint() {
        paintAxes()
        paintReferences()
        canvas.clipped(x: left, y: top, width: right - left, height: bottom - top) {
            for (index, series) in plot.series.enumerated() { paintBand(series, color(index)) }
        }
        // Curves stay within the axes by their scale; a clip would only cut their thickness.
        for (index, series) in plot.series.enumerated() { paintCurve(series, color(index)) }
        paintLegend()
        let middle = (left + right) / 2
        canvas.text(
            plot.title, x: middle, y: 26, size: 21, color: Self.ink, anchor: .center, isBold: true)
        canvas.text(
            plot.xLabel, x: middle, y: bottom + 46, size: 16, color: Self.ink, anchor: .center)
        canvas.text(
            plot.yLabel, x: 22, y: (top + bottom) / 2, size: 16, color: Self.ink, anchor: .center,
            isUpright: true)
    }

    private func paintAxes() {
        for value in yTicks.values {
            let y = crisp(self.y(value))
            canvas.line(
                [CGPoint(x: left, y: y), CGPoint(x: right, y: y)], color: Self.faint, width: 1)
            canvas.text(
                Self.label(value, yTicks, plot), x: left - 10, y: y, size: Self.labelSize,
                color: Self.ink,
                anchor: .right)
        }
        let tolerance = (xRange.upperBound - xRange.lowerBound) * 1e-9
        for value in xTicks.values
        where value >= xRange.lowerBound - tolerance && value <= xRange.upperBound + tolerance {
            let x = crisp(self.x(value))
            canvas.line(
                [CGPoint(x: x, y: top), CGPoint(x: x, y: bottom)], color: Self.faint, width: 1)
            canvas.text(
                xTicks.label(value), x: x, y: bottom + 18, size: Self.labelSize, color: Self.ink,
                anchor: .center)
        }
        let corner = CGPoint(x: crisp(left), y: crisp(bottom))
        canvas.line(
            [CGPoint(x: corner.x, y: top), corner, CGPoint(x: right, y: corner.y)],
            color: Self.ink, width: 1)
    }

    private func paintReferences() {
        for reference in plot.references where reference.y.isFinite {
            let y = crisp(self.y(reference.y))
            canvas.line(
                [CGPoint(x: left, y: y), CGPoint(x: right, y: y)], color: Self.ink, width: 1.5,
                dashes: [7, 5])
            canvas.text(
                reference.name, x: right + 8, y: y, size: Self.nameSize, color: Self.ink,
                anchor: .left)
        }
    }

    private func paintBand(_ series: LinePlot.Series, _ color: RGBColor) {
        for run in runs(series) where run.contains(where: { Self.deviation($0) > 0 }) {
            let upper = run.map { CGPoint(x: x($0.x), y: y($0.y + Self.deviation($0))) }
            let lower = run.map { CGPoint(x: x($0.x), y: y($0.y - Self.deviation($0))) }
            canvas.area(upper + lower.reversed(), color: color, opacity: 0.18)
        }
    }

    private func paintCurve(_ series: LinePlot.Series, _ color: RGBColor) {
        for run in runs(series) {
            let points = run.map { CGPoint(x: x($0.x), y: y($0.y)) }
            canvas.line(points, color: color, width: points.count == 1 ? 7 : 2.5)
        }
    }

    /// The places of the names, on as many lines as they need.
    private static func legend(
        _ plot: LinePlot, _ canvas: Canvas, from left: Double, to right: Double
    ) -> [CGPoint] {
        var place = CGPoint(x: left, y: firstLegendLine)
        return plot.series.map { series in
            if series.name.isEmpty { return place }
            let width = 36 + canvas.textWidth(series.name, size: labelSize)
            if place.x > left, place.x + width > right {
                place = CGPoint(x: left, y: place.y + 22)
            }
            defer { place.x += width + 32 }
            return place
        }
    }

    private func paintLegend() {
        for (index, (series, place)) in zip(plot.series, legend).enumerated()
        where !series.name.isEmpty {
            canvas.line(
                [place, CGPoint(x: place.x + 26, y: place.y)], color: color(index), width: 4)
            canvas.text(
                series.name, x: place.x + 36, y: place.y, size: Self.labelSize, color: Self.ink,
                anchor: .left)
        }
    }

    /// The text of a vertical mark: of a logarithm what it is one of.
    private static func label(_ value: Double, _ ticks: AxisTicks, _ plot: LinePlot) -> String {
        plot.isLogarithmic ? String(format: "%.3g", pow(10, value)) : ticks.label(value)
    }

    /// The stretches of a curve between values that are not finite.
    private func runs(_ series: LinePlot.Series) -> [ArraySlice<LinePlot.Point>] {
        series.points.split { !($0.x.isFinite && $0.y.isFinite) }
    }

    private static func deviation(_ point: LinePlot.Point) -> Double {
        point.deviation.isFinite ? max(0, point.deviation) : 0
    }

    private func color(_ index: Int) -> RGBColor {
        plot.series[index].color ?? RGBColor.palette[index % RGBColor.palette.count]
    }

    private func x(_ value: Double) -> Double {
        let share = (value - xRange.lowerBound) / (xRange.upperBound - xRange.lowerBound)
        return left + share * (right - left)
    }

    private func y(_ value: Double) -> Double {
        bottom - (value - yTicks.low) / (yTicks.high - yTicks.low) * (bottom - top)
    }

    /// The middle of a pixel, where a line of width 1 fills exactly that pixel.
    private func crisp(_ position: Double) -> Double {
        position.rounded(.down) + 0.5
    }
}
