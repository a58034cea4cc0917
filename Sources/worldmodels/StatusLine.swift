// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Synchronization

/// One line on the terminal that is written over as work goes on; nothing where there is none.
enum StatusLine {
    private static let last = Mutex(0.0)

    /// Shows progress, at most five times a second.
    ///
    /// - Parameters:
    ///   - text: What is reached.
    ///   - isLast: Whether the work is complete; the line then stays.
    static func show(_ text: String, isLast: Bool) {
        guard isatty(STDERR_FILENO) == 1 else { return }
        last.withLock { last in
            let now = Date().timeIntervalSinceReferenceDate
            guard isLast || now - last >= 0.2 else { return }
            last = now
            let line = "\r\u{1b}[2K" + text + (isLast ? "\n" : "")
            FileHandle.standardError.write(Data(line.utf8))
        }
    }
}
