// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterSessions
import Testing

struct RateLimitedCountTests {
    @Test func `a flood of hours is told a few times, with how many there were`() {
        var count = RateLimitedCount()
        var told: [(count: Int, last: String)] = []
        for second in 0..<10_000 {
            for place in 0..<3 { count.add("\(second).\(place)") }
            if let (number, last) = count.notice(at: Double(second)) {
                told.append((number, last))
            }
        }
        #expect(count.total == 30_000)
        #expect((10...40).contains(told.count))
        #expect(told[0].count == 3 && told[0].last == "0.0")
        #expect(told[1].count == 15 && told[1].last == "1.0")
        // After quiet it is as at the start.
        _ = count.notice(at: 20_000)
        count.add("late")
        #expect(count.notice(at: 30_000)?.1 == "late")
        count.add("later")
        #expect(count.notice(at: 30_006)?.1 == "later")
    }
}
