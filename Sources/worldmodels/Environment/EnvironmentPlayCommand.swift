// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import CarRacing
import CarRacingRendering
import Foundation
import Pictures

/// Films a drive by the scripted driver.
struct EnvironmentPlayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "play",
        abstract: "Film a drive by a scripted driver at a size for people (GIF, 600x400).")

    @Option(help: "The track's seed.")
    var seed: UInt64 = 0

    @Option(help: "The .gif to write.")
    var output: String

    @Option(help: "Stop after so many steps (50 a second).")
    var maxSteps = 1000

    @Option(help: "Film every so many steps.")
    var frameEvery = 4

    @Option(help: "The speed the driver aims at on a straight, in m/s.")
    var speed = 100.0

    @OptionGroup var drawing: DrawingOptions

    func validate() throws {
        guard maxSteps > 0 else { throw ValidationError("--max-steps must be positive") }
        guard (1...1000).contains(frameEvery) else {
            throw ValidationError("--frame-every must be 1 to 1000")
        }
        guard speed > 0, speed.isFinite else { throw ValidationError("--speed must be positive") }
    }

    func run() throws {
        let painter = try Painter(
            width: 600, height: 400, antialiasing: drawing.antialiasing ?? .samples4,
            skidMarks: true, library: drawing.gl)
        let film = try GIFWriter(
            to: URL(filePath: output), width: painter.width, height: painter.height,
            delay: 2 * frameEvery)
        let environment = CarRacingEnvironment(
            rules: Rules(timeLimit: maxSteps), trackSeed: seed)
        var driver = PursuitDriver(speed: speed)
        var pixels = [UInt8](repeating: 0, count: 3 * painter.width * painter.height)
        var result = StepResult(reward: 0, terminated: false, truncated: false)
        while !result.terminated && !result.truncated {
            if environment.steps % frameEvery == 0 {
                try pixels.withUnsafeMutableBufferPointer {
                    try painter.draw(environment, into: $0)
                }
                try film.append(
                    RGBImage(width: painter.width, height: painter.height, pixels: pixels))
            }
            result = try environment.step(driver.action(for: environment))
        }
        try film.finish()
        print(
            "\(output): \(film.frameCount) frames, \(environment.steps) steps, "
                + "\(environment.tilesVisited) of \(environment.trackTiles) tiles, return "
                + String(format: "%.1f", environment.totalReward))
    }
}
