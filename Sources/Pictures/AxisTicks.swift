// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// The marks of an axis: round numbers, evenly spaced.
struct AxisTicks: Equatable {
    /// The marks, ascending; the axis reaches from the first to the last.
    let values: [Double]
    /// The digits after the point that tell the marks apart.
    let decimals: Int

    /// Marks that enclose a range in about `count` steps of 1, 2 or 5 times a power of ten.
    init(low: Double, high: Double, count: Int) {
        // So that neither the range nor a mark beyond it leaves the doubles.
        var (low, high) = (max(min(low, high), -1e300), min(max(low, high), 1e300))
        // A range of no width, or too small a one to be told apart by doubles.
        if high - low <= max(abs(high) * 1e-12, 1e-290) {
            let margin = max(abs(high) * 0.1, 0.5)
            (low, high) = (low - margin, high + margin)
        }
        let rough = (high - low) / Double(count)
        let power = pow(10, floor(log10(rough)))
        let step = power * ([1, 2, 5].first { $0 * power >= rough * 0.999 } ?? 10)
        let first = floor(low / step + 1e-9)
        let last = ceil(high / step - 1e-9)
        values = stride(from: first, through: last, by: 1).map { $0 == 0 ? 0 : $0 * step }
        decimals = min(12, max(0, Int(-floor(log10(step) + 1e-9))))
    }

    /// The text of a mark, with a power of ten where its digits would be many.
    func label(_ value: Double) -> String {
        let largest = values.map(abs).max() ?? 0
        if largest >= 1e7 || decimals > 6 { return String(format: "%.3g", value) }
        return String(format: "%.\(decimals)f", value)
    }

    var low: Double { values.first ?? 0 }
    var high: Double { values.last ?? 1 }
}
