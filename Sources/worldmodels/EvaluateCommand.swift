// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Foundation
import Rollouts
import SeededRandom
import Synchronization
import WorldModel

/// Measures a controller on tracks that were never used in training.
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Drive a run's controller on unseen tracks.",
        discussion: """
            No episode is cut short: each ends with the lap, off the playfield, or after 1,000 \
            steps. The seeds of these tracks have a bit that those of training never have. The \
            same seed gives the same returns, whatever the number of threads.
            """)

    @Option(help: .init("The run's directory.", valueName: "dir"))
    var logdir: String

    @Option(help: "How many episodes.")
    var episodes = 100

    @Option(help: "The seed of the tracks.")
    var seed: UInt64 = 0

    @Flag(help: "Drive with all parameters 0, for comparison.")
    var zero = false

    @Option(help: .init("Film the first episode as a GIF.", valueName: "file"))
    var video: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    @Option(help: "How many threads.")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    func validate() throws {
        if episodes < 1 { throw ValidationError("--episodes \(episodes): at least 1") }
        if threads < 1 { throw ValidationError("--threads \(threads): at least 1") }
    }

    func run() throws {
        let agent = try AgentFiles(logdir)
        let trained =
            try zero ? agent.controller ?? ControllerParameters() : agent.requireController()
        let controller =
            zero
            ? ControllerParameters(
                inputs: trained.inputs, mapping: trained.mapping, latent: trained.latent)
            : trained
        let settings = RolloutSettings(
            mapping: controller.mapping, inputs: controller.inputs, latent: controller.latent)
        let streams = SeedStreams(root: seed)
        let tasks = (0..<UInt64(episodes)).map { index in
            RolloutTask(
                id: index, parameters: controller.values,
                trackSeed: streams.seed("report-tracks", index) | 1 << 63)
        }
        let done = Mutex(0)
        let total = episodes
        let start = StepTimes.now()
        let outcomes = try RolloutPool.run(
            tasks, models: agent.models, settings: settings, threads: threads
        ) { _ in
            let count = done.withLock {
                $0 += 1
                return $0
            }
            StatusLine.show("episode \(count)/\(total)", isLast: count == total)
        }
        let report = EvaluationReport(
            outcomes: outcomes, tasks: tasks, isZero: zero, seconds: StepTimes.now() - start)
        if json {
            print(try report.json())
        } else {
            print(report.text, terminator: "")
        }
    }
}

/// What an evaluation found.
struct EvaluationReport: Encodable {
    struct Episode: Encodable {
        var trackSeed: String
        var episodeReturn: Double
        var steps: Int
        var tilesVisited: Int
        var trackTiles: Int
        var end: RolloutEnd
    }

    var controller: String
    var returns: ReturnStatistics
    var finishedLaps: Double
    var episodes: [Episode]
    var stepsPerSecond: Double

    init(outcomes: [RolloutOutcome], tasks: [RolloutTask], isZero: Bool, seconds: Double) {
        controller = isZero ? "zero" : "trained"
        returns = ReturnStatistics(outcomes.map(\.episodeReturn))
        finishedLaps =
            Double(outcomes.count { $0.end == .lapCompleted }) / Double(outcomes.count)
        // The seeds as text: JSON readers keep 53 bits.
        episodes = zip(outcomes, tasks).map { outcome, task in
            Episode(
                trackSeed: String(task.trackSeed), episodeReturn: outcome.episodeReturn,
                steps: outcome.steps, tilesVisited: outcome.tilesVisited,
                trackTiles: outcome.trackTiles, end: outcome.end)
        }
        stepsPerSecond = Double(outcomes.reduce(0) { $0 + $1.steps }) / seconds
    }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    var text: String {
        var lines: [String] = ["   return  steps  tiles      end"]
        for episode in episodes {
            lines.append(
                String(format: "%9.2f  %5d", episode.episodeReturn, episode.steps)
                    + String(format: "  %3d/%3d  ", episode.tilesVisited, episode.trackTiles)
                    + episode.end.rawValue)
        }
        let name = controller == "zero" ? "all parameters 0" : "the trained controller"
        lines.append(
            String(
                format: "%@: mean return %.1f +- %.1f (standard deviation), 95%% interval "
                    + "%.1f to %.1f, %.1f to %.1f, %.0f%% of the laps finished, %d tracks",
                name as NSString, returns.mean, returns.standardDeviation,
                returns.mean - returns.confidence95, returns.mean + returns.confidence95,
                returns.minimum, returns.maximum, 100 * finishedLaps, returns.count))
        return lines.joined(separator: "\n") + "\n"
    }
}
