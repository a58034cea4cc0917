// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The mean of a sample of returns and how sure it is.
package struct ReturnStatistics: Sendable, Hashable, Codable {
    /// How many returns there are.
    package var count: Int
    /// Their mean.
    package var mean: Double
    /// Their standard deviation (n - 1 in the denominator); 0 for a single one.
    package var standardDeviation: Double
    /// Half the width of the mean's 95 % confidence interval (Student's t); 0 for a single one.
    package var confidence95: Double
    /// The lowest.
    package var minimum: Double
    /// The highest.
    package var maximum: Double

    /// Summarises returns.
    ///
    /// - Parameter returns: At least one.
    package init(_ returns: [Double]) {
        precondition(!returns.isEmpty, "the statistics of no returns")
        count = returns.count
        let total = Double(count)
        let mean = returns.reduce(0, +) / total
        let squares = returns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        self.mean = mean
        standardDeviation = count > 1 ? (squares / (total - 1)).squareRoot() : 0
        confidence95 =
            count > 1
            ? Self.studentQuantile975(freedom: count - 1) * standardDeviation / total.squareRoot()
            : 0
        minimum = returns.min() ?? mean
        maximum = returns.max() ?? mean
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
