// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes
package import Foundation
package import WorldModel

/// Films an episode at a size that a person can watch.
package enum EpisodeFilm {
    /// Drives a controller's episode once more and writes it as a GIF.
    ///
    /// The episode is the one that an engine scores for the same seed.
    ///
    /// - Parameters:
    ///   - file: The .gif to make or replace; it appears whole or not at all.
    ///   - models: V and M.
    ///   - controller: C.
    ///   - trackSeed: The seed of the track.
    ///   - settings: The episode's rules and limits.
    ///   - frameEvery: Films every so many steps, of which 50 are a second.
    /// - Returns: What the episode gave.
    /// - Throws: `DrawingError` if there is no drawing context, `FileError` if the film cannot be
    ///   written, `EpisodeFailure` if an action is no finite number.
    @discardableResult
    package static func write(
        to file: URL, models: FrozenModels, controller: ControllerParameters, trackSeed: UInt64,
        settings: RolloutSettings, frameEvery: Int = 4
    ) throws -> EpisodeOutcome {
        let cars = try CarRacingSlots(count: 1, lapCompletePercent: settings.lapCompletePercent)
        let engine = LockstepEngine(
            cars, ControllerPolicy(models, controller, isShared: true, slots: 1),
            try FilmSink(of: cars, to: file, frameEvery: frameEvery), settings.plan)
        return try engine.show(trackSeed: trackSeed)
    }
}
