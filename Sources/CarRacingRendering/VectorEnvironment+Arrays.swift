// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import CarRacing

/// The same with arrays, which are copies: nothing of them becomes invalid.
extension VectorEnvironment {
    /// Steps and draws all environments, by count x 3 numbers: steering, gas, brake.
    ///
    /// - Throws: As `stepAll(actions:nextSeed:)`.
    public func stepAll(actions: [Float], nextSeed: (_ index: Int) -> UInt64) throws {
        try actions.withUnsafeBufferPointer { try stepAll(actions: $0, nextSeed: nextSeed) }
    }

    /// Steps and draws all environments, by an action each, in double precision.
    ///
    /// - Throws: As `stepAll(actions:nextSeed:)`.
    public func stepAll(actions: [Action], nextSeed: (_ index: Int) -> UInt64) throws {
        precondition(actions.count == count, "\(actions.count) actions for \(count) environments")
        for (index, action) in actions.enumerated() {
            try keep(try step(index, action), of: index, nextSeed)
        }
    }

    /// One environment's picture: side x side x 3 bytes, RGB, row 0 at the top.
    public func picture(_ index: Int) -> [UInt8] {
        precondition(index >= 0 && index < count, "environment \(index) of \(count)")
        return Array(observation(index))
    }

    /// How the last `stepAll` went for one environment: its reward, and whether its episode ended by a
    /// lap or by leaving the playfield, or by the time limit.
    public func last(_ index: Int) -> (reward: Double, isTerminated: Bool, isTruncated: Bool) {
        precondition(index >= 0 && index < count, "environment \(index) of \(count)")
        return (rewards[index], terminations[index] == 1, truncations[index] == 1)
    }
}
