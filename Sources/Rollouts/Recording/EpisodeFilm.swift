// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CarRacing
import CarRacingRendering
public import Foundation
import Pictures
import SeededRandom
public import WorldModel

/// Films an episode at a size that a person can watch.
public enum EpisodeFilm {
    /// The size of the picture that Gymnasium shows people.
    private static let width = 600
    private static let height = 400

    /// Drives a controller's episode once more and writes it as a GIF.
    ///
    /// The episode is the one that the engine drives for the same seed, since a return depends on
    /// nothing else.
    ///
    /// - Parameters:
    ///   - file: The .gif to make or replace; it appears whole or not at all.
    ///   - models: V and M.
    ///   - controller: C.
    ///   - trackSeed: The seed of the track.
    ///   - settings: The episode's rules and limits.
    ///   - frameEvery: Films every so many steps, of which 50 are a second.
    /// - Returns: The return and the steps.
    /// - Throws: `DrawingError` if there is no drawing context, `FileError` if the film cannot be
    ///   written.
    @discardableResult
    public static func write(
        to file: URL, models: FrozenModels, controller: ControllerParameters, trackSeed: UInt64,
        settings: RolloutSettings, frameEvery: Int = 4
    ) throws -> (episodeReturn: Double, steps: Int) {
        let film = try GIFWriter(to: file, width: width, height: height, delay: 2 * frameEvery)
        let painter = try Painter(width: width, height: height, skidMarks: true)
        let eyes = try VectorEnvironment(
            count: 1, observationSize: .px64, rules: settings.rules)
        var driver = ControllerDriver(models: models, controller: controller)
        driver.begin(SeedStreams(root: trackSeed).generator("latent-noise"))
        eyes.reset(0, trackSeed: trackSeed)
        guard let picture = eyes.observations.baseAddress else {
            preconditionFailure("an environment without observations")
        }
        var pixels = [UInt8](repeating: 0, count: 3 * width * height)
        var episodeReturn = 0.0
        var steps = 0
        while true {
            let environment = eyes.environment(0)
            if steps % frameEvery == 0 {
                try pixels.withUnsafeMutableBufferPointer {
                    try painter.draw(environment, into: $0)
                }
                try film.append(RGBImage(width: width, height: height, pixels: pixels))
            }
            if steps >= settings.timeLimit { break }
            try eyes.draw(0)
            let action = driver.act(observation: picture, environment: environment)
            let result = try eyes.step(0, steering: action.x, gas: action.y, brake: action.z)
            steps += 1
            episodeReturn += result.reward
            if result.terminated { break }
        }
        try film.finish()
        return (episodeReturn, steps)
    }
}
