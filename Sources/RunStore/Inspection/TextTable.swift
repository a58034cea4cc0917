// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// Rows of text in columns that line up, for a terminal.
struct TextTable {
    private var rows: [[String]]
    private let leftAligned: Set<Int>

    /// A table with a header.
    ///
    /// - Parameters:
    ///   - header: The columns' names.
    ///   - leftAligned: The columns of words; those of numbers end in one line.
    init(header: [String], leftAligned: Set<Int> = []) {
        rows = [header]
        self.leftAligned = leftAligned
    }

    mutating func append(_ row: [String]) {
        precondition(row.count == rows[0].count, "\(row.count) fields in a row of \(rows[0].count)")
        rows.append(row)
    }

    /// The lines, the first one being the header.
    var lines: [String] {
        let widths = rows[0].indices.map { column in
            rows.map { $0[column].count }.max() ?? 0
        }
        return rows.map { row in
            let fields = row.enumerated().map { column, text in
                let padding = String(repeating: " ", count: widths[column] - text.count)
                return leftAligned.contains(column) ? text + padding : padding + text
            }
            let line = fields.joined(separator: "  ")
            return String(line.reversed().drop(while: { $0 == " " }).reversed())
        }
    }
}
