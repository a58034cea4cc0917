// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import CarRacing
import CarRacingRendering
import Episodes
import Foundation
import Rollouts

struct EnvironmentPlayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "play",
        abstract: "Film a drive by a scripted driver at a size for people (WebM or GIF, 600x400).")

    @Option(help: "The track's seed.")
    var seed: UInt64 = 0

    @Option(help: .init("The film to write: .webm or .gif.", valueName: "file"))
    var output: String

    @Option(help: .init("Stop after so many steps (50 a second).", valueName: "steps"))
    var maxSteps = 1000

    @Option(
        help: .init(
            "Film every so many steps (default: 1 for .webm, else 4).", valueName: "steps"))
    var frameEvery: Int?

    @Option(help: .init("The speed the driver aims at on a straight, in m/s.", valueName: "m/s"))
    var speed = 100.0

    @OptionGroup var drawing: DrawingOptions

    func validate() throws {
        guard maxSteps > 0 else { throw ValidationError("--max-steps must be positive") }
        guard frameEvery.map((1...1000).contains) ?? true else {
            throw ValidationError("--frame-every must be 1 to 1000")
        }
        guard speed > 0, speed.isFinite else { throw ValidationError("--speed must be positive") }
    }

    func run() throws {
        let file = URL(filePath: output)
        let cars = try CarRacingSlots(count: 1, drawing: drawing.gl)
        let engine = LockstepEngine(
            cars, RoadFollower(of: cars, speed: speed),
            try FilmSink(
                of: cars, to: file, frameEvery: frameEvery ?? FilmSink.usualInterval(of: file),
                showsTimeLimit: false, antialiasing: drawing.antialiasing ?? .samples4,
                drawing: drawing.gl),
            EpisodePlan(timeLimit: maxSteps))
        let outcome = try engine.show(trackSeed: seed)
        printSummary(
            of: output,
            "\(output): \(engine.sink.frameCount) frames, \(outcome.steps) steps, "
                + "\(outcome.tilesVisited) of \(outcome.trackTiles) tiles, return "
                + String(format: "%.1f", cars.environment(0).totalReward))
    }
}
