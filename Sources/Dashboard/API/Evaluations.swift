// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import RunStore

/// Evaluations of the search's mean.
struct EvaluationList: Encodable {
    struct Evaluation: Encodable {
        /// The generation after which it was made.
        var generation: Int
        var episodes: Int
        var mean: Double?
        var standardDeviation: Double?
        /// Within which the mean of all tracks lies with 95 %, by Student's distribution.
        var low: Double?
        var high: Double?
        var steps: Int
        var seconds: Double?
        var digest: String
        var finished: String
    }

    var evaluations: [Evaluation]

    init(_ view: RunView, after: Int) throws {
        evaluations = try view.reader().evaluations(after: after).map { record in
            let margin = Interval.margin(
                deviation: record.standardDeviation, count: record.episodes)
            return Evaluation(
                generation: record.generation, episodes: record.episodes,
                mean: record.mean.finite, standardDeviation: record.standardDeviation.finite,
                low: (record.mean - margin).finite, high: (record.mean + margin).finite,
                steps: record.steps, seconds: record.seconds.finite, digest: record.digest,
                finished: Timestamp.text(record.finished))
        }
    }
}

/// Confidence intervals.
enum Interval {
    /// Half of the interval within which the mean lies with 95 %.
    ///
    /// - Parameters:
    ///   - deviation: The sample's standard deviation (n - 1).
    ///   - count: The sample's size.
    /// - Returns: NaN for fewer than two.
    static func margin(deviation: Double, count: Int) -> Double {
        guard count > 1 else { return .nan }
        return studentQuantile(freedom: Double(count - 1)) * deviation / Double(count).squareRoot()
    }

    /// The 0.975 quantile of Student's distribution.
    ///
    /// Exact for 1 and 2 degrees of freedom, else Fisher's expansion about the normal one, whose
    /// error is below 0.3 % from 3 on (Abramowitz and Stegun, 26.7.5).
    static func studentQuantile(freedom: Double) -> Double {
        if freedom < 1.5 { return 12.706_205 }
        if freedom < 2.5 { return 4.302_653 }
        let z = 1.959_963_985
        func power(_ exponent: Double) -> Double { pow(z, exponent) }
        let first = (power(3) + z) / 4
        let second = (5 * power(5) + 16 * power(3) + 3 * z) / 96
        let third = (3 * power(7) + 19 * power(5) + 17 * power(3) - 15 * z) / 384
        let fourth =
            (79 * power(9) + 776 * power(7) + 1482 * power(5) - 1920 * power(3) - 945 * z) / 92_160
        return z + first / freedom + second / pow(freedom, 2) + third / pow(freedom, 3)
            + fourth / pow(freedom, 4)
    }
}
