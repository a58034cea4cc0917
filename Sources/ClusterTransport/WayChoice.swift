// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// Which of several ways to a coordinator is tried, and for how long.
///
/// Connecting is the only trial: somebody who knocks and goes away would be counted at the other end as
/// one who failed. A value without a clock: it is told the time.
struct WayChoice {
    /// Seconds.
    typealias Seconds = Double

    /// Seconds that a way gets in the first round; twice as many in each that follows.
    static let firstStay: Seconds = 1
    /// The most that it gets.
    static let longestStay: Seconds = 8

    /// The way that is tried, or taken.
    private(set) var current: Way?
    private var stay = firstStay
    private var moved: Seconds = 0
    private var isFailed = false

    /// Takes the ways that there are while there is no connection.
    ///
    /// - Parameters:
    ///   - ways: In the order in which they are tried; none where nothing is known.
    ///   - now: The time.
    /// - Returns: Whether `current` is another one now.
    mutating func choose(among ways: [Way], at now: Seconds) -> Bool {
        let next: Way?
        if let current, let index = ways.firstIndex(of: current) {
            guard ways.count > 1, isFailed || now - moved >= stay else { return false }
            next = ways[(index + 1) % ways.count]
            if index + 1 == ways.count { stay = min(2 * stay, Self.longestStay) }
        } else {
            next = ways.first
            stay = Self.firstStay
        }
        defer { (current, moved, isFailed) = (next, now, false) }
        return next != current
    }

    /// The way is open.
    mutating func connected() {
        stay = Self.firstStay
        isFailed = false
    }

    /// Somebody else is there, or one who does not want us: the next one is tried without delay.
    mutating func failed() { isFailed = true }

    /// A connection that there was is lost: its way gets its time again.
    mutating func lost(at now: Seconds) { moved = now }
}
