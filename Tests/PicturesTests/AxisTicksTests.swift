// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Testing

@testable import Pictures

struct AxisTicksTests {
    @Test(arguments: [
        (0.0, 10.0, 5, ["0", "2", "4", "6", "8", "10"]),
        (-87.0, 911.0, 5, ["-200", "0", "200", "400", "600", "800", "1000"]),
        (0.11, 0.14, 3, ["0.11", "0.12", "0.13", "0.14"]),
        (3.0, 3.0, 4, ["2.5", "3.0", "3.5"]),
        (1e9, 3e9, 4, ["1e+09", "1.5e+09", "2e+09", "2.5e+09", "3e+09"]),
    ])
    func `marks are round and enclose the range`(
        low: Double, high: Double, count: Int, expected: [String]
    ) {
        let ticks = AxisTicks(low: low, high: high, count: count)
        #expect(ticks.values.map(ticks.label) == expected)
        #expect(ticks.low <= low && ticks.high >= high)
    }

    @Test(arguments: [
        (0.0, 0.0), (1e300, -1e300), (1, 1 + 1e-15), (-.greatestFiniteMagnitude, 0),
        (0, .leastNonzeroMagnitude), (-.greatestFiniteMagnitude, .greatestFiniteMagnitude),
    ])
    func `odd ranges have a few marks too`(low: Double, high: Double) {
        let ticks = AxisTicks(low: low, high: high, count: 6)
        #expect((2...20).contains(ticks.values.count))
        #expect(ticks.high > ticks.low)
        #expect(ticks.values.allSatisfy { $0.isFinite })
    }
}
