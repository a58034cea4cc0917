// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes
import Foundation
import Synchronization

/// Drives "rollouts" that are a formula of parameters and track, in a different order each time.
package final class ToyService: EpisodeService {
    private let counts = Mutex<[EpisodeName: Int]>([:])
    private let worker: String
    private let reversed: Bool
    private let outcome: @Sendable (Episode, [Float]) -> Double
    private let lap: Double

    /// A service.
    ///
    /// - Parameters:
    ///   - worker: The driver's name.
    ///   - reversed: Whether results arrive in the reversed order.
    ///   - lap: From which return on an episode has finished its lap.
    ///   - outcome: The return of an episode with its parameters.
    package init(
        worker: String = "toy", reversed: Bool = false, lap: Double = .infinity,
        outcome: @escaping @Sendable (Episode, [Float]) -> Double = ToyService.formula
    ) {
        self.worker = worker
        self.reversed = reversed
        self.lap = lap
        self.outcome = outcome
    }

    /// How often each task was driven.
    package var driven: [EpisodeName: Int] { counts.withLock { $0 } }

    /// The return of the formula.
    package static func formula(_ episode: Episode, _ parameters: [Float]) -> Double {
        let noise = Double(episode.trackSeed % 1000) / 100
        return parameters.enumerated().reduce(900 + noise) { total, element in
            let distance = Double(element.element) - Double(element.offset) * 0.2
            return total - 100 * distance * distance
        }
    }

    package func perform(
        _ batch: EpisodeBatch, onNews: @Sendable (EpisodeNews) throws -> Void
    ) async throws -> [EpisodeResult] {
        var results: [EpisodeName: EpisodeResult] = [:]
        for episode in reversed ? batch.episodes.reversed() : batch.episodes {
            try Task.checkCancellation()
            counts.withLock { $0[episode.name, default: 0] += 1 }
            let value = outcome(episode, batch.parameters(of: episode))
            let result = EpisodeResult(
                episode: episode,
                outcome: EpisodeOutcome(
                    episodeReturn: value, steps: 10, tilesVisited: 3, trackTiles: 300,
                    end: value >= lap ? .lapCompleted : .noNewTile),
                driver: EpisodeDriver(name: worker, fingerprint: "toy/1"), seconds: 0.5)
            results[episode.name] = result
            try onNews(.finished(result, file: nil))
        }
        return batch.episodes.compactMap { results[$0.name] }
    }
}
