// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Basics
import CarRacingRendering
import Episodes
import Foundation
import Rollouts
import SeededRandom
import Synchronization
import TerminalOutput
import WorldModel

/// Measures a controller on tracks that were never used in training.
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Drive a run's controller on unseen tracks.",
        discussion: """
            No episode is cut short: each ends with the lap, off the playfield, or after 1,000 \
            steps. The tracks are neither those of training nor those on which a run chooses its \
            best controller: their seeds come from another stream. The same seed gives the same \
            returns, whatever the number of threads.
            """)

    @OptionGroup var agent: AgentOptions

    @Option(help: .init("How many episodes (100).", valueName: "count"))
    var episodes: Int?

    @Option(help: "The seed of the tracks.")
    var seed: UInt64 = 0

    @Option(
        help: .init(
            "Seeds of tracks as Gymnasium's reset takes them, instead: first:end or a,b,c.",
            valueName: "seeds"))
    var trackSeeds: SeedList?

    @Flag(help: "Drive with all parameters 0, for comparison.")
    var zero = false

    @Option(help: .init("Film the first episode: .webm or .gif.", valueName: "file"))
    var video: String?

    @Flag(help: "Print one JSON object, on one line.")
    var json = false

    @Option(help: .init("How many threads.", valueName: "count"))
    var threads = ProcessInfo.processInfo.activeProcessorCount

    func validate() throws {
        if let episodes, episodes < 1 {
            throw ValidationError("--episodes \(episodes): at least 1")
        }
        if let episodes, episodes > SeedList.limit {
            throw ValidationError("--episodes \(episodes): at most \(SeedList.limit)")
        }
        if episodes != nil, trackSeeds != nil {
            throw ValidationError("--track-seeds says how many episodes there are: leave out one")
        }
        guard (1...1024).contains(threads) else {
            throw ValidationError("--threads \(threads): 1 to 1024")
        }
    }

    func run() throws {
        let files = try agent.files()
        let said = agent.controller.form
        let untrained = ControllerParameters(
            mapping: said.mapping ?? .paper, latent: said.latent ?? .mean)
        let trained = try zero ? files.controller ?? untrained : files.requireController()
        let controller =
            zero
            ? ControllerParameters(
                inputs: trained.inputs, mapping: trained.mapping, latent: trained.latent)
            : trained
        let settings = try agent.settings(of: controller, in: files)
        let tracks = TrackSeeds(SeedStreams(root: seed))
        let seeds = trackSeeds?.seeds ?? (0..<(episodes ?? 100)).map { tracks.report($0) }
        let batch = EpisodeBatch(
            vectors: [controller.values],
            episodes: seeds.enumerated().map { index, seed in
                Episode.shown(trackSeed: seed, repetition: index)
            })
        let done = Atomic(0)
        let line = ProgressLine("driving", total: seeds.count, unit: "episodes")
        let start = StepTimes.now()
        let outcomes = try RolloutPool.run(
            batch, threads: threads,
            engine: { [models = files.models] in
                try CarRacingEngine(scoring: settings, models: models, environments: $0)
            },
            onFinished: { _ in line.update(done.add(1, ordering: .relaxed).newValue) })
        line.finish()
        let report = EvaluationReport(
            outcomes: outcomes, seeds: seeds, isZero: zero, settings: settings,
            numericPath: files.models.numericPath, seconds: StepTimes.now() - start)
        if json {
            try printJSON(report)
        } else {
            print(report.text, terminator: "")
        }
        if let video {
            try FilmSink.film(
                to: URL(fileURLWithPath: video), models: files.models, controller: controller,
                trackSeed: seeds[0], settings: settings)
            if !json { printSummary(of: video, "the first episode is filmed in \(video)") }
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
        var end: EpisodeEnd
    }

    var controller: String
    var controllerMapping: ControllerMapping
    var controllerInputs: ControllerInputs
    var latent: LatentUse
    var returns: SampleStatistics
    /// The share of laps that were completed under the rules, and of those with every tile.
    var finishedLaps: Double
    var fullLaps: Double
    var lapCompletePercent: Double
    /// How the edges of what the agent saw looked.
    var antialiasing: Antialiasing
    var precision: Precision
    var episodes: [Episode]
    var stepsPerSecond: Double
    /// What the returns' last bits could depend on.
    var numericPath: String

    init(
        outcomes: [EpisodeOutcome], seeds: [UInt64], isZero: Bool, settings: RolloutSettings,
        numericPath: String, seconds: Double
    ) {
        controller = isZero ? "zero" : "trained"
        controllerMapping = settings.mapping
        controllerInputs = settings.inputs
        latent = settings.latent
        returns = SampleStatistics(outcomes.map(\.episodeReturn))
        finishedLaps =
            Double(outcomes.count { $0.end == .lapCompleted }) / Double(outcomes.count)
        fullLaps =
            Double(outcomes.count { $0.tilesVisited == $0.trackTiles }) / Double(outcomes.count)
        lapCompletePercent = settings.lapCompletePercent
        antialiasing = settings.antialiasing
        precision = settings.precision
        self.numericPath = numericPath
        // The seeds as text: JSON readers keep 53 bits.
        episodes = zip(outcomes, seeds).map { outcome, seed in
            Episode(
                trackSeed: String(seed), episodeReturn: outcome.episodeReturn,
                steps: outcome.steps, tilesVisited: outcome.tilesVisited,
                trackTiles: outcome.trackTiles, end: outcome.end)
        }
        stepsPerSecond = Double(outcomes.reduce(0) { $0 + $1.steps }) / seconds
    }

    var text: String {
        let form = ControllerParameters(
            inputs: controllerInputs, mapping: controllerMapping, latent: latent)
        var lines = ["controller: \(form.formText)", "   return  steps  tiles      end"]
        for episode in episodes {
            lines.append(
                String(format: "%9.2f  %5d", episode.episodeReturn, episode.steps)
                    + String(format: "  %3d/%3d  ", episode.tilesVisited, episode.trackTiles)
                    + episode.end.rawValue)
        }
        let name = controller == "zero" ? "all parameters 0" : "the trained controller"
        // One episode says nothing of the spread.
        let spread =
            returns.confidence95.map {
                String(
                    format: "%.1f +- %.1f (standard deviation), 95%% interval %.1f to %.1f, "
                        + "%.1f to %.1f", returns.mean, returns.standardDeviation,
                    returns.mean - $0, returns.mean + $0, returns.minimum, returns.maximum)
            } ?? String(format: "%.1f", returns.mean)
        lines.append(
            String(
                format: "%@: mean return %@, %.0f%% of the laps finished (%g of the tiles), "
                    + "%.0f%% with every tile, %d tracks, antialiasing %@, %@",
                name as NSString, spread as NSString, 100 * finishedLaps, lapCompletePercent,
                100 * fullLaps, returns.count, antialiasing.rawValue as NSString,
                numericPath as NSString))
        return lines.joined(separator: "\n") + "\n"
    }
}
