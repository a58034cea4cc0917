// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// How far the ends of processes are that these tests did not start themselves.
package enum ProcessEnds {
    /// Whether a process has ended, taken note of by whoever is its parent or not yet.
    package static func hasEnded(_ process: Int32) -> Bool {
        guard kill(process, 0) == 0 else { return true }
        return state(process).map { "ZX".contains($0.letter) } ?? true
    }

    /// Waits for a process's end.
    ///
    /// - Throws: `CancellationError`.
    package static func end(of process: Int32) async throws {
        while !hasEnded(process) {
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    /// Whether a process sleeps, and nobody has killed it: one that was killed has the signal pending
    /// until it is no more.
    package static func sleepsOn(_ process: Int32) -> Bool {
        state(process).map { $0.letter == "S" && !$0.isKilled } ?? false
    }

    private static func state(_ process: Int32) -> (letter: Character, isKilled: Bool)? {
        guard
            let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        else { return nil }
        func value(_ name: String) -> Substring? {
            status.split(separator: "\n").first { $0.hasPrefix(name + ":") }?
                .split(whereSeparator: \.isWhitespace).dropFirst().first
        }
        guard let letter = value("State")?.first else { return nil }
        let pending = ["SigPnd", "ShdPnd"].compactMap { value($0) }
            .compactMap { UInt64($0, radix: 16) }
        return (letter, pending.contains { $0 >> UInt64(SIGKILL - 1) & 1 == 1 })
    }
}
