// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// Grants some at once, and so many a second in the long run.
///
/// A value without a clock: it is told the time, which must not go back.
package struct TokenBucket: Sendable, Equatable {
    /// How much it grants.
    package struct Rate: Sendable, Equatable {
        /// At once, after a rest.
        package var burst: Double
        /// A second, in the long run.
        package var perSecond: Double

        /// Collects the parts.
        ///
        /// - Parameters:
        ///   - burst: At once; at least 1.
        ///   - perSecond: In the long run; more than 0.
        package init(burst: Double, perSecond: Double) {
            precondition(burst >= 1 && perSecond > 0, "\(burst) at once, \(perSecond) a second")
            self.burst = burst
            self.perSecond = perSecond
        }
    }

    private let rate: Rate
    private var left: Double
    private var last: Double

    /// A full one.
    ///
    /// - Parameters:
    ///   - rate: How much it grants.
    ///   - now: The time in seconds.
    package init(_ rate: Rate, at now: Double) {
        self.rate = rate
        left = rate.burst
        last = now
    }

    /// Takes one out.
    ///
    /// - Parameter now: The time in seconds.
    /// - Returns: False where it is empty.
    package mutating func take(at now: Double) -> Bool {
        left = level(at: now)
        last = max(last, now)
        guard left >= 1 else { return false }
        left -= 1
        return true
    }

    /// Whether it is as good as new.
    package func isFull(at now: Double) -> Bool { level(at: now) >= rate.burst }

    private func level(at now: Double) -> Double {
        min(rate.burst, left + max(0, now - last) * rate.perSecond)
    }
}
