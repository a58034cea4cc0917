// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CarRacing
package import SeededRandom

/// A driver of continuous controls, made to do with the five discrete actions.
///
/// What an action gives more or less than was wanted is owed, and the next one is that which leaves
/// the least debt: over some steps the car gets what its driver wanted, as far as five actions go.
package struct Discretised<Driver: LockstepPolicy>: LockstepPolicy {
    package static var usesObservations: Bool { Driver.usesObservations }

    private var driver: Driver
    /// What the driver wanted last, of all slots one after another.
    private var wanted: [Float]
    private var debts: [SIMD3<Float>]
    private let controls = DiscreteAction.allCases.map { Action($0).single }

    /// Takes a driver of so many slots.
    package init(_ driver: Driver, slots: Int) {
        self.driver = driver
        wanted = [Float](repeating: 0, count: 3 * slots)
        debts = [SIMD3<Float>](repeating: .zero, count: slots)
    }

    package mutating func begin(_ slot: Int, parameters: [Float], stream: PCG64) throws {
        try driver.begin(slot, parameters: parameters, stream: stream)
        debts[slot] = .zero
    }

    package mutating func perceive(
        _ slots: UnsafeBufferPointer<Int>, _ observations: UnsafePointer<UInt8>
    ) {
        driver.perceive(slots, observations)
    }

    package mutating func decide(
        _ slots: UnsafeBufferPointer<Int>, into actions: UnsafeMutablePointer<Float>
    ) {
        var memory: [Float] = []
        swap(&memory, &wanted)
        memory.withUnsafeMutableBufferPointer {
            guard let start = $0.baseAddress else { return }
            driver.decide(slots, into: start)
        }
        swap(&memory, &wanted)
        for slot in slots {
            let more = SIMD3(wanted[3 * slot], wanted[3 * slot + 1], wanted[3 * slot + 2])
            // Debts that no action can pay do not grow for ever.
            var debt = (debts[slot] + more)
                .clamped(lowerBound: SIMD3(repeating: -1), upperBound: SIMD3(repeating: 1))
            let chosen = Self.nearest(to: debt, of: controls)
            debt -= chosen
            debts[slot] = debt
            for index in 0..<3 { actions[3 * slot + index] = chosen[index] }
        }
    }

    /// The controls nearest to what is owed, the first of equally near ones.
    private static func nearest(
        to debt: SIMD3<Float>, of controls: [SIMD3<Float>]
    ) -> SIMD3<Float> {
        var best = controls[0]
        var least = Float.infinity
        for candidate in controls {
            let rest = debt - candidate
            let distance = rest.x * rest.x + rest.y * rest.y + rest.z * rest.z
            if distance < least { (best, least) = (candidate, distance) }
        }
        return best
    }
}
