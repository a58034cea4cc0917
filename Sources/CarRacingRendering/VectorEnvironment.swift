// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import CarRacing

/// N CarRacing environments with observations, rewards and ends in contiguous buffers.
///
/// The single environment is the case N = 1. Environments do not influence each other: each
/// yields the same numbers and pictures, bit for bit, as it would alone. No step allocates.
///
/// It belongs to the thread that made it: its drawing context is current on that thread. Drawing
/// from another traps, so keep it to a thread of your own and do not hold it across an `await`.
public final class VectorEnvironment {
    /// How many environments there are.
    public let count: Int
    /// The size of an observation.
    public let observationSize: ObservationSize
    /// The rules of all episodes.
    public let rules: Rules
    /// How edges look.
    public let antialiasing: Antialiasing
    /// What was drawn last: count x side x side x 3 bytes, RGB, row 0 at the top.
    public let observations: UnsafeMutableBufferPointer<UInt8>
    /// The rewards of the last `stepAll`.
    public let rewards: UnsafeMutableBufferPointer<Double>
    /// 1 where the last `stepAll` completed a lap or left the playfield.
    public let terminations: UnsafeMutableBufferPointer<UInt8>
    /// 1 where the last `stepAll` reached the time limit.
    public let truncations: UnsafeMutableBufferPointer<UInt8>

    private let environments: [CarRacingEnvironment]
    private let painter: Painter

    /// Environments on the track of seed 0, drawn.
    ///
    /// - Throws: `DrawingError` when the library or a context cannot be had.
    public init(
        count: Int, observationSize: ObservationSize, rules: Rules = Rules(),
        antialiasing: Antialiasing = .off, context: DrawingLibrary = .osmesa
    ) throws(DrawingError) {
        precondition(count > 0, "a vector of \(count) environments")
        self.count = count
        self.observationSize = observationSize
        self.rules = rules
        self.antialiasing = antialiasing
        painter = try Painter(
            observation: observationSize, antialiasing: antialiasing, library: context)
        environments = (0..<count).map { _ in CarRacingEnvironment(rules: rules) }
        observations = .allocate(capacity: count * observationSize.byteCount)
        observations.initialize(repeating: 0)
        rewards = .allocate(capacity: count)
        rewards.initialize(repeating: 0)
        terminations = .allocate(capacity: count)
        terminations.initialize(repeating: 0)
        truncations = .allocate(capacity: count)
        truncations.initialize(repeating: 0)
        for index in 0..<count { try draw(index) }
    }

    deinit {
        observations.deallocate()
        rewards.deallocate()
        terminations.deallocate()
        truncations.deallocate()
    }

    /// Begins an episode with a seed as Gymnasium's `reset(seed:)`; nothing is drawn.
    public func reset(_ index: Int, trackSeed: UInt64) {
        environments[index].reset(trackSeed: trackSeed)
    }

    /// Drives one environment for 1/50 s; nothing is drawn.
    ///
    /// Steering is -1 (full left) to 1 (full right), gas and brake are 0...1.
    ///
    /// - Throws: `CarRacingError.actionNotFinite`; nothing has moved then.
    public func step(
        _ index: Int, steering: Float, gas: Float, brake: Float
    ) throws(CarRacingError) -> StepResult {
        try step(
            index, Action(steering: Double(steering), gas: Double(gas), brake: Double(brake)))
    }

    /// Drives one environment for 1/50 s by controls in double precision; nothing is drawn.
    ///
    /// Gymnasium computes with these: a brake of 0.9 blocks the wheels, `Float(0.9)` does not.
    ///
    /// - Throws: `CarRacingError.actionNotFinite`; nothing has moved then.
    public func step(_ index: Int, _ action: Action) throws(CarRacingError) -> StepResult {
        try environments[index].step(action)
    }

    /// Draws one environment into its part of `observations`.
    ///
    /// - Throws: `DrawingError` when the context is lost.
    public func draw(_ index: Int) throws(DrawingError) {
        try painter.draw(environments[index], into: observation(index))
    }

    /// One environment's part of `observations`: side x side x 3 bytes, RGB, row 0 at the top.
    public func observation(_ index: Int) -> UnsafeMutableBufferPointer<UInt8> {
        let size = observationSize.byteCount
        return UnsafeMutableBufferPointer(
            rebasing: observations[(index * size)..<((index + 1) * size)])
    }

    /// The environment itself, to look into.
    public func environment(_ index: Int) -> CarRacingEnvironment { environments[index] }

    /// How many tiles have been visited in an environment's episode.
    public func tilesVisited(_ index: Int) -> Int { environments[index].tilesVisited }

    /// How many tiles an environment's track has.
    public func trackTiles(_ index: Int) -> Int { environments[index].trackTiles }

    /// Steps and draws all environments; those whose episode ends begin the next at once.
    ///
    /// The actions are count x 3: steering, gas, brake; `nextSeed` gives the next episode's track
    /// seed. Rewards and ends are those of the step, the observation is then the new episode's
    /// first.
    ///
    /// - Throws: `CarRacingError.actionNotFinite`, `DrawingError` when the context is lost.
    public func stepAll(
        actions: UnsafeBufferPointer<Float>, nextSeed: (_ index: Int) -> UInt64
    ) throws {
        precondition(actions.count == 3 * count, "\(actions.count) numbers for \(count) actions")
        for index in 0..<count {
            let result = try step(
                index, steering: actions[3 * index], gas: actions[3 * index + 1],
                brake: actions[3 * index + 2])
            try keep(result, of: index, nextSeed)
        }
    }

    /// Keeps how a step went, begins the next episode where it was the last one, and draws.
    func keep(
        _ result: StepResult, of index: Int, _ nextSeed: (_ index: Int) -> UInt64
    ) throws(DrawingError) {
        rewards[index] = result.reward
        terminations[index] = result.terminated ? 1 : 0
        truncations[index] = result.truncated ? 1 : 0
        if result.end != nil { reset(index, trackSeed: nextSeed(index)) }
        try draw(index)
    }
}
