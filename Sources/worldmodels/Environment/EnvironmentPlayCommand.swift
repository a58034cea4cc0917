// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Basics
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

    @Option(
        help: .init(
            "What the driver can do: continuous or discrete, Gymnasium's five actions.",
            valueName: "kind"))
    var actions = ActionSpace.continuous

    @Option(
        help: .init(
            "Draw the track's colours, as Gymnasium's domain_randomize does: off or on.",
            valueName: "switch"))
    var domainRandomize = Switch.off

    @OptionGroup var drawing: DrawingOptions

    func validate() throws {
        try requireFilmEnding(output, option: "--output")
        guard maxSteps > 0 else { throw ValidationError("--max-steps must be positive") }
        guard frameEvery.map((1...1000).contains) ?? true else {
            throw ValidationError("--frame-every must be 1 to 1000")
        }
        guard speed > 0, speed.isFinite else { throw ValidationError("--speed must be positive") }
    }

    func run() throws {
        let file = URL(filePath: output)
        let cars = try CarRacingSlots(
            count: 1, domainRandomize: domainRandomize.isOn, actions: actions,
            drawing: drawing.gl)
        let film = try FilmSink(
            of: cars, to: file, frameEvery: frameEvery ?? FilmSink.usualInterval(of: file),
            showsTimeLimit: false, antialiasing: drawing.antialiasing ?? .samples4,
            drawing: drawing.gl)
        let driver = RoadFollower(of: cars, speed: speed)
        let (outcome, frames) =
            actions == .continuous
            ? try show(cars, driver, film)
            : try show(cars, Discretised(driver, slots: 1), film)
        printSummary(
            of: output,
            "\(output): \(frames) frames, \(outcome.steps) steps, "
                + "\(outcome.tilesVisited) of \(outcome.trackTiles) tiles, return "
                + String(format: "%.1f", cars.environment(0).totalReward))
    }

    /// Films one episode; gives how many frames there are.
    private func show(
        _ cars: CarRacingSlots, _ driver: some LockstepPolicy, _ film: FilmSink
    ) throws -> (EpisodeOutcome, frames: Int) {
        let engine = LockstepEngine(cars, driver, film, EpisodePlan(timeLimit: maxSteps))
        return (try engine.show(trackSeed: seed), engine.sink.frameCount)
    }
}
