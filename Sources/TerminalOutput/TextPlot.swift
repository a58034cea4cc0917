// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// A plot for the terminal: lines of braille characters, which have 2 x 4 dots each, and marks.
package struct TextPlot: Sendable {
    /// How a series looks.
    package enum Style: Sendable {
        /// Dots joined by lines.
        case line
        /// A character at each point.
        case marks(Character)
    }

    /// Points that belong together.
    package struct Series: Sendable {
        /// What it is, for the legend.
        package var name: String
        /// How it looks.
        package var style: Style
        /// Its points, ascending in x; values that are not finite interrupt a line.
        package var points: [(x: Double, y: Double)]
        /// Whether the legend names it.
        package var isListed: Bool

        /// Collects the parts.
        package init(
            name: String, style: Style = .line, points: [(x: Double, y: Double)],
            isListed: Bool = true
        ) {
            self.name = name
            self.style = style
            self.points = points
            self.isListed = isListed
        }

        fileprivate var drawable: [(x: Double, y: Double)] {
            points.filter(TextPlot.isDrawable)
        }
    }

    /// The columns of the drawing, without the labels at the left.
    package var width: Int
    /// The lines of the drawing.
    package var height: Int

    /// Sets the size of a plot, without the labels, in characters.
    package init(width: Int = 64, height: Int = 16) {
        precondition(width >= 2 && height >= 2, "a plot of \(width) x \(height) characters")
        self.width = width
        self.height = height
    }

    /// Draws series over one pair of axes, the later over the earlier.
    ///
    /// At the left stand the values of the top, the middle and the bottom, below the range of x,
    /// its label and the legend. There are no lines where there is nothing to draw.
    package func lines(_ series: [Series], xLabel: String) -> [String] {
        let points = series.flatMap(\.drawable)
        guard let first = points.first else { return [] }
        var (left, right, low, high) = (first.x, first.x, first.y, first.y)
        for point in points {
            (left, right) = (min(left, point.x), max(right, point.x))
            (low, high) = (min(low, point.y), max(high, point.y))
        }
        if low == high { (low, high) = (low - 1 - abs(low) * 0.01, high + 1 + abs(high) * 0.01) }
        var dots = DotGrid(width: width * 2, height: height * 4)
        func dot(_ point: (x: Double, y: Double)) -> (x: Int, y: Int) {
            let across = left < right ? (point.x - left) / (right - left) : 0
            let down = (high - point.y) / (high - low)
            return (
                x: Int((across * Double(dots.width - 1)).rounded()),
                y: Int((down * Double(dots.height - 1)).rounded())
            )
        }
        for series in series {
            var previous: (x: Int, y: Int)?
            for point in series.points {
                guard Self.isDrawable(point) else {
                    previous = nil
                    continue
                }
                let next = dot(point)
                switch series.style {
                case .line: dots.line(from: previous ?? next, to: next)
                case .marks(let mark): dots.mark(next, mark)
                }
                previous = next
            }
        }
        return framed(
            dots.lines, low: low, high: high, left: left, right: right, xLabel: xLabel,
            legend: legend(series))
    }

    private func legend(_ series: [Series]) -> String {
        series.filter { $0.isListed && !$0.drawable.isEmpty }.map { series in
            switch series.style {
            case .line: "⠒⠒ \(series.name)"
            case .marks(let mark): "\(mark) \(series.name)"
            }
        }.joined(separator: "   ")
    }

    private func framed(
        _ lines: [String], low: Double, high: Double, left: Double, right: Double, xLabel: String,
        legend: String
    ) -> [String] {
        // In a plot of two lines the middle is the top too, which is worth more.
        var labels = [(height - 1) / 2: Format.number((high + low) / 2)]
        labels[0] = Format.number(high)
        labels[height - 1] = Format.number(low)
        let margin = labels.values.map(\.count).max() ?? 0
        var result = lines.enumerated().map { index, line in
            let label = labels[index] ?? ""
            let blanks = String(repeating: " ", count: margin - label.count)
            return blanks + label + (label.isEmpty ? " │" : " ┤") + line
        }
        let blanks = String(repeating: " ", count: margin)
        result.append(blanks + " └" + String(repeating: "─", count: width))
        let (from, to) = (Format.number(left), Format.number(right))
        let gap = max(2, width - from.count - to.count - xLabel.count)
        let before = String(repeating: " ", count: gap / 2)
        let after = String(repeating: " ", count: gap - gap / 2)
        result.append(blanks + "  " + from + before + xLabel + after + to)
        result.append(blanks + "  " + legend)
        return result
    }

    /// Not beyond what differences of doubles can hold.
    private static func isDrawable(_ point: (x: Double, y: Double)) -> Bool {
        abs(point.x) <= 1e300 && abs(point.y) <= 1e300
    }
}

/// Dots that are either set or not, printed eight to a character, and marks that hide them.
private struct DotGrid {
    let width: Int
    let height: Int
    private var isSet: [Bool]
    private var marks: [Int: Character] = [:]

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        isSet = [Bool](repeating: false, count: width * height)
    }

    /// Puts a character over the dots around one.
    mutating func mark(_ dot: (x: Int, y: Int), _ mark: Character) {
        marks[dot.y / 4 * (width / 2) + dot.x / 2] = mark
    }

    /// Sets the dots of a straight line.
    mutating func line(from start: (x: Int, y: Int), to end: (x: Int, y: Int)) {
        let steps = max(abs(end.x - start.x), abs(end.y - start.y), 1)
        for step in 0...steps {
            let share = Double(step) / Double(steps)
            let x = start.x + Int((Double(end.x - start.x) * share).rounded())
            let y = start.y + Int((Double(end.y - start.y) * share).rounded())
            isSet[y * width + x] = true
        }
    }

    /// The bit of each dot of a braille character (Unicode, Braille Patterns), by row and column.
    private static let bits: [[UInt32]] = [
        [0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80],
    ]

    var lines: [String] {
        (0..<height / 4).map { row in
            String(
                (0..<width / 2).map { column in
                    marks[row * (width / 2) + column] ?? braille(row: row, column: column)
                })
        }
    }

    private func braille(row: Int, column: Int) -> Character {
        var code: UInt32 = 0x2800
        for y in 0..<4 {
            for x in 0..<2 where isSet[(row * 4 + y) * width + column * 2 + x] {
                code |= Self.bits[y][x]
            }
        }
        return Unicode.Scalar(code).map(Character.init) ?? " "
    }
}
