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

    @Option(help: .init("List so many tracks of the lowest returns.", valueName: "count"))
    var worst: Int?

    @Option(
        help: .init(
            "Film each track of --worst into this directory, which is made: worst-1-SEED.webm is"
                + " the worst.", valueName: "directory"))
    var worstFilms: String?

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
        if let worst, worst < 1 {
            throw ValidationError("--worst \(worst): at least 1")
        }
        if worstFilms != nil, worst == nil {
            throw ValidationError("--worst-films: say how many by --worst")
        }
        guard (1...1024).contains(threads) else {
            throw ValidationError("--threads \(threads): 1 to 1024")
        }
        if let video { try requireFilmEnding(video, option: "--video") }
    }

    func run() throws {
        let films = try worstFilms.map { try WorstFilms(directory: $0) }
        let files = try agent.files()
        let said = agent.controller.form
        let untrained = ControllerParameters(
            shape: ControllerShape(mapping: said.mapping ?? .paper, sizes: files.models.sizes),
            latent: said.latent ?? .mean)
        let trained = try zero ? files.controller ?? untrained : files.requireController()
        let controller =
            zero ? ControllerParameters(shape: trained.shape, latent: trained.latent) : trained
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
            sizes: controller.shape.sizes, numericPath: files.models.numericPath,
            seconds: StepTimes.now() - start, worst: worst)
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
        for (file, seed) in films?.files(of: report) ?? [] {
            try FilmSink.film(
                to: file, models: files.models, controller: controller, trackSeed: seed,
                settings: settings)
            if !json { print("\(file.path)") }
        }
    }
}
