// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// From returns to costs: the one place that says which way is up.
///
/// A rollout's *return* is the sum of its rewards, more is better. A candidate's fitness is its
/// mean return over the generation's tracks. The search minimises **cost = -fitness**.
package enum Fitness {
    /// A candidate's fitness.
    ///
    /// - Parameter returns: Its returns in the order of the tracks, so that the sum's rounding is
    ///   always the same; a NaN is a rollout that was set aside.
    /// - Returns: The mean; NaN if any return is, since it would be over other tracks.
    package static func mean(_ returns: some Collection<Double>) -> Double {
        precondition(!returns.isEmpty, "a mean needs at least one return")
        return returns.reduce(0, +) / Double(returns.count)
    }

    /// What the search is told.
    ///
    /// - Parameter fitness: A candidate's fitness.
    /// - Returns: The cost; infinity, which ranks last, for a fitness that is no number.
    package static func cost(_ fitness: Double) -> Double {
        fitness.isFinite ? -fitness : .infinity
    }

    /// Mean and spread of the fitnesses that are numbers.
    package struct Summary: Sendable, Hashable {
        /// The largest.
        package var best = Double.nan
        /// Their average.
        package var mean = Double.nan
        /// The root of their average squared distance from the mean.
        package var standardDeviation = Double.nan
        /// The smallest.
        package var worst = Double.nan
        /// How many are no numbers.
        package var failed = 0

        /// Summarises.
        ///
        /// - Parameters:
        ///   - values: Fitnesses or returns.
        ///   - sample: Whether the spread estimates that of a larger population (n - 1).
        package init(_ values: [Double], sample: Bool = false) {
            let usable = values.filter(\.isFinite)
            failed = values.count - usable.count
            guard let low = usable.min(), let high = usable.max() else { return }
            let count = Double(usable.count)
            let average = usable.reduce(0, +) / count
            let squares = usable.reduce(0) { $0 + ($1 - average) * ($1 - average) }
            best = high
            worst = low
            mean = average
            let divisor = sample ? max(count - 1, 1) : count
            standardDeviation = (squares / divisor).squareRoot()
        }
    }
}
