// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// A table of text with aligned columns.
package struct TextTable: Sendable {
    /// A column's title and side.
    package struct Column: Sendable {
        /// What stands above.
        package var title: String
        /// Whether the cells are numbers, which are aligned at the right.
        package var isNumeric: Bool

        /// Makes a column.
        package init(_ title: String, isNumeric: Bool = true) {
            self.title = title
            self.isNumeric = isNumeric
        }
    }

    /// The columns from left to right.
    package let columns: [Column]
    /// The rows added so far, as many cells each as there are columns.
    package private(set) var rows: [[String]] = []

    /// Starts a table.
    package init(_ columns: [Column]) {
        self.columns = columns
    }

    /// Adds a row of as many cells as there are columns.
    package mutating func add(_ cells: [String]) {
        precondition(
            cells.count == columns.count, "\(cells.count) cells for \(columns.count) columns")
        rows.append(cells)
    }

    /// The table's lines: titles, a rule, the rows.
    package var text: String {
        var lines = plainLines
        lines.insert(
            widths.map { String(repeating: "─", count: $0) }.joined(separator: "  "), at: 1)
        return lines.joined(separator: "\n")
    }

    /// The titles and the rows, without a rule and with no blanks at the ends.
    package var plainLines: [String] {
        let widths = widths
        return ([columns.map(\.title)] + rows).map { cells in
            var line = ""
            for (index, cell) in cells.enumerated() {
                let blanks = String(repeating: " ", count: widths[index] - cell.count)
                if index > 0 { line += "  " }
                line += columns[index].isNumeric ? blanks + cell : cell + blanks
            }
            // No blanks at the end, where they would wrap on a narrow terminal.
            while line.last == " " { line.removeLast() }
            return line
        }
    }

    private var widths: [Int] {
        columns.indices.map { index in
            ([columns[index].title] + rows.map { $0[index] }).map(\.count).max() ?? 0
        }
    }
}
