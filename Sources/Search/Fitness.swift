// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics

/// From returns to costs: the one place that says which way is up.
///
/// A rollout's *return* is the sum of its rewards, more is better. A candidate's fitness is its
/// mean return over the generation's tracks. The search minimises **cost = -fitness**.
package enum Fitness {
    /// A candidate's fitness: the mean of its returns, summed in the order of the tracks.
    ///
    /// A NaN is a rollout that was set aside; the mean is NaN then, since it would be over other
    /// tracks.
    package static func mean(_ returns: some Collection<Double>) -> Double {
        precondition(!returns.isEmpty, "a mean needs at least one return")
        return returns.reduce(0, +) / Double(returns.count)
    }

    /// What the search is told: infinity, which ranks last, for a fitness that is no number.
    package static func cost(_ fitness: Double) -> Double {
        fitness.isFinite ? -fitness : .infinity
    }

    /// The statistics of those values that are numbers, nil where none is, and how many are not.
    static func summary(
        _ values: [Double], divisor: SampleStatistics.Divisor
    ) -> (statistics: SampleStatistics?, failed: Int) {
        let usable = values.filter(\.isFinite)
        return (
            usable.isEmpty ? nil : SampleStatistics(usable, divisor: divisor),
            values.count - usable.count
        )
    }
}
