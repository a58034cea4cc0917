// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Synchronization

/// Both ends of a terminal that nobody sits before.
package final class PseudoTerminal: Sendable {
    /// The end that a program is given, as a path.
    package let name: String
    private let descriptor: Int32
    /// Held open, so that what was written stays to be read after the program's end.
    private let other: Int32
    /// What has been read of what programs wrote.
    private let written = Mutex(Written())

    /// Text, and the bytes after it that are no whole character yet.
    private struct Written {
        var text = ""
        var rest: [UInt8] = []

        mutating func append(_ bytes: some Sequence<UInt8>) {
            rest += bytes
            let whole = rest.count - missing
            text += String(decoding: rest[..<whole], as: UTF8.self)
            rest.removeFirst(whole)
        }

        /// How many bytes at the end begin a character that goes on.
        private var missing: Int {
            for (index, byte) in rest.reversed().prefix(3).enumerated() where byte & 0xc0 != 0x80 {
                let length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
                return index + 1 < length ? index + 1 : 0
            }
            return 0
        }
    }

    /// Makes one.
    ///
    /// - Throws: `POSIXError`.
    package init() throws {
        descriptor = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        // TIOCSPTLCK and TIOCGPTN, which Swift's headers leave out: unlocks the other end, and asks
        // for its number.
        var (lock, number): (Int32, UInt32) = (0, 0)
        guard descriptor >= 0, ioctl(descriptor, UInt(0x4004_5431), &lock) == 0,
            ioctl(descriptor, UInt(0x8004_5430), &number) == 0
        else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        name = "/dev/pts/\(number)"
        other = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)
    }

    deinit {
        close(descriptor)
        close(other)
    }

    /// How many columns and rows it says that it has.
    package func setSize(columns: UInt16, rows: UInt16) {
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(descriptor, UInt(TIOCSWINSZ), &size)
    }

    /// How it treats what is typed: the local, input and output modes, and its keys.
    package var modes: [UInt32] {
        var settings = termios()
        guard tcgetattr(other, &settings) == 0 else { return [] }
        let keys = withUnsafeBytes(of: settings.c_cc) { $0.map(UInt32.init) }
        return [settings.c_lflag, settings.c_iflag, settings.c_oflag, settings.c_cflag] + keys
    }

    /// Whether it tells each key at once, and shows none.
    package var isRaw: Bool {
        guard let local = modes.first else { return false }
        return local & UInt32(ICANON | ECHO) == 0
    }

    /// Whether it takes nothing more before somebody reads what was written.
    package var isFull: Bool {
        var end = pollfd(fd: other, events: Int16(POLLOUT), revents: 0)
        return poll(&end, 1, 0) == 0
    }

    /// Types.
    package func type(_ keys: String) {
        let bytes = Array(keys.utf8)
        _ = write(descriptor, bytes, bytes.count)
    }

    /// The first line that fits.
    package func line(_ fits: @escaping @Sendable (String) -> Bool) async -> String? {
        let text = await output { text in
            text.split(separator: "\r\n", omittingEmptySubsequences: false).dropLast()
                .contains { fits(String($0)) }
        }
        return text?.split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
            .first(where: fits)
    }

    /// All that was written, once that is enough; nil where it ends before.
    package func output(_ isEnough: @escaping @Sendable (String) -> Bool) async -> String? {
        await withCheckedContinuation { continuation in
            Thread { [self] in
                var buffer = [UInt8](repeating: 0, count: 1 << 16)
                while true {
                    let soFar = written.withLock { $0.text }
                    if isEnough(soFar) { return continuation.resume(returning: soFar) }
                    let count = read(descriptor, &buffer, buffer.count)
                    guard count > 0 else { return continuation.resume(returning: nil) }
                    written.withLock { $0.append(buffer[..<count]) }
                }
            }.start()
        }
    }
}
