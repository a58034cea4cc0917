// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import CarRacingRendering
package import Episodes
package import Foundation
import Pictures
package import Rollouts
package import WorldModel
import WorldModelTraining

/// Films an episode in a dream, as workers dream it, and beside it the same controller outside.
///
/// Both begin at one moment of a drive: outside C sees what is drawn, in the dream what M draws, and
/// each goes on by its own actions until it ends. The return of the one is predicted, of the other
/// real. Alone a dream begins where the seed says, as a worker's does.
package struct DreamFilm {
    /// What a film is told.
    package struct Configuration: Sendable {
        /// The film to make or replace, WebM or GIF by its ending.
        package var output: URL
        /// How freely M draws, as `Episode.dreamTemperature`.
        package var temperature = 1.0
        /// What all of M's draws follow from.
        package var seed: UInt64 = 1
        /// The most steps of each side.
        package var steps = 1000
        /// By how much the pictures are enlarged.
        package var scale = 4
        /// Which steps are filmed, of 50 a second; nil: every one for WebM, else every fourth.
        package var frameEvery: Int?

        /// The usual settings.
        package init(output: URL) {
            self.output = output
        }
    }

    /// Where the drive is.
    package struct Outside: Sendable {
        /// The seed of its track.
        package var trackSeed: UInt64
        /// The steps before the dream begins, from which M remembers the drive.
        package var start: Int
        /// How it is driven.
        package var settings: RolloutSettings
        /// V's encoder and M's LSTM.
        package var models: FrozenModels
        /// What draws.
        package var drawing: DrawingLibrary

        /// Collects the parts.
        package init(
            trackSeed: UInt64, start: Int, settings: RolloutSettings, models: FrozenModels,
            drawing: DrawingLibrary = .osmesa
        ) {
            self.trackSeed = trackSeed
            self.start = start
            self.settings = settings
            self.models = models
            self.drawing = drawing
        }
    }

    /// What one side came to.
    package struct Side: Sendable, Hashable, Encodable {
        /// The sum of the rewards since the dream began: M's own, or the real ones.
        package var episodeReturn: Double
        /// Steps since then.
        package var steps: Int
        /// How it ended.
        package var end: EpisodeEnd

        private enum CodingKeys: String, CodingKey {
            case episodeReturn = "return"
            case steps
            case end
        }
    }

    /// What a film shows.
    package struct Summary: Sendable, Hashable {
        /// Its frames.
        package var frames: Int
        /// The dream.
        package var dream: Side
        /// The drive, where there is one.
        package var drive: Side?
    }

    private let configuration: Configuration
    private let dreamer: Dreamer
    private let controller: ControllerParameters

    /// A film that has not begun.
    package init(
        _ configuration: Configuration, of dreamer: Dreamer, controller: ControllerParameters
    ) {
        self.configuration = configuration
        self.dreamer = dreamer
        self.controller = controller
    }

    /// Dreams, beside a drive where there is one, and writes the film.
    ///
    /// - Throws: `DrawingError`, `FileError`, `VideoError`, or `TrainingError.episodeTooShort` where
    ///   the drive is over before the dream begins; no film is left then.
    package func make(beside outside: Outside? = nil) throws -> Summary {
        let inside = DreamView("in the dream", returnName: "predicted return")
        let view = outside.map { DriveView("outside, track \($0.trackSeed)", returnName: "return") }
        var model = dreamer.model
        var drive: Drive?
        if let outside, let view {
            let begun = try Drive(outside, controller, limit: configuration.steps, seenBy: view)
            model = try dreamer.starting(
                latent: begun.latent, hidden: begun.hidden, cell: begun.cell)
            drive = begun
        }
        let decoder = LatentDecoder(dreamer.vae)
        var settings = RolloutSettings(of: controller)
        settings.timeLimit = configuration.steps
        let engine = DreamEngine(model, settings: settings, environments: 1)
        engine.onlooker = inside
        var episode = Episode.shown(trackSeed: configuration.seed)
        episode.dreamTemperature = configuration.temperature
        try engine.submit(episode, parameters: controller.values, ticket: 0)
        let interval =
            configuration.frameEvery ?? FilmSink.usualInterval(of: configuration.output)
        let film = try Film(configuration, views: view == nil ? 1 : 2, interval: interval)
        for step in 0... {
            if inside.end == nil {
                engine.step()
                inside.end = try engine.takeFinished().first?.outcome.get().end
            }
            // The drive has made its first step already: by that it was known where the dream begins.
            if step > 0, let drive { try drive.step() }
            let isOver = inside.end != nil && (view == nil || view?.end != nil)
            if step % interval == 0 || isOver {
                inside.draw(by: decoder)
                try film.append([inside, view].compactMap { $0 })
            }
            if isOver { break }
        }
        try film.finish()
        guard let dream = inside.side else { preconditionFailure("a dream without an end") }
        return Summary(frames: film.count, dream: dream, drive: view?.side)
    }
}

/// The drive beside a dream, one step after the dream's start.
private final class Drive {
    /// What M and C knew at the start: z, and M's states before it saw that.
    let latent: [Float]
    let hidden: [Float]
    let cell: [Float]
    private let engine: LockstepEngine<CarRacingSlots, ControllerPolicy, ViewSink>
    private let view: DriveView

