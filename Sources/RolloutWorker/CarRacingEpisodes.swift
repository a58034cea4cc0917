// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
package import Foundation
package import Rollouts
package import WorldModel

extension CarRacingWork {
    /// Makes the engine that a coordinator's settings ask for.
    ///
    /// - Parameters:
    ///   - models: The files it serves, by name.
    ///   - settings: `RolloutSettings` or `RecordingSettings` as JSON.
    ///   - environments: Episodes to run at once.
    ///   - kernels: The compiled loops to use.
    /// - Returns: An engine for the calling thread.
    /// - Throws: `Failure`; the models' and the drawing library's errors.
    package static func engine(
        models: consuming [String: Data], settings: Data, environments: Int,
        kernels: Kernels = .best
    ) throws -> any EpisodeEngine {
        // Only a dataset's description says who drives.
        let isRecording = String(decoding: settings, as: UTF8.self).contains("\"policy\"")
        return CarRacingEpisodes(
            try engine(
                models: models,
                work: isRecording
                    ? .record(settings: settings)
                    : .score(settings: settings),
                environments: environments, kernels: kernels))
    }
}

/// An engine of episodes in the words of this worker.
package final class CarRacingEpisodes: EpisodeEngine {
    private let engine: any Episodes.EpisodeEngine

    init(_ engine: any Episodes.EpisodeEngine) { self.engine = engine }

    package var freeSlots: Int { engine.freeSlots }

    package func submit(_ task: EpisodeTask) throws {
        let name = EpisodeName(
            purpose: task.recording != nil
                ? .recording : task.isEvaluation ? .evaluation : .training,
            generation: 0, candidate: task.recording ?? 0, repetition: 0)
        try engine.submit(
            Episode(name: name, trackSeed: task.trackSeed, stepCap: task.stepCap),
            parameters: task.parameters, ticket: task.id)
    }

    package func step() throws { try engine.step() }

    package func takeOutcomes() -> [EpisodeOutcome] {
        engine.takeFinished().map { finished in
            switch finished.outcome {
            case .success(let outcome):
                EpisodeOutcome(
                    id: finished.ticket, return: outcome.episodeReturn, steps: outcome.steps,
                    tilesVisited: outcome.tilesVisited, trackTiles: outcome.trackTiles,
                    end: outcome.end.rawValue, recording: finished.file)
            case .failure(let failure):
                EpisodeOutcome(
                    id: finished.ticket, return: 0, steps: 0, tilesVisited: 0, trackTiles: 0,
                    end: "", failure: failure.description)
            }
        }
    }
}
