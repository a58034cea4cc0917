// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import CarRacing
import CarRacingRendering
import Foundation
import ArrayFiles

/// Plays recorded actions and writes what happened, for comparison with Gymnasium's recording.
struct EnvironmentTraceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Play a file of actions and write track, states, rewards and frames (.npz).",
        discussion: """
            The actions are a (T, 3) .npy: steering -1...1, gas 0...1, brake 0...1. They \
            are played until they end or the episode does (the time limit aside). The archive \
            holds track, actions, hull, wheel_omega, steer_angle, reward, terminated, visited, \
            frame_steps and frames (96x96), as Tests/CarRacingTests/Golden/gymnasium_trace.py \
            describes them.
            """)

    @Option(help: "The track's seed.")
    var seed: UInt64

    @Option(help: "The .npy of actions.")
    var actions: String

    @Option(help: "The .npz to write.")
    var output: String

    @Option(help: "Keep a frame every so many steps; 0 keeps the reset's frame only.")
    var frameEvery = 100

    @Option(help: "Stop after so many steps.")
    var maxSteps: Int?

    @OptionGroup var drawing: DrawingOptions

    func validate() throws {
        guard frameEvery >= 0 else { throw ValidationError("--frame-every must not be negative") }
        guard maxSteps ?? 1 > 0 else { throw ValidationError("--max-steps must be positive") }
    }

    func run() throws {
        let values = try ActionFile.read(actions)
        let painter = try Painter(
            observation: .px96, antialiasing: drawing.antialiasing ?? .off, library: drawing.gl)
        let environment = CarRacingEnvironment(rules: Rules(timeLimit: nil), trackSeed: seed)
        var recording = Recording()
        try recording.addFrame(painter, environment, step: -1)
        let count = min(values.count / 3, maxSteps ?? .max)
        for step in 0..<count {
            let action = Array(values[(3 * step)..<(3 * step + 3)])
            let result = try environment.step(
                Action(
                    steering: Double(action[0]), gas: Double(action[1]), brake: Double(action[2])))
            recording.add(environment, action, result)
            if frameEvery > 0 && step % frameEvery == frameEvery - 1 {
                try recording.addFrame(painter, environment, step: Int32(step))
            }
            if result.terminated { break }
        }
        try recording.write(to: URL(filePath: output), track: environment.track)
        print(
            "\(output): \(environment.trackTiles) nodes, \(environment.steps) steps, return "
                + String(format: "%.3f", recording.rewards.reduce(0, +))
                + ", visited \(environment.tilesVisited)")
    }

    /// The arrays of the archive, row by row.
    private struct Recording {
        private var actions: [Float] = []
        private var hull: [Double] = []
        private var wheelOmega: [Double] = []
        private var steerAngle: [Double] = []
        private(set) var rewards: [Double] = []
        private var terminated: [UInt8] = []
        private var visited: [Int32] = []
        private var frameSteps: [Int32] = []
        private var frames: [UInt8] = []

        mutating func add(
            _ environment: CarRacingEnvironment, _ action: [Float], _ result: StepResult
        ) {
            actions += action
            let state = environment.hull
            hull += [
                state.x, state.y, state.angle, state.velocityX, state.velocityY,
                state.angularVelocity,
            ]
            wheelOmega += (0..<4).map(environment.wheelVelocity)
            steerAngle += (0..<2).map(environment.steeringAngle)
            rewards.append(result.reward)
            terminated.append(result.terminated ? 1 : 0)
            visited.append(Int32(environment.tilesVisited))
        }

        mutating func addFrame(
            _ painter: Painter, _ environment: CarRacingEnvironment, step: Int32
        ) throws {
            var pixels = [UInt8](repeating: 0, count: 3 * painter.width * painter.height)
            try pixels.withUnsafeMutableBufferPointer { try painter.draw(environment, into: $0) }
            frames += pixels
            frameSteps.append(step)
        }

        func write(to url: URL, track: Track) throws {
            let steps = rewards.count
            let archive = try NPZWriter(to: url, compression: .stored)
            let nodes = track.nodes.flatMap { [$0.alpha, $0.beta, $0.x, $0.y] }
            try archive.add("track", nodes, shape: [track.nodes.count, 4])
            try archive.add("actions", actions, shape: [steps, 3])
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
}
