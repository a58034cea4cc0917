// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// Divides a core's time among the episodes that it drives in lockstep.
///
/// The time from one `pass` to the next, or from the first `begin` of an idle core, is shared alike
/// by all episodes that the core has at its end: the shares add up to the time that the core was
/// busy. Times are seconds on one clock.
struct CoreClock {
    private struct Start {
        var wall: Double
        var served: Double
    }

    /// What an episode that has been there all the time would have had.
    private var served = 0.0
    private var last = 0.0
    private var begun: [UInt64: Start] = [:]

    /// Whether there is no episode.
    var isIdle: Bool { begun.isEmpty }

    /// An episode begins.
    mutating func begin(_ ticket: UInt64, at now: Double) {
        if begun.isEmpty { last = now }
        begun[ticket] = Start(wall: now, served: served)
    }

    /// All episodes have made a step.
    mutating func pass(to now: Double) {
        if !begun.isEmpty { served += (now - last) / Double(begun.count) }
        last = now
    }

    /// An episode is over, with the last step.
    ///
    /// - Parameter ticket: Which; one that did not begin took no time.
    /// - Returns: Seconds from its start, and its share of the core's time.
    mutating func end(_ ticket: UInt64) -> (wall: Double, share: Double) {
        guard let start = begun.removeValue(forKey: ticket) else { return (0, 0) }
        return (last - start.wall, served - start.served)
    }
}
