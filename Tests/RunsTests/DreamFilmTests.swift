// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Digests
import Episodes
import Foundation
import Rollouts
import RunStore
import Runs
import TestSupport
import Testing
import WorldModel

/// Episodes in dreams beside drives, as films.
struct DreamFilmTests {
    private let space: TemporaryDirectory
    private let directory: RunDirectory
    private let controller = seeingController()

    init() throws {
        space = try TemporaryDirectory()
        try QuickModels.writeLively(to: space.file("run"))
        directory = RunDirectory(path: space.file("run").path)
    }

    private func dreamer() throws -> Dreamer { try #require(try Dreamer(directory)) }

    private func models() throws -> FrozenModels {
        try Agent(directory: directory.url).models
    }

    private func configuration(_ name: String = "film.gif") -> DreamFilm.Configuration {
        var configuration = DreamFilm.Configuration(output: space.file(name))
        configuration.steps = 30
        configuration.scale = 2
        configuration.frameEvery = 10
        return configuration
    }

    private func outside(start: Int = 0) throws -> DreamFilm.Outside {
        DreamFilm.Outside(
            trackSeed: 3, start: start, settings: RolloutSettings(of: controller),
            models: try models())
    }

    @Test func `alone it is the dream of a worker with that seed`() throws {
        let dreamer = try dreamer()
        let summary = try DreamFilm(configuration(), of: dreamer, controller: controller).make()
        var settings = RolloutSettings(of: controller)
        settings.timeLimit = 30
        let engine = DreamEngine(dreamer.model, settings: settings, environments: 2)
        var episode = Episode.shown(trackSeed: 1)
        episode.dreamTemperature = 1
        let expected = try engine.run(
            EpisodeBatch(vectors: [controller.values], episodes: [episode]))[0].outcome.get()
        #expect(summary.dream.episodeReturn == expected.episodeReturn)
        #expect(summary.dream.steps == expected.steps && summary.dream.end == expected.end)
        #expect(summary.drive == nil)
        #expect(summary.frames == 4)
    }

    @Test func `beside it is the drive that is scored for that track`() throws {
        let film = DreamFilm(configuration(), of: try dreamer(), controller: controller)
        let summary = try film.make(beside: outside())
        var settings = RolloutSettings(of: controller)
        settings.timeLimit = 30
        let engine = try CarRacingEngine(scoring: settings, models: models(), environments: 1)
        let expected = try engine.run(
            EpisodeBatch(
                vectors: [controller.values], episodes: [.shown(trackSeed: 3)]))[0].outcome.get()
        #expect(summary.drive?.episodeReturn == expected.episodeReturn)
        #expect(summary.drive?.steps == 30 && summary.drive?.end == .timeLimit)
        // The dream does not end with the drive's first frames, nor begin at the bank's.
        let alone = try DreamFilm(configuration("b.gif"), of: dreamer(), controller: controller)
            .make()
        #expect(summary.dream.steps == 30 && summary.dream != alone.dream)
    }

    @Test func `a dream that begins later remembers the drive, and counts from there`() throws {
        let film = DreamFilm(configuration(), of: try dreamer(), controller: controller)
        let (first, later) = (
            try film.make(beside: outside()), try film.make(beside: outside(start: 12))
        )
        #expect(later.dream.episodeReturn != first.dream.episodeReturn)
        #expect(later.drive?.steps == 30)
        var settings = RolloutSettings(of: controller)
        settings.timeLimit = 42
        let engine = try CarRacingEngine(scoring: settings, models: models(), environments: 1)
        let all = try engine.run(
            EpisodeBatch(
                vectors: [controller.values], episodes: [.shown(trackSeed: 3)]))[0].outcome.get()
        let before = try film.make(beside: outside())
        #expect(before == first)
        #expect((later.drive?.episodeReturn ?? 0) < all.episodeReturn)
    }

    @Test func `the same seed gives the same film, another seed another dream`() throws {
        func film(_ name: String, seed: UInt64) throws -> (Data, DreamFilm.Summary) {
            var configuration = configuration(name)
            configuration.seed = seed
            let summary = try DreamFilm(configuration, of: dreamer(), controller: controller)
                .make(beside: outside())
            return (try Data(contentsOf: configuration.output), summary)
        }
        let (first, second) = (try film("1.gif", seed: 1), try film("2.gif", seed: 1))
        #expect(first.0 == second.0 && first.1 == second.1)
        let other = try film("3.gif", seed: 2)
        #expect(other.0 != first.0)
        #expect(other.1.dream != first.1.dream && other.1.drive == first.1.drive)
    }

    @Test func `without starts nothing is predicted, and those of another M are refused`() throws {
        let file = directory.url.appending(path: DreamStarts.fileName)
        var starts = try SafetensorsFile(contentsOf: file)
        starts.metadata["mdrnn"] = String(repeating: "0", count: 64)
        try starts.encoded().write(to: file)
        #expect(throws: DreamStarts.Failure.self) { _ = try Dreamer(directory) }
        try FileManager.default.removeItem(at: file)
        #expect(try Dreamer(directory) == nil)
    }
}

/// One that turns by what it sees.
private func seeingController() -> ControllerParameters {
    ControllerParameters(
        values: (0..<ControllerShape().parameterCount).map { Float($0 % 7) / 20 - 0.15 })
}
