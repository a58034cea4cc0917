// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// Lines that are shown again and again, in place where the terminal can do that.
package struct TerminalScreen {
    private let terminal: Terminal
    /// Rows that the last showing took.
    private var rows = 0

    /// A screen that shows nothing yet.
    package init(_ terminal: Terminal) {
        self.terminal = terminal
    }

    /// Shows lines in the place of the last ones; one below the other where that is not possible.
    ///
    /// What has no room on the terminal is left out, and the last line says so.
    ///
    /// - Returns: Whether somebody still reads them.
    package mutating func show(_ lines: [String]) -> Bool {
        guard terminal.isInteractive else {
            return terminal.write(lines.joined(separator: "\n") + "\n\n")
        }
        return terminal.write(frame(lines, width: terminal.width, height: terminal.height))
    }

    /// What replaces the last lines by others.
    mutating func frame(_ lines: [String], width: Int, height: Int) -> String {
        var shown = lines.map { String($0.prefix(width)) }
        // The cursor's line below them must not scroll them away.
        let room = max(2, height - 1)
        if shown.count > room {
            shown = shown.prefix(room - 1) + ["(\(lines.count - room + 1) lines more)"]
        }
        // Up, and each line's rest and all below erased.
        var text = rows > 0 ? "\u{1b}[\(rows)A\r" : ""
        for line in shown { text += line + "\u{1b}[K\n" }
        rows = shown.count
        return text + "\u{1b}[J"
    }
}
