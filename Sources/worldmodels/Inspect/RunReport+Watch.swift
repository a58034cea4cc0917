// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import RunReports
import RunStore
import TerminalOutput

extension RunReport {
    /// How far the run is, in a line.
    var progress: String {
        guard let last = generations.last else {
            return "\(path): no generation is complete yet, \(rolloutsUnderWay) rollouts of the"
                + " first are stored"
        }
        var line = "\(path): generation \(last.record.generation)"
        let limit = last.record.rollouts
        line += ", and \(rolloutsUnderWay) rollouts of the next (the last had \(limit))"
        if let best = generations.compactMap(\.evaluation).best {
            line += "; best evaluation \(best.text) after generation \(best.generation)"
        }
        return line
    }

    /// What somebody looks at who watches the run, on a terminal of so many rows.
    func watched(rows: Int) -> [String] {
        let plot = plot
        // Beside the plot: this line, the table's title and rule, four events, blank lines.
        let room = max(3, rows - plot.count - 10)
        var lines = [progress, ""]
        if !generations.isEmpty { lines += generationTable(rows: min(room, 12)) + [""] }
        lines += plot
        lines += events.suffix(4).map { "\(Self.time($0.time))  \($0.kind): \($0.message)" }
        return lines
    }
}
