// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// What a person at a keyboard does in a car.
package enum DrivingKey: String, Sendable, Hashable, CaseIterable {
    /// Steers to the left.
    case left
    /// Steers to the right.
    case right
    /// Accelerates.
    case gas
    /// Slows down.
    case brake

    /// The key that says the opposite.
    fileprivate var opposite: DrivingKey {
        switch self {
        case .left: .right
        case .right: .left
        case .gas: .brake
        case .brake: .gas
        }
    }
}

/// Which keys are down, as a value: keys in, actions out, counted in steps and by no clock.
package struct HeldKeys: Sendable, Hashable {
    /// For how many steps a key still counts as down.
    private var rest: [DrivingKey: Int] = [:]

    /// No key is down.
    package init() {}

    /// A key goes down, until it is released.
    package mutating func press(_ key: DrivingKey) { rest[key] = .max }

    /// A key comes up.
    package mutating func release(_ key: DrivingKey) { rest[key] = nil }

    /// A key is typed where nobody tells when it comes up: it counts as down for so many steps, at
    /// least 1, and its opposite comes up.
    package mutating func type(_ key: DrivingKey, for steps: Int) {
        precondition(steps > 0, "a key for \(steps) steps")
        rest[key] = steps
        rest[key.opposite] = nil
    }

    /// All keys come up.
    package mutating func releaseAll() { rest = [:] }

    /// The keys that are down, in the order of their cases.
    package var keys: [DrivingKey] { DrivingKey.allCases.filter { rest[$0] != nil } }

    /// Steering -1...1, gas 0...1, brake 0...1, as Gymnasium's own keyboard has them: a brake of 0.8.
    package var action: SIMD3<Float> {
        func isDown(_ key: DrivingKey) -> Float { rest[key] == nil ? 0 : 1 }
        return SIMD3(
            isDown(.right) - isDown(.left), isDown(.gas), 0.8 * isDown(.brake))
    }

    /// A step has been made with them.
    package mutating func passStep() {
        for (key, steps) in rest where steps < .max { rest[key] = steps > 1 ? steps - 1 : nil }
    }
}
