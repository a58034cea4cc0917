// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Synchronization

/// A terminal that tells each key at once, and whose screen a program has to itself.
///
/// There is one a process. However the process ends but by SIGKILL, `restore` gives the terminal
/// back as it was: whoever ends the process by a signal calls it, and faults of the program do.
package enum RawTerminal {
    /// Why there is none.
    package enum Failure: Error, Equatable, CustomStringConvertible {
        /// Standard input or output goes elsewhere.
        case noTerminal(String)
        /// The terminal's kind is one that cannot be drawn on.
        case noScreen(String)

        package var description: String {
            switch self {
            case .noTerminal(let stream): "standard \(stream) is no terminal"
            case .noScreen(let kind): "a terminal of the kind '\(kind)' cannot be drawn on"
            }
        }
    }

    /// What the terminal was like; written before `isRaw` says so, read after.
    private nonisolated(unsafe) static let before = UnsafeMutablePointer<termios>.allocate(
        capacity: 1)
    private static let isRaw = Atomic(false)
    /// Held while something is drawn, so that nothing follows what gives the screen back.
    private static let drawing = Mutex(())
    /// Another screen without a cursor.
    private static let entry = "\u{1b}[?1049h\u{1b}[?25l\u{1b}[2J"
    /// Plain colours, a cursor, and the screen of before.
    private static let exit: StaticString = "\u{1b}[0m\u{1b}[?25h\u{1b}[?1049l"
    /// What the system ends a faulty program by, and what a user stops one by that hangs.
    private static let faults = [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGQUIT]

    /// Takes the terminal.
    ///
    /// Ctrl-C and the other keys that interrupt go on doing so; what suspends a program is off, since
    /// nobody would give the screen back then.
    ///
    /// - Throws: `Failure`.
    package static func enter() throws(Failure) {
        guard isatty(STDIN_FILENO) == 1 else { throw .noTerminal("input") }
        guard isatty(STDOUT_FILENO) == 1 else { throw .noTerminal("output") }
        guard Terminal.standardOutput.isInteractive else {
            throw .noScreen(ProcessInfo.processInfo.environment["TERM"] ?? "")
        }
        guard tcgetattr(STDIN_FILENO, before) == 0 else { throw .noTerminal("input") }
        var raw = before.pointee
        raw.c_lflag &= ~tcflag_t(ICANON | ECHO | IEXTEN)
        raw.c_iflag &= ~tcflag_t(IXON | ICRNL)
        withUnsafeMutableBytes(of: &raw.c_cc) { keys in
            keys[Int(VMIN)] = 0
            keys[Int(VTIME)] = 0
            // As good as _POSIX_VDISABLE, which it is here.
            keys[Int(VSUSP)] = 0
        }
        isRaw.store(true, ordering: .sequentiallyConsistent)
        for fault in faults {
            signal(fault) { number in
                // Nothing is called here that a signal's handler may not call.
                RawTerminal.giveBack()
                signal(number, SIG_DFL)
                raise(number)
            }
        }
        tcsetattr(STDIN_FILENO, TCSANOW, &raw)
        Terminal.standardOutput.write(entry)
    }

    /// Gives the terminal back, if it was taken; what was typed and not read is forgotten.
    package static func restore() {
        guard isRaw.load(ordering: .sequentiallyConsistent) else { return }
        // Whoever draws is done soon, or waits for a terminal that takes nothing.
        for _ in 0..<50 {
            if drawing.withLockIfAvailable({ _ in giveBack() }) != nil { return }
            usleep(5000)
        }
        giveBack()
    }

    /// Draws text, unless the terminal has been given back.
    ///
    /// - Returns: Whether somebody still sees it.
    package static func draw(_ text: String) -> Bool {
        drawing.withLock { _ in
            guard isRaw.load(ordering: .sequentiallyConsistent) else { return false }
            return Terminal.standardOutput.write(text)
        }
    }

    /// What was typed, waited for until a time; nil where nobody types there any more.
    package static func typed(until end: ContinuousClock.Instant) -> [UInt8]? {
        while true {
            var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            let left = end - .now
            // Rounded up: a wait that is too short would be a loop that waits for nothing.
            let milliseconds = max(0, Int32(left / .milliseconds(1)) + (left > .zero ? 1 : 0))
            let count = poll(&input, 1, milliseconds)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return [] }
            var bytes = [UInt8](repeating: 0, count: 1024)
            let read = Foundation.read(STDIN_FILENO, &bytes, bytes.count)
            if read < 0, errno == EINTR || errno == EAGAIN { continue }
            guard read > 0 else { return nil }
            return Array(bytes[..<read])
        }
    }

    private static func giveBack() {
        guard isRaw.exchange(false, ordering: .sequentiallyConsistent) else { return }
        // A slow terminal is waited for a little; one that takes nothing must hold nobody up.
        var output = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
        if poll(&output, 1, 500) > 0, output.revents & Int16(POLLOUT) != 0 {
            _ = write(STDOUT_FILENO, exit.utf8Start, exit.utf8CodeUnitCount)
        }
        tcflush(STDIN_FILENO, TCIFLUSH)
        tcsetattr(STDIN_FILENO, TCSANOW, before)
    }
}
