// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// A file descriptor that may be a terminal.
package struct Terminal: Sendable {
    private let descriptor: Int32
    /// Whether lines can be redrawn in place.
    package let isInteractive: Bool

    /// Whether somebody sits before it: what is written goes into no file and to no other program.
    package var isTerminal: Bool { isatty(descriptor) == 1 }

    /// Whether it is the standard error, which several programs may share.
    package var isStandardError: Bool { descriptor == STDERR_FILENO }

    /// Where results go.
    package static let standardOutput = Terminal(STDOUT_FILENO)
    /// Where progress and warnings go.
    package static let standardError = Terminal(STDERR_FILENO)

    private init(_ descriptor: Int32) {
        self.descriptor = descriptor
        let kind = ProcessInfo.processInfo.environment["TERM"]
        isInteractive = isatty(descriptor) == 1 && kind != nil && kind != "dumb"
    }

    /// The number of columns; 80 where nobody knows.
    package var width: Int { size.columns }

    /// The number of rows; 24 where nobody knows.
    package var height: Int { size.rows }

    private var size: (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 else { return (80, 24) }
        return (
            size.ws_col > 0 ? Int(size.ws_col) : 80, size.ws_row > 0 ? Int(size.ws_row) : 24
        )
    }

    /// Writes text at once, without a buffer that would mix the order of streams.
    ///
    /// A terminal that was closed, or a program behind a pipe that has ended, must not end the work:
    /// whoever would only go on for a reader asks the result.
    ///
    /// - Returns: Whether all of it was taken.
    @discardableResult
    package func write(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { write(UnsafeRawBufferPointer($0)) }
    }

    /// Writes bytes in the same way.
    ///
    /// - Returns: Whether all of them were taken; where not, `errno` tells why.
    @discardableResult
    package func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let count = Foundation.write(descriptor, part.baseAddress, part.count)
            if count < 0 {
                if errno == EINTR { continue }
                guard errno == EAGAIN else { return false }
                // Another program that has the same terminal or pipe may have made it so.
                var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&wait, 1, -1)
                continue
            }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
