// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// Curves drawn with braille characters, which have 2 x 4 dots each.
package struct TextPlot: Sendable {
    /// The columns for the curves, without the labels at the left.
    package var width: Int
    /// The lines for the curves.
    package var height: Int

    /// Sets the size of a plot.
    ///
    /// - Parameters:
    ///   - width: The columns for the curves, without the labels at the left.
    ///   - height: The lines for the curves.
    package init(width: Int = 64, height: Int = 16) {
        precondition(width >= 2 && height >= 2, "a plot of \(width) x \(height) characters")
        self.width = width
        self.height = height
    }

    /// Draws curves over one pair of axes.
    ///
    /// - Parameters:
    ///   - curves: The points of each curve, ascending in x; values that are not finite
    ///     interrupt it.
    ///   - xLabel: What is written below.
    /// - Returns: The lines: the curves with the values of the top, the middle and the bottom at
    ///   the left, and the range of x below.
    package func text(_ curves: [[(x: Double, y: Double)]], xLabel: String) -> String {
        let points = curves.joined().filter { Self.isDrawable($0.x) && Self.isDrawable($0.y) }
        guard let first = points.first else { return "(nothing to plot yet)" }
        var (left, right, low, high) = (first.x, first.x, first.y, first.y)
        for point in points {
            (left, right) = (min(left, point.x), max(right, point.x))
            (low, high) = (min(low, point.y), max(high, point.y))
        }
        if low == high { (low, high) = (low - 1 - abs(low) * 0.01, high + 1 + abs(high) * 0.01) }
        var dots = DotGrid(width: width * 2, height: height * 4)
        for curve in curves {
            var previous: (x: Int, y: Int)?
            for point in curve {
                guard Self.isDrawable(point.x), Self.isDrawable(point.y) else {
                    previous = nil
                    continue
                }
                let across = left < right ? (point.x - left) / (right - left) : 0
                let dot = (
                    x: Int((across * Double(dots.width - 1)).rounded()),
                    y: Int(((high - point.y) / (high - low) * Double(dots.height - 1)).rounded())
                )
                dots.line(from: previous ?? dot, to: dot)
                previous = dot
            }
        }
        return framed(dots.lines, low: low, high: high, left: left, right: right, xLabel: xLabel)
    }

    private func framed(
        _ lines: [String], low: Double, high: Double, left: Double, right: Double, xLabel: String
    ) -> String {
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
        return result.joined(separator: "\n")
    }

    /// Not beyond what differences of doubles can hold.
    private static func isDrawable(_ value: Double) -> Bool {
        abs(value) <= 1e300
    }
}

/// Dots that are either set or not, printed eight to a character.
private struct DotGrid {
    let width: Int
    let height: Int
    private var isSet: [Bool]

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        isSet = [Bool](repeating: false, count: width * height)
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
            var line = String.UnicodeScalarView()
            for column in 0..<width / 2 {
                var code: UInt32 = 0x2800
                for y in 0..<4 {
                    for x in 0..<2 where isSet[(row * 4 + y) * width + column * 2 + x] {
                        code |= Self.bits[y][x]
                    }
                }
                line.append(Unicode.Scalar(code) ?? " ")
            }
            return String(line)
        }
    }
}