    init(
        _ outside: DreamFilm.Outside, _ controller: ControllerParameters, limit: Int,
        seenBy view: DriveView
    ) throws {
        var settings = outside.settings
        settings.timeLimit = outside.start + limit
        let cars = try CarRacingSlots(
            count: 1, lapCompletePercent: settings.lapCompletePercent,
            domainRandomize: settings.domainRandomize, actions: settings.mapping.actions,
            antialiasing: settings.antialiasing, drawing: outside.drawing)
        let policy = ControllerPolicy(outside.models, controller, isShared: true, slots: 1)
        engine = LockstepEngine(
            cars, policy, ViewSink(view: view), EpisodePlan(timeLimit: settings.timeLimit))
        self.view = view
        try engine.submit(.shown(trackSeed: outside.trackSeed), parameters: [], ticket: 0)
        for _ in 0..<outside.start { try engine.step() }
        guard view.end == nil else { throw TrainingError.episodeTooShort(start: outside.start) }
        hidden = Array(policy.hidden(of: 0))
        cell = Array(policy.cell(of: 0))
        view.begin()
        try engine.step()
        latent = Array(policy.latent(of: 0))
    }

    func step() throws { try engine.step() }
}

/// Shows a drive's observations.
private struct ViewSink: LockstepSink {
    static var usesObservations: Bool { true }
    let view: DriveView

    mutating func didStep(
        _ slot: Int, observation: UnsafePointer<UInt8>, action: UnsafePointer<Float>,
        result: EnvironmentStep
    ) {
        view.show(observation)
        view.add(result)
    }

    mutating func end(_ slot: Int, _ outcome: EpisodeOutcome) -> Data? {
        view.end = outcome.end
        return nil
    }
}

/// What is seen of one side, and what it has come to.
private class SideView {
    private let name: String
    private let returnName: String
    private(set) var episodeReturn = 0.0
    private(set) var steps = 0
    var end: EpisodeEnd?
    var picture = RGBImage(width: LatentDecoder.side, height: LatentDecoder.side)

    init(_ name: String, returnName: String) {
        self.name = name
        self.returnName = returnName
    }

    /// Counts from here on.
    func begin() { (episodeReturn, steps) = (0, 0) }

    func add(_ result: EnvironmentStep) {
        episodeReturn += result.reward
        steps += 1
    }

    var side: DreamFilm.Side? {
        end.map { DreamFilm.Side(episodeReturn: episodeReturn, steps: steps, end: $0) }
    }

    /// The enlarged picture below three lines of text.
    func tile(scale: Int) -> RGBImage {
        let ended = RGBColor(255, 205, 110)
        let state = end.map { "over at step \(steps): \($0.words)" } ?? "step \(steps)"
        return picture.scaled(by: scale)
            .captioned(state, color: end == nil ? .white : ended)
            .captioned("\(returnName) \(String(format: "%.1f", episodeReturn))", size: 16)
            .captioned(name)
    }
}

private final class DriveView: SideView {
    func show(_ observation: UnsafePointer<UInt8>) {
        picture.pixels = Array(
            UnsafeBufferPointer(start: observation, count: picture.pixels.count))
    }
}

private final class DreamView: SideView, DreamOnlooker {
    private var latent: [Float] = []

    func willStep(_ slot: Int, latent: UnsafeBufferPointer<Float>) { self.latent = Array(latent) }

    func didStep(_ slot: Int, _ result: EnvironmentStep) { add(result) }

    func draw(by decoder: LatentDecoder) {
        latent.withUnsafeBufferPointer { picture = decoder.picture(of: $0) }
    }
}

/// The film: the views side by side.
private final class Film {
    private let writer: any FilmWriter
    private let scale: Int

    init(_ configuration: DreamFilm.Configuration, views: Int, interval: Int) throws {
        scale = configuration.scale
        let blank = [SideView](repeating: SideView("", returnName: ""), count: views)
        let size = Self.picture(blank, scale: scale)
        writer = try FilmKind.writer(
            to: configuration.output, width: size.width, height: size.height, delay: 2 * interval)
    }

    var count: Int { writer.frameCount }

    private static func picture(_ views: [SideView], scale: Int) -> RGBImage {
        RGBImage.grid(views.map { $0.tile(scale: scale) }, columns: views.count)
    }

    func append(_ views: [SideView]) throws {
        try writer.append(Self.picture(views, scale: scale))
    }

    func finish() throws { try writer.finish() }
}

extension EpisodeEnd {
    /// What people are told of an end.
    package var words: String {
        switch self {
        case .lapCompleted: "the lap is done"
        case .leftPlayfield: "off the playfield"
        case .timeLimit, .stepCap: "no more steps"
        case .noNewTile: "no new tile"
        case .behindPace: "too slow"
        case .actionNotFinite: "an action is no number"
        case .dreamEnded: "M drew the end"
        case .answered: "answered"
        case .noValue: "no value"
        case .setAside: "set aside"
        }
    }
}
