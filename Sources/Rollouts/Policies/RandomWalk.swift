// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CarRacing
package import SeededRandom

/// The original's random controls.
package struct RandomWalk: LockstepPolicy {
    /// What the controls of a step have to do with those of the step before.
    package enum Noise: Sendable {
        /// Independent and uniform.
        case white
        /// a += sqrt(dt) N(0, 1) with dt = 1/50, clipped, from a uniform start.
        case brownian
        /// Each of the five discrete actions as likely as another.
        case discrete
    }

    /// The range of the controls.
    private static let lowest = SIMD3<Float>(-1, 0, 0)
    private static let highest = SIMD3<Float>(1, 1, 1)

    private let noise: Noise
    private var streams: [PCG64]
    private var isStart: [Bool]

    /// Makes room for so many episodes at once.
    package init(_ noise: Noise, slots: Int) {
        self.noise = noise
        streams = [PCG64](repeating: PCG64(seed: 0), count: slots)
        isStart = [Bool](repeating: true, count: slots)
    }

    package mutating func begin(_ slot: Int, parameters: [Float], stream: PCG64) {
        streams[slot] = stream
        isStart[slot] = true
    }

    package mutating func decide(
        _ slots: UnsafeBufferPointer<Int>, into actions: UnsafeMutablePointer<Float>
    ) {
        for slot in slots {
            let place = actions + 3 * slot
            let action =
                switch noise {
                case .discrete: Self.choice(&streams[slot])
                case .brownian where !isStart[slot]:
                    (SIMD3(place[0], place[1], place[2])
                        + Float(1.0 / 50).squareRoot() * Self.normals(&streams[slot]))
                        .clamped(lowerBound: Self.lowest, upperBound: Self.highest)
                case .white, .brownian: Self.uniform(&streams[slot])
                }
            isStart[slot] = false
            for index in 0..<3 { place[index] = action[index] }
        }
    }

    private static func choice(_ stream: inout PCG64) -> SIMD3<Float> {
        let number = Int(stream.integer(below: UInt32(DiscreteAction.allCases.count)))
        return Action(DiscreteAction.allCases[number]).single
    }

    private static func uniform(_ stream: inout PCG64) -> SIMD3<Float> {
        SIMD3(
            Float(stream.uniform(-1, 1)), Float(stream.uniform(0, 1)), Float(stream.uniform(0, 1)))
    }

    private static func normals(_ stream: inout PCG64) -> SIMD3<Float> {
        let pair = stream.normalPair()
        return SIMD3(Float(pair.0), Float(pair.1), Float(stream.normalPair().0))
    }
}
