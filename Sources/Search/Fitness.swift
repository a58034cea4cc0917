// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics

/// From returns to costs: the one place that says which way is up.
///
/// A rollout's *return* is the sum of its rewards, more is better. A candidate's fitness is its
/// mean return over the generation's tracks, or less where its worst ones shall count for more. The
/// search minimises **cost = -fitness**.
package enum Fitness {
    /// A candidate's fitness: the mean of its returns, summed in the order of the tracks.
    ///
    /// A NaN is a rollout that was set aside; the mean is NaN then, since it would be over other
    /// tracks.
    package static func mean(_ returns: some Collection<Double>) -> Double {
        precondition(!returns.isEmpty, "a mean needs at least one return")
        return returns.reduce(0, +) / Double(returns.count)
    }

    /// A candidate's fitness that sees its worst returns: the mean minus a part of the shortfall.
    ///
    /// The shortfall is by how much the mean of the worst share of the returns (their conditional
    /// value at risk) lies below the mean of all. With a weight of 1 the worst alone count, which
    /// says little of a candidate that drives a few tracks, and the search stalls; less is a
    /// compromise.
    ///
    /// - Parameters:
    ///   - returns: At least one.
    ///   - weight: The part of the shortfall, from 0: the mean.
    ///   - share: The share of the returns that are the worst, above 0 and at most 1; of a return
    ///     that lies across its end the part within counts.
    /// - Returns: NaN where a return is.
    static func tailed(_ returns: [Double], weight: Double, share: Double) -> Double {
        let mean = mean(returns)
        guard weight > 0, mean.isFinite else { return mean }
        let count = share * Double(returns.count)
        var (left, sum) = (count, 0.0)
        for value in returns.sorted() where left > 0 {
            sum += min(left, 1) * value
            left -= 1
        }
        return mean - weight * (mean - sum / count)
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
