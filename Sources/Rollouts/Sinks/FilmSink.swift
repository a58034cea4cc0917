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
    private let film: GIFWriter
    private let painter: Painter
    private var pixels = [UInt8](repeating: 0, count: 3 * width * height)
    private var failure: EpisodeFailure?

    /// Begins a .gif of the one episode of a single slot; it appears whole or not at all.
    ///
    /// Of 50 steps a second every `frameEvery`th is filmed, with `showsTimeLimit` also the one at
    /// which the time limit ends the episode.
    ///
    /// - Throws: `DrawingError` or `FileError`.
    package init(
        of cars: CarRacingSlots, to file: URL, frameEvery: Int, showsTimeLimit: Bool = true,
        antialiasing: Antialiasing = .samples4, drawing: DrawingLibrary = .osmesa
    ) throws {
        self.cars = cars
        self.frameEvery = frameEvery
        self.showsTimeLimit = showsTimeLimit
        film = try GIFWriter(
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
    /// - Throws: `DrawingError`, `FileError`, or `EpisodeFailure` if an action is no finite number.
    @discardableResult
    package static func film(
        to file: URL, models: FrozenModels, controller: ControllerParameters, trackSeed: UInt64,
        settings: RolloutSettings, frameEvery: Int = 4
    ) throws -> EpisodeOutcome {
        let cars = try CarRacingSlots(
            count: 1, lapCompletePercent: settings.lapCompletePercent,
            antialiasing: settings.antialiasing)
        let engine = LockstepEngine(
            cars, ControllerPolicy(models, controller, isShared: true, slots: 1),
            try FilmSink(of: cars, to: file, frameEvery: frameEvery), settings.plan)
        return try engine.show(trackSeed: trackSeed)
    }
}
