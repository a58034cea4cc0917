// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import CarRacing
import CarRacingRendering
import Episodes
import Foundation
import ArrayFiles
import Rollouts

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
        let cars = try CarRacingSlots(count: 1, drawing: drawing.gl)
        let painter = try Painter(
            observation: .px96, antialiasing: drawing.antialiasing ?? .off, library: drawing.gl)
        let count = min(values.count / 3, maxSteps ?? .max)
        let engine = LockstepEngine(
            cars, Replay(values), TraceSink(cars, painter, frameEvery: frameEvery),
            EpisodePlan(timeLimit: max(1, count)))
        if count > 0 {
            _ = try engine.show(trackSeed: seed)
        } else {
            try engine.submit(.shown(trackSeed: seed), parameters: [], ticket: 0)
        }
        let car = cars.environment(0)
        try engine.sink.write(to: URL(filePath: output), track: car.track)
        printSummary(
            of: output,
            "\(output): \(car.trackTiles) nodes, \(car.steps) steps, return "
                + String(format: "%.3f", engine.sink.rewards.reduce(0, +))
                + ", visited \(car.tilesVisited)")
    }

    /// The arrays of the archive, row by row.
    private struct TraceSink: LockstepSink {
        private let cars: CarRacingSlots
        private let painter: Painter
        private let frameEvery: Int
        private var actions: [Float] = []
        private var hull: [Double] = []
        private var wheelOmega: [Double] = []
        private var steerAngle: [Double] = []
        private(set) var rewards: [Double] = []
        private var terminated: [UInt8] = []
        private var visited: [Int32] = []
        private var frameSteps: [Int32] = []
        private var frames: [UInt8] = []

        init(_ cars: CarRacingSlots, _ painter: Painter, frameEvery: Int) {
            self.cars = cars
            self.painter = painter
            self.frameEvery = frameEvery
        }

        mutating func begin(_ slot: Int) throws { try addFrame(slot, step: -1) }

        mutating func didStep(
            _ slot: Int, observation: UnsafePointer<UInt8>, action: UnsafePointer<Float>,
            result: EnvironmentStep
        ) throws {
            let environment = cars.environment(slot)
            actions += [action[0], action[1], action[2]]
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
            if frameEvery > 0, rewards.count % frameEvery == 0 {
                try addFrame(slot, step: Int32(rewards.count - 1))
            }
        }

        private mutating func addFrame(_ slot: Int, step: Int32) throws {
            var pixels = [UInt8](repeating: 0, count: 3 * painter.width * painter.height)
            try pixels.withUnsafeMutableBufferPointer {
                try painter.draw(cars.environment(slot), into: $0)
            }
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
