// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import SeededRandom
import Testing

@testable import RolloutWorker

/// How a core's time is divided among what it drives.
struct CoreClockTests {
    @Test func `one episode has its core for itself`() {
        var clock = CoreClock()
        clock.begin(1, at: 10)
        clock.pass(to: 12)
        clock.pass(to: 15)
        let time = clock.end(1)
        #expect(time.wall == 5 && time.share == 5)
        #expect(clock.isIdle)
        let none = clock.end(1)
        #expect(none.wall == 0 && none.share == 0)
    }

    @Test func `episodes in lockstep share what they were driven in together`() {
        var clock = CoreClock()
        clock.begin(1, at: 0)
        clock.begin(2, at: 0)
        clock.pass(to: 4)
        let first = clock.end(1)
        #expect(first.wall == 4 && first.share == 2)
        clock.pass(to: 7)
        let second = clock.end(2)
        #expect(second.wall == 7 && second.share == 5)
        // Nobody has what passes in between.
        clock.begin(3, at: 100)
        clock.pass(to: 101)
        let third = clock.end(3)
        #expect(third.wall == 1 && third.share == 1)
    }

    @Test func `the shares add up to the time in which the core was busy`() {
        var random = PCG64(seed: 3)
        var clock = CoreClock()
        var (now, busy, shares, walls) = (0.0, 0.0, 0.0, 0.0)
        var inHand: [UInt64] = []
        for ticket in 0..<500 as Range<UInt64> {
            if inHand.count < 8 {
                clock.begin(ticket, at: now)
                inHand.append(ticket)
            }
            let step = Double(random.integer(below: 100))
            now += step
            busy += step
            clock.pass(to: now)
            while !inHand.isEmpty, random.unit() < 0.3 {
                let time = clock.end(inHand.removeFirst())
                shares += time.share
                walls += time.wall
            }
            // Idle cores wait for work.
            if inHand.isEmpty { now += 1000 }
        }
        for ticket in inHand { shares += clock.end(ticket).share }
        #expect(abs(shares - busy) < 1e-6 * busy)
        // Summed, wall clocks count the same time several times.
        #expect(walls > 2 * busy)
    }
}
