// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// A plot drawn with braille characters: each holds 2 x 4 dots.
package struct BraillePlot: Sendable {
    /// How a series looks.
    package enum Style: Sendable {
        /// Dots joined by lines.
        case line
        /// A character at each point.
        case marks(Character)
    }

    /// A line in the plot.
    package struct Series: Sendable {
        /// What it is, for the legend.
        package var name: String
        /// How it looks.
        package var style: Style
        /// Its points; those that are no numbers are left out.
        package var points: [(x: Double, y: Double)]

        /// Collects the parts.
        package init(name: String, style: Style, points: [(x: Double, y: Double)]) {
            self.name = name
            self.style = style
            self.points = points.filter { $0.x.isFinite && $0.y.isFinite }
        }
    }

    private let columns: Int
    private let rows: Int
    private let series: [Series]

    /// A plot of some series.
    ///
    /// - Parameters:
    ///   - series: What to draw, the later over the earlier.
    ///   - columns: The width of the drawing in characters, the labels aside.
    ///   - rows: Its height in characters.
    package init(_ series: [Series], columns: Int = 64, rows: Int = 12) {
        precondition(columns > 1 && rows > 1, "a plot of \(columns) x \(rows) characters")
        self.series = series
        self.columns = columns
        self.rows = rows
    }

    /// The lines to print; none where there is nothing to draw.
    package var lines: [String] {
        let points = series.flatMap(\.points)
        guard let left = points.map(\.x).min(), let right = points.map(\.x).max(),
            let bottom = points.map(\.y).min(), let top = points.map(\.y).max()
        else { return [] }
        let width = right > left ? right - left : 1
        let height = top > bottom ? top - bottom : 1
        var canvas = DotCanvas(columns: columns, rows: rows)
        for series in series {
            let dots = series.points.map { point in
                (
                    x: Int(((point.x - left) / width * Double(2 * columns - 1)).rounded()),
                    y: Int(((top - point.y) / height * Double(4 * rows - 1)).rounded())
                )
            }
            switch series.style {
            case .line:
                if let only = dots.first, dots.count == 1 { canvas.dot(only.x, only.y) }
                for (start, end) in zip(dots, dots.dropFirst()) {
                    canvas.line(from: start, to: end)
                }
            case .marks(let mark):
                for dot in dots { canvas.mark(dot.x / 2, dot.y / 4, mark) }
            }
        }
        return labelled(canvas.lines, left: left, right: right, bottom: bottom, top: top)
    }

    private func labelled(
        _ drawing: [String], left: Double, right: Double, bottom: Double, top: Double
    ) -> [String] {
        let middle = rows / 2
        let labels = (0..<rows).map { row -> String in
            switch row {
            case 0: Self.label(top)
            case rows - 1: Self.label(bottom)
            case middle: Self.label(top - (top - bottom) * Double(row) / Double(rows - 1))
            default: ""
            }
        }
        let margin = labels.map(\.count).max() ?? 0
        func padded(_ text: String) -> String {
            String(repeating: " ", count: margin - text.count) + text
        }
        var lines = zip(labels, drawing).map { "\(padded($0)) ┤\($1)" }
        let ends = (Self.label(left), Self.label(right))
        let gap = max(1, columns - ends.0.count - ends.1.count)
        lines.append(padded("") + " └" + String(repeating: "─", count: columns))
        lines.append(padded("") + "  " + ends.0 + String(repeating: " ", count: gap) + ends.1)
        let legend = series.filter { !$0.points.isEmpty }.map { series in
            switch series.style {
            case .line: "⠒⠒ \(series.name)"
            case .marks(let mark): "\(mark) \(series.name)"
            }
        }
        lines.append(padded("") + "  " + legend.joined(separator: "   "))
        return lines
    }

    private static func label(_ value: Double) -> String {
        abs(value) >= 100 || value == value.rounded()
            ? "\(Int(value.rounded()))" : String(format: "%.1f", value)
    }
}

/// The dots of a plot, and the marks that hide them.
private struct DotCanvas {
    /// The bits of a braille character's dots, left and right column from the top (Unicode 2800).
    private static let bits: [[UInt32]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]

    private let columns: Int
    private let rows: Int
    private var cells: [UInt32]
    private var marks: [Int: Character] = [:]

    init(columns: Int, rows: Int) {
        self.columns = columns
        self.rows = rows
        cells = [UInt32](repeating: 0, count: columns * rows)
    }

    mutating func dot(_ x: Int, _ y: Int) {
        guard x >= 0, y >= 0, x < 2 * columns, y < 4 * rows else { return }
        cells[y / 4 * columns + x / 2] |= Self.bits[x % 2][y % 4]
    }

    mutating func mark(_ column: Int, _ row: Int, _ mark: Character) {
        marks[row * columns + column] = mark
    }

    mutating func line(from start: (x: Int, y: Int), to end: (x: Int, y: Int)) {
        let steps = max(abs(end.x - start.x), abs(end.y - start.y), 1)
        for step in 0...steps {
            let part = Double(step) / Double(steps)
            dot(
                start.x + Int((Double(end.x - start.x) * part).rounded()),
                start.y + Int((Double(end.y - start.y) * part).rounded()))
        }
    }

    var lines: [String] {
        (0..<rows).map { row in
            String(
                (0..<columns).map { column -> Character in
                    let index = row * columns + column
                    if let mark = marks[index] { return mark }
                    guard cells[index] != 0, let scalar = UnicodeScalar(0x2800 + cells[index])
                    else { return " " }
                    return Character(scalar)
                })
        }
    }
}
