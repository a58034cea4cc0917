// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import Foundation
import Synchronization

/// A line on the standard error that follows the progress of a piece of work.
///
/// On a terminal the line is redrawn in place, at most ten times a second. Elsewhere, as in a log
/// file, a plain line appears every few seconds. The standard output is left to results.
package final class ProgressLine: Sendable {
    private struct State {
        var count: Int
        var fields: [(name: String, value: String)] = []
        var lastShown: ContinuousClock.Instant?
        var isFinished = false
    }

    private let text: ProgressText
    private let terminal: Terminal
    private let interval: Duration
    private let log: (@Sendable (String) -> Void)?
    private let start = ContinuousClock.now
    private let state: Mutex<State>

    /// Starts the line, with the count at the start, where work is continued, and at the end.
    ///
    /// `unit` is plural: "images". Without a terminal there is a line every `plainInterval`, which
    /// goes to `log` where there is one.
    package init(
        _ title: String, total: Int? = nil, unit: String, start: Int = 0,
        plainInterval: Duration = .seconds(5), log: (@Sendable (String) -> Void)? = nil
    ) {
        text = ProgressText(title: title, total: total, unit: unit, start: start)
        terminal = Terminal.standardError
        self.log = log
        interval = terminal.isInteractive ? .milliseconds(100) : plainInterval
        state = Mutex(State(count: start))
    }

    /// Tells how far the work has come, and more to say; nil keeps what was said last.
    package func update(_ count: Int, fields: [(name: String, value: String)]? = nil) {
        state.withLock { state in
            state.count = count
            if let fields { state.fields = fields }
            guard !state.isFinished else { return }
            let now = ContinuousClock.now
            let last = state.lastShown ?? (terminal.isInteractive ? nil : start)
            if let last, now - last < interval { return }
            state.lastShown = now
            show(state)
        }
    }

    /// Prints a line of text above the progress line.
    package func message(_ message: String) {
        state.withLock { state in
            terminal.write((terminal.isInteractive ? "\r\u{1b}[K" : "") + message + "\n")
            if terminal.isInteractive, !state.isFinished, state.lastShown != nil { show(state) }
        }
    }

    /// Takes the line off the terminal, as before other output; the next update shows it again.
    package func erase() {
        state.withLock { state in
            guard terminal.isInteractive, !state.isFinished, state.lastShown != nil else { return }
            state.lastShown = nil
            terminal.write("\r\u{1b}[K")
        }
    }

    /// Shows the final count and ends the line; later updates are not shown.
    package func finish(fields: [(name: String, value: String)]? = nil) {
        state.withLock { state in
            if let fields { state.fields = fields }
            guard !state.isFinished else { return }
            state.isFinished = true
            show(state)
            if terminal.isInteractive { terminal.write("\n") }
        }
    }

    private func show(_ state: State) {
        let line = text.line(
            count: state.count, seconds: (ContinuousClock.now - start).seconds,
            fields: state.fields, width: terminal.isInteractive ? terminal.width : nil)
        if let log, !terminal.isInteractive { return log(line) }
        terminal.write(terminal.isInteractive ? "\r\(line)\u{1b}[K" : line + "\n")
    }
}
