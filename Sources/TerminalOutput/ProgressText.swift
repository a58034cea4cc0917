// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// The text of a progress line, computed from what is known at a moment.
struct ProgressText: Sendable {
    /// What is being done.
    var title: String
    /// The count at the end, if it is known.
    var total: Int?
    /// What is counted, in the plural.
    var unit: String
    /// The count at the start: what was done before is not part of the rate.
    var start = 0

    /// One line without a line feed: title, bar, count, rate, time since the start, fields.
    ///
    /// It is cut to fit the width in columns; nil: no bar and no cut.
    func line(
        count: Int, seconds: Double, fields: [(name: String, value: String)], width: Int?
    ) -> String {
        var parts: [String] = []
        if let total {
            parts.append("\(Format.count(count))/\(Format.count(total)) \(unit)")
        } else {
            parts.append("\(Format.count(count)) \(unit)")
        }
        let done = count - start
        let rate = seconds > 0 ? Double(done) / seconds : 0
        if done > 0, rate > 0 { parts.append("\(Format.number(rate)) \(unit)/s") }
        if let total, count < total, rate > 0 {
            parts.append("\(Format.duration(Double(total - count) / rate)) left")
        } else {
            parts.append(Format.duration(seconds))
        }
        parts += fields.map { $0.name.isEmpty ? $0.value : "\($0.name) \($0.value)" }
        let text = parts.joined(separator: ", ")
        guard let width else { return "\(title): \(text)" }
        var line = title + " "
        if let total, total > 0 {
            // The bar takes what the text leaves, within reason.
            let room = min(30, width - 1 - title.count - text.count - 4)
            if room >= 5 { line += bar(share: Double(count) / Double(total), cells: room) + " " }
        }
        return String((line + text).prefix(max(0, width - 1)))
    }

    /// A bar in eighths of a cell.
    func bar(share: Double, cells: Int) -> String {
        let eighths = Int((min(max(share, 0), 1) * Double(cells * 8)).rounded(.down))
        var bar = String(repeating: "█", count: eighths / 8)
        if eighths % 8 > 0 { bar.append(["▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8 - 1]) }
        return "│" + bar + String(repeating: " ", count: cells - bar.count) + "│"
    }
}
