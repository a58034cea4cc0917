// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

extension BoardHistogram {
    /// A histogram in buckets of one width, such as 10, as multiples of which they lie.
    ///
    /// - Parameters:
    ///   - values: Those that are no finite numbers are left out; nil where none is one.
    ///   - width: The width; it is doubled until there are at most 500 buckets.
    init?(_ values: [Double], width: Double = 20) {
        let values = values.filter(\.isFinite)
        guard let least = values.min(), let greatest = values.max() else { return nil }
        self.init()
        min = least
        max = greatest
        num = Double(values.count)
        sum = values.reduce(0, +)
        sumSquares = values.reduce(0) { $0 + $1 * $1 }
        var width = width
        while (greatest - least) / width > 500 { width *= 2 }
        let first = (least / width).rounded(.down)
        let count = Int((greatest / width).rounded(.down) - first) + 1
        var counts = [Double](repeating: 0, count: count)
        for value in values { counts[Int((value / width).rounded(.down) - first)] += 1 }
        // A first bucket of nothing ends where the second begins: it says where that is.
        bucketLimit = (0...count).map { (first + Double($0)) * width }
        bucket = [0] + counts
    }
}
