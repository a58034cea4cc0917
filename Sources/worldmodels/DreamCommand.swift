// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Foundation
import WorldModelTraining

/// Makes a film of what M imagines.
struct DreamCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dream",
        abstract: "Film what V and M imagine beside what happened.",
        discussion: """
            The first steps of a recorded rollout are shown to M; from then on M imagines the \
            frames, under the rollout's actions. From the left: the rollout, what V makes of it, \
            the dream.
            """)

    @Option(help: "The run's directory.")
    var logdir: String

    @Option(help: "The recorded rollout (.npz) whose first frames and actions are taken.")
    var recording: String

    @Option(help: "The GIF to write.")
    var output: String

    @Option(help: "How freely M draws: 1 as trained, lower is tamer, 0 has no chance in it.")
    var temperature = 1.0

    @Option(help: "Root of all random draws.")
    var seed: UInt64 = 1

    @Option(help: "Steps to imagine.")
    var steps = 200

    @Option(help: "The rollout's step at which the dream starts.")
    var start = 40

    @Option(help: "By how much the pictures are enlarged.")
    var scale = 3

    func validate() throws {
        guard temperature >= 0, temperature.isFinite else {
            throw ValidationError("--temperature must not be negative.")
        }
        guard (1...100_000).contains(steps), (0...100_000).contains(start) else {
            throw ValidationError("--steps must be 1 to 100000 and --start 0 to 100000.")
        }
        guard (1...16).contains(scale) else { throw ValidationError("--scale must be 1 to 16.") }
    }

    func run() throws {
        var settings = Dream.Configuration(
            logdir: URL(filePath: logdir), recording: URL(filePath: recording),
            output: URL(filePath: output))
        settings.temperature = temperature
        settings.seed = seed
        settings.steps = steps
        settings.start = start
        settings.scale = scale
        let summary = try Dream(settings).run()
        print(
            "\(output): \(summary.steps) steps, mean distance of the latents "
                + String(format: "%.3f", summary.latentDistance)
                + ", expected return " + String(format: "%.1f", summary.expectedReturn)
                + ", \(summary.expectedEnds) expected ends")
    }
}
