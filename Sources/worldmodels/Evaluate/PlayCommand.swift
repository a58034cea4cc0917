// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Episodes
import Foundation
import Rollouts
import SeededRandom

/// Films a drive by a trained agent.
struct PlayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "play",
        abstract: "Film a drive by a run's controller, or by the pretrained agent.")

    @OptionGroup var agent: AgentOptions

    @Option(help: .init("The film to write: .webm or .gif.", valueName: "file"))
    var output: String

    @Option(help: "Which of the tracks that training never uses.")
    var seed: UInt64 = 0

    @Option(
        help: .init(
            "The seed of a track as Gymnasium's reset takes it, instead of --seed.",
            valueName: "seed"))
    var trackSeed: UInt64?

    @Option(
        help: .init(
            "Film every so many steps, of which 50 are a second (default: 1 for .webm, else 4).",
            valueName: "steps"))
    var frameEvery: Int?

    func validate() throws {
        try requireFilmEnding(output, option: "--output")
        guard frameEvery.map((1...1000).contains) ?? true else {
            throw ValidationError("--frame-every must be 1 to 1000")
        }
    }

    func run() throws {
        let files = try agent.files()
        let controller = try files.requireController()
        let track = trackSeed ?? TrackSeeds(SeedStreams(root: seed)).report(0)
        let drive = try FilmSink.film(
            to: URL(filePath: output), models: files.models, controller: controller,
            trackSeed: track, settings: try agent.settings(of: controller, in: files),
            frameEvery: frameEvery)
        printSummary(
            of: output,
            "\(output): track \(track), \(drive.steps) steps, return "
                + String(format: "%.1f", drive.episodeReturn) + " (\(controller.formText))")
    }
}
