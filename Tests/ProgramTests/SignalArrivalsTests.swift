// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Testing

@testable import worldmodels

struct SignalArrivalsTests {
    private let start = ContinuousClock.now

    @Test func `the same signal again within a tenth of a second is no second one`() {
        var arrivals = SignalArrivals()
        #expect(arrivals.first == nil)
        #expect(arrivals.receive(SIGTERM, at: start) == .first)
        #expect(arrivals.first == SIGTERM)
        #expect(arrivals.receive(SIGTERM, at: start + .milliseconds(99)) == .echo)
        #expect(arrivals.receive(SIGTERM, at: start + .milliseconds(100)) == .second)
    }

    @Test func `another one is, however soon it comes`() {
        var arrivals = SignalArrivals()
        #expect(arrivals.receive(SIGTERM, at: start) == .first)
        #expect(arrivals.receive(SIGINT, at: start) == .second)
        #expect(arrivals.first == SIGTERM)
    }
}
