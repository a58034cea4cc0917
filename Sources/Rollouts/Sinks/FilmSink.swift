// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import CarRacingRendering
package import Episodes
package import Foundation
import Pictures
package import WorldModel

/// Films the cars of one slot at a size that a person can watch.
package struct FilmSink: LockstepSink {
    /// The size of the picture that Gymnasium shows people.
    private static let width = 600
    private static let height = 400

    private let cars: CarRacingSlots
    private let frameEvery: Int
    private let showsTimeLimit: Bool
    private let film: any FilmWriter
    private let painter: Painter
    private var pixels = [UInt8](repeating: 0, count: 3 * width * height)
    private var failure: EpisodeFailure?

    /// Begins a film of the one episode of a single slot, WebM or GIF by the file's ending; it appears
    /// whole or not at all.
    ///
    /// Of 50 steps a second every `frameEvery`th is filmed, with `showsTimeLimit` also the one at
    /// which the time limit ends the episode.
    ///
    /// - Throws: `DrawingError`, `FileError` or `VideoError`.
    package init(
        of cars: CarRacingSlots, to file: URL, frameEvery: Int, showsTimeLimit: Bool = true,
        antialiasing: Antialiasing = .samples4, drawing: DrawingLibrary = .osmesa
    ) throws {
        self.cars = cars
        self.frameEvery = frameEvery
        self.showsTimeLimit = showsTimeLimit
        film = try FilmKind.writer(
            to: file, width: Self.width, height: Self.height, delay: 2 * frameEvery)
        painter = try Painter(
            width: Self.width, height: Self.height, antialiasing: antialiasing, skidMarks: true,
            library: drawing)
    }

    /// Frames so far.
    package var frameCount: Int { film.frameCount }

    package mutating func willStep(_ slot: Int, after steps: Int) throws {
        guard steps % frameEvery == 0 else { return }
        try pixels.withUnsafeMutableBufferPointer {
            try painter.draw(cars.environment(slot), into: $0)
        }
        try film.append(RGBImage(width: Self.width, height: Self.height, pixels: pixels))
    }

    package mutating func didStep(
        _ slot: Int, observation: UnsafePointer<UInt8>, action: UnsafePointer<Float>,
        result: EnvironmentStep
    ) {
        if result.end == .actionNotFinite { failure = EpisodeFailure(notFinite: action) }
    }

    /// Finishes the film, in its file.
    package mutating func end(_ slot: Int, _ outcome: EpisodeOutcome) throws -> Data? {
        if let failure { throw failure }
        if outcome.end == .timeLimit, showsTimeLimit { try willStep(slot, after: outcome.steps) }
        try film.finish()
        return nil
    }
}

extension FilmSink {
    /// Films the episode that an engine scores for the same controller and track.
    ///
    /// Where nothing else is asked for, a GIF has every fourth step, and WebM every one.
    ///
    /// - Throws: `DrawingError`, `FileError`, `VideoError`, or `EpisodeFailure` if an action is no
    ///   finite number.
    @discardableResult
    package static func film(
        to file: URL, models: FrozenModels, controller: ControllerParameters, trackSeed: UInt64,
        settings: RolloutSettings, frameEvery: Int? = nil
    ) throws -> EpisodeOutcome {
        let cars = try CarRacingSlots(
            count: 1, lapCompletePercent: settings.lapCompletePercent,
            domainRandomize: settings.domainRandomize, actions: settings.mapping.actions,
            antialiasing: settings.antialiasing)
        let engine = LockstepEngine(
            cars, ControllerPolicy(models, controller, isShared: true, slots: 1),
            try FilmSink(
                of: cars, to: file, frameEvery: frameEvery ?? Self.usualInterval(of: file)),
            settings.plan)
        return try engine.show(trackSeed: trackSeed)
    }

    /// How many steps a frame of a file's kind stands for where nobody says.
    package static func usualInterval(of file: URL) -> Int {
        FilmKind(of: file) == .webM ? 1 : 4
    }
}
