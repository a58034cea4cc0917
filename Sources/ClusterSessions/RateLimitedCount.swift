// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// Counts something that may come in floods, and speaks of it once a few seconds; while that goes on,
/// ever more seldom.
package struct RateLimitedCount: Sendable {
    private static let seconds = 5.0
    private static let mostSeconds = 640.0
    /// How many there were.
    package private(set) var total = 0
    private var unreported = 0
    private var last = ""
    private var lastNotice = -Double.infinity
    private var interval = Self.seconds

    /// Nothing so far.
    package init() {}

    /// Counts one.
    ///
    /// - Parameter text: What to say of it; evaluated for the first since the last notice alone.
    package mutating func add(_ text: @autoclosure () -> String) {
        total += 1
        if unreported == 0 { last = text() }
        unreported += 1
    }

    /// What to say now, if anything: how many since the last notice, and one of them.
    package mutating func notice(at now: Double) -> (Int, String)? {
        guard unreported > 0, now - lastNotice >= interval else { return nil }
        interval =
            now - lastNotice < 2 * interval ? min(2 * interval, Self.mostSeconds) : Self.seconds
        lastNotice = now
        defer { unreported = 0 }
        return (unreported, last)
    }
}
