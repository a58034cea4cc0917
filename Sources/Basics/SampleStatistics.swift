// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// Mean, spread and range of some numbers, and how sure the mean is.
package struct SampleStatistics: Sendable, Hashable, Codable {
    /// How many numbers there are.
    package var count: Int
    /// Their mean.
    package var mean: Double
    /// The root of their mean squared distance from the mean; of a single one 0.
    package var standardDeviation: Double
    /// Half the width of the mean's 95 % confidence interval (Student's t); a single number has none.
    package var confidence95: Double?
    /// The lowest.
    package var minimum: Double
    /// The highest.
    package var maximum: Double

    /// What the squared distances are divided by.
    package enum Divisor: Sendable {
        /// n - 1: the numbers are a sample of a larger population.
        case sample
        /// n: the numbers are all there are.
        case population
    }

    /// Summarises at least one number; sums run in their order.
    package init(_ values: [Double], divisor: Divisor = .sample) {
        precondition(!values.isEmpty, "the statistics of no numbers")
        count = values.count
        let total = Double(count)
        let mean = values.reduce(0, +) / total
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        self.mean = mean
        let parts = divisor == .sample ? max(total - 1, 1) : total
        standardDeviation = (squares / parts).squareRoot()
        confidence95 =
            count > 1
            ? Self.studentQuantile975(freedom: count - 1) * standardDeviation / total.squareRoot()
            : nil
        minimum = values.min() ?? mean
        maximum = values.max() ?? mean
    }

    /// Encodes all properties, an interval also where it is null.
    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(count, forKey: .count)
        try values.encode(mean, forKey: .mean)
        try values.encode(standardDeviation, forKey: .standardDeviation)
        try values.encode(confidence95, forKey: .confidence95)
        try values.encode(minimum, forKey: .minimum)
        try values.encode(maximum, forKey: .maximum)
    }

    /// The 97.5 % quantile of Student's t: exact figures where few, else the Cornish-Fisher
    /// expansion (Abramowitz & Stegun 26.7.5), which is off by less than 0.004 from 5 on.
    static func studentQuantile975(freedom: Int) -> Double {
        let few = [12.7062, 4.3027, 3.1824, 2.7764]
        if freedom <= few.count { return few[freedom - 1] }
        let x = 1.959964
        let n = Double(freedom)
        let first = (pow(x, 3) + x) / 4
        let second = (5 * pow(x, 5) + 16 * pow(x, 3) + 3 * x) / 96
        let third = (3 * pow(x, 7) + 19 * pow(x, 5) + 17 * pow(x, 3) - 15 * x) / 384
        return x + first / n + second / (n * n) + third / (n * n * n)
    }
}

extension Collection<Double> {
    /// The value that a share of the others, 0 to 1, is not above, between two where it falls
    /// between them (as numpy's `quantile` has it); NaN of none.
    package func quantile(_ share: Double) -> Double {
        let sorted = sorted()
        guard let last = sorted.last else { return .nan }
        let place = share * Double(sorted.count - 1)
        let index = Int(place)
        guard index + 1 < sorted.count else { return last }
        return sorted[index] + (place - Double(index)) * (sorted[index + 1] - sorted[index])
    }
}
