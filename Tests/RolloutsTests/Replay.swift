// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Rollouts
import SeededRandom

/// Does in every episode what was done before.
struct Replay: LockstepPolicy {
    private let actions: [Float]
    private let size: Int
    private var next: [Int]

    /// A policy that repeats actions, rows of `size` numbers; no episode may be longer.
    init(_ actions: [Float], size: Int = 3, slots: Int = 1) {
        self.actions = actions
        self.size = size
        next = [Int](repeating: 0, count: slots)
    }

    mutating func begin(_ slot: Int, parameters: [Float], stream: PCG64) {
        next[slot] = 0
    }

    mutating func decide(
        _ slots: UnsafeBufferPointer<Int>, into target: UnsafeMutablePointer<Float>
    ) {
        for slot in slots {
            for index in 0..<size { target[size * slot + index] = actions[next[slot] + index] }
            next[slot] += size
        }
    }
}
