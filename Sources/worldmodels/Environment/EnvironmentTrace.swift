// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import CarRacing
import CarRacingRendering
import Foundation

/// A drive by given actions and all that is to be known of it, row by row.
///
/// The environment is driven as it is, without the engine: that one's actions are a controller's
/// single precision, Gymnasium's are double, and thresholds such as the brake's 0.9 lie between.
struct EnvironmentTrace {
    /// The environment, after the last step.
    let environment: CarRacingEnvironment
    /// The rewards of the steps so far.
    private(set) var rewards: [Double] = []
    /// Each step's position, angle, velocity and angular velocity.
    private(set) var hull: [Double] = []

    /// Draws the frames; none are kept without one.
    private let painter: Painter?
    private let frameEvery: Int
    private var actions: [Double] = []
    private var wheelOmega: [Double] = []
    private var steerAngle: [Double] = []
    private var terminated: [UInt8] = []
    private var visited: [Int32] = []
    private var frameSteps: [Int32] = []
    private var frames: [UInt8] = []

    /// A trace at the start of an episode without a time limit; a frame is kept every so many steps,
    /// and the reset's.
    ///
    /// - Throws: `DrawingError` when the drawing context is lost.
    init(
        trackSeed: UInt64, domainRandomize: Bool = false, _ painter: Painter?, frameEvery: Int = 0
    ) throws {
        environment = CarRacingEnvironment(
            rules: Rules(timeLimit: nil, domainRandomize: domainRandomize), trackSeed: trackSeed)
        self.painter = painter
        self.frameEvery = frameEvery
        try addFrame(step: -1)
    }

    /// Plays rows of (steering, gas, brake) until they end or the episode does.
    ///
    /// - Throws: `CarRacingError.actionNotFinite`, `DrawingError` when the context is lost.
    mutating func drive(_ values: [Double], maxSteps: Int? = nil) throws {
        for row in 0..<min(values.count / 3, maxSteps ?? .max) {
            let action = Array(values[(3 * row)..<(3 * row + 3)])
            let result = try environment.step(
                Action(steering: action[0], gas: action[1], brake: action[2]))
            actions += action
            add(result)
            if frameEvery > 0, rewards.count % frameEvery == 0 {
                try addFrame(step: Int32(rewards.count - 1))
            }
            if result.end != nil { return }
        }
    }

    private mutating func add(_ result: StepResult) {
        let state = environment.hull
        hull += [
            state.x, state.y, state.angle, state.velocityX, state.velocityY,
            state.angularVelocity,
        ]
        wheelOmega += (0..<4).map(environment.wheelVelocity)
        steerAngle += (0..<2).map(environment.steeringAngle)
        rewards.append(result.reward)
        terminated.append(result.end != nil ? 1 : 0)
        visited.append(Int32(environment.tilesVisited))
    }

    private mutating func addFrame(step: Int32) throws {
        guard let painter else { return }
        var pixels = [UInt8](repeating: 0, count: 3 * painter.width * painter.height)
        try pixels.withUnsafeMutableBufferPointer {
            try painter.draw(environment, into: $0)
        }
        frames += pixels
        frameSteps.append(step)
    }

    /// Writes the archive that `EnvironmentTraceCommand` describes.
    ///
    /// - Throws: `FileError` if it cannot be written.
    func write(to url: URL) throws {
        let steps = rewards.count
        let archive = try NPZWriter(to: url, compression: .stored)
        let nodes = environment.track.nodes
        try archive.add(
            "track", nodes.flatMap { [$0.alpha, $0.beta, $0.x, $0.y] }, shape: [nodes.count, 4])
        // The oracle's type, where that loses nothing: the archive's actions give the same drive.
        let single = actions.map { Float($0) }
        if zip(actions, single).allSatisfy({ $0 == Double($1) }) {
            try archive.add("actions", single, shape: [steps, 3])
        } else {
            try archive.add("actions", actions, shape: [steps, 3])
        }
        try archive.add("hull", hull, shape: [steps, 6])
        try archive.add("wheel_omega", wheelOmega, shape: [steps, 4])
        try archive.add("steer_angle", steerAngle, shape: [steps, 2])
        try archive.add("reward", rewards)
        try archive.add("terminated", terminated)
        try archive.add("visited", visited)
        try archive.add("frame_steps", frameSteps)
        try archive.add("frames", frames, shape: [frameSteps.count, 96, 96, 3])
        try archive.finish()
    }
}
