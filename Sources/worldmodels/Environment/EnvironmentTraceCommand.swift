// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Basics
import CarRacing
import CarRacingRendering
import Foundation

struct EnvironmentTraceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Play a file of actions and write track, states, rewards and frames (.npz).",
        discussion: """
            The actions are a (T, 3) .npy of any type: steering -1...1, gas 0...1, brake 0...1; \
            they count in double precision, as in Gymnasium. Discrete ones are a (T) .npy of the \
            numbers 0 to 4. They \
            are played until they end or the episode does (the time limit aside). The archive \
            holds track, actions, hull, wheel_omega, steer_angle, reward, terminated, visited, \
            frame_steps and frames (96x96), as Tests/CarRacingTests/Golden/gymnasium_trace.py \
            describes them.
            """)

    @Option(help: "The track's seed.")
    var seed: UInt64

    @Option(help: .init("The .npy of actions.", valueName: "file"))
    var actions: String

    @Option(help: .init("The .npz to write.", valueName: "file"))
    var output: String

    @Option(
        help: .init(
            "Keep a frame every so many steps; 0 keeps the reset's frame only.", valueName: "steps")
    )
    var frameEvery = 100

    @Option(help: .init("Stop after so many steps.", valueName: "steps"))
    var maxSteps: Int?

    @Option(
        help: .init(
            "Draw the track's colours, as Gymnasium's domain_randomize does: off or on.",
            valueName: "switch"))
    var domainRandomize = Switch.off

    @OptionGroup var drawing: DrawingOptions

    func validate() throws {
        guard frameEvery >= 0 else { throw ValidationError("--frame-every must not be negative") }
        guard maxSteps ?? 1 > 0 else { throw ValidationError("--max-steps must be positive") }
    }

    func run() throws {
        let values = try ActionFile.read(actions)
        let painter = try Painter(
            observation: .px96, antialiasing: drawing.antialiasing ?? .off, library: drawing.gl)
        var trace = try EnvironmentTrace(
            trackSeed: seed, domainRandomize: domainRandomize.isOn, painter, frameEvery: frameEvery)
        try trace.drive(values, maxSteps: maxSteps)
        try trace.write(to: URL(filePath: output))
        let car = trace.environment
        printSummary(
            of: output,
            "\(output): \(car.trackTiles) nodes, \(car.steps) steps, return "
                + String(format: "%.3f", trace.rewards.reduce(0, +))
                + ", visited \(car.tilesVisited)")
    }
}
