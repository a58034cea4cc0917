// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// Curves over a common axis, such as the returns of generations, as a picture.
public struct LinePlot: Sendable, Hashable {
    /// A point of a curve.
    public struct Point: Sendable, Hashable {
        /// The position on the horizontal axis.
        public var x: Double
        /// The value; one that is not finite interrupts the curve.
        public var y: Double
        /// Half the height of the band around the value, such as a standard deviation.
        public var deviation: Double

        /// Makes a point.
        public init(x: Double, y: Double, deviation: Double = 0) {
            self.x = x
            self.y = y
            self.deviation = deviation
        }
    }

    /// A curve.
    public struct Series: Sendable, Hashable {
        /// What the legend calls it; one without a name is not in the legend.
        public var name: String
        /// The points, in the order in which they are joined.
        public var points: [Point]
        /// The colour; nil takes the next of the palette.
        public var color: RGBColor?

        /// Makes a curve.
        public init(name: String, points: [Point], color: RGBColor? = nil) {
            self.name = name
            self.points = points
            self.color = color
        }
    }

    /// A horizontal line to compare with.
    public struct Reference: Sendable, Hashable {
        /// What is written at the line.
        public var name: String
        /// Where it lies.
        public var y: Double

        /// Makes a line.
        public init(name: String, y: Double) {
            self.name = name
            self.y = y
        }
    }

    /// What is written above.
    public var title: String
    /// What the horizontal axis shows, with its unit.
    public var xLabel: String
    /// What the vertical axis shows, with its unit.
    public var yLabel: String
    /// The curves.
    public var series: [Series]
    /// Horizontal lines to compare with.
    public var references: [Reference]
    /// Whether the vertical axis is logarithmic: values that are not positive interrupt a curve, and
    /// there are no bands.
    public var isLogarithmic = false

    /// Makes a plot.
    public init(
        title: String, xLabel: String, yLabel: String, series: [Series],
        references: [Reference] = []
    ) {
        self.title = title
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.series = series
        self.references = references
    }

    /// The plot with the decimal logarithms of its values.
    var logarithms: LinePlot {
        func logarithm(_ value: Double) -> Double { value > 0 ? log10(value) : .nan }
        var plot = self
        plot.series = series.map { series in
            var series = series
            series.points = series.points.map { Point(x: $0.x, y: logarithm($0.y)) }
            return series
        }
        plot.references = references.map { Reference(name: $0.name, y: logarithm($0.y)) }
        return plot
    }
}
