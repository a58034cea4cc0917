// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Testing

@testable import ClusterSessions

struct NoticeLimiterTests {
    private let rule = NoticeLimiter<Int>.Rule(
        ofParty: .init(burst: 5, perSecond: 1 / 60), inAll: .init(burst: 100, perSecond: 1 / 60))
    private var limiter = NoticeLimiter<Int>()

    private mutating func flood(
        _ count: Int, kind: String = "joined", party: String? = "a", at now: Double = 0
    ) -> Int {
        (0..<count).count {
            limiter.admits($0, kind: kind, party: party, rule: rule, at: now)
        }
    }

    @Test mutating func `the first few pass, the rest is one with its count`() {
        #expect(flood(700) == 5)
        #expect(limiter.takeDue(at: 9.9).isEmpty)
        let merged = limiter.takeDue(at: 10)
        #expect(merged.map(\.count) == [695])
        #expect(merged.map(\.last) == [699])
        #expect(merged.map(\.seconds) == [10])
        #expect(limiter.takeDue(at: 1000).isEmpty)
    }

    @Test mutating func `no kind takes room from another, and no party from another`() {
        _ = flood(10_000)
        #expect(flood(3, party: "b") == 3)
        #expect(flood(3, kind: "quarantined") == 3)
    }

    @Test mutating func `ever new parties have the kind's budget and no more memory than that`() {
        let passed = (0..<50_000).count { flood(1, party: "\($0)") == 1 }
        #expect(passed == 100)
        #expect(limiter.accountCount == 101)
        #expect(limiter.takeDue(at: 10).map(\.count) == [49_900])
        #expect(flood(3, kind: "quarantined") == 3)
    }

    @Test mutating func `without a party each counts, up to the kind's budget`() {
        #expect(flood(700, party: nil) == 100)
        #expect(limiter.takeAll(at: 3).map(\.count) == [600])
        #expect(limiter.takeAll(at: 4).isEmpty)
    }

    @Test(arguments: [1, 300, 10_000]) mutating func `a flood of a day is bounded`(parties: Int) {
        var told = 0
        var counted = 0
        for second in 0..<86_400 {
            for event in 0..<3 {
                told += flood(1, party: "\((3 * second + event) % parties)", at: Double(second))
            }
            let merged = limiter.takeDue(at: Double(second))
            counted += merged.reduce(0) { $0 + $1.count } - merged.count
            told += merged.count
        }
        let rest = limiter.takeAll(at: 86_400)
        #expect(told + counted + rest.reduce(0) { $0 + $1.count } == 3 * 86_400)
        #expect(told < 2000)
    }

    @Test mutating func `after quiet it is as at the start`() {
        _ = flood(700)
        _ = limiter.takeDue(at: 10)
        #expect(flood(1, at: 11) == 0)
        // The second window takes twice as long.
        #expect(limiter.takeDue(at: 29).isEmpty)
        #expect(limiter.takeDue(at: 30).map(\.count) == [1])
        #expect(limiter.takeDue(at: 70).isEmpty)
        #expect(limiter.takeDue(at: 1000).isEmpty)
        #expect(limiter.accountCount == 0)
        #expect(flood(700, at: 1000) == 5)
    }
}
