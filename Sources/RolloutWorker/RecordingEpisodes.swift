// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes
package import Foundation
package import Rollouts
import ArrayFiles
package import WorldModel

/// Recording as a worker does it: each task is a file of a dataset.
package final class RecordingEpisodes: EpisodeEngine {
    /// The longest episode whose file can travel, whatever its frames hold.
    package static let maximumSteps = 20_000

    private let recorder: EpisodeRecorder
    private var running: [UInt64: Episode] = [:]

    /// Makes the engine, on the thread that will use it.
    ///
    /// - Parameters:
    ///   - models: Safetensors files by the names "vae", "mdrnn" and "controller" where a controller
    ///     drives; else none is looked at.
    ///   - settings: The dataset.
    ///   - environments: Episodes to record at once.
    ///   - kernels: The compiled loops to use.
    /// - Throws: `CarRacingEpisodes.Failure`; the models' and the drawing library's errors.
    package init(
        models: consuming [String: Data], settings: RecordingSettings, environments: Int,
        kernels: Kernels = .best
    ) throws {
        guard (1...Self.maximumSteps).contains(settings.steps) else {
            throw CarRacingEpisodes.Failure.settings("episodes of \(settings.steps) steps")
        }
        let agent = settings.policy == .controller ? try Self.agent(models, kernels) : nil
        ProcessMemory.giveBackFreed()
        recorder = try EpisodeRecorder(
            DatasetRecorder(
                policy: settings.policy, steps: settings.steps, seed: settings.seed, agent: agent),
            environments: environments)
    }

    /// V, M and C; their bytes are gone when this returns.
    private static func agent(
        _ models: consuming [String: Data], _ kernels: Kernels
    ) throws -> (FrozenModels, ControllerParameters) {
        guard let controller = models.removeValue(forKey: "controller") else {
            throw CarRacingEpisodes.Failure.missingModel("controller")
        }
        let name = "controller.safetensors"
        let parameters = try ControllerParameters(
            SafetensorsFile(data: controller, name: name), name: name)
        return (try CarRacingEpisodes.freeze(models, kernels), parameters)
    }

    package var freeSlots: Int { recorder.freeSlots }

    package func submit(_ episode: Episode, parameters: [Float], ticket: UInt64) throws {
        guard episode.name.purpose == .recording else { throw CarRacingEpisodes.Failure.otherWork }
        running[ticket] = episode
        try recorder.submit(episode.name.candidate, id: ticket)
    }

    package func step() throws { try recorder.step() }

    package func takeFinished() -> [FinishedEpisode] {
        recorder.takeEnded().compactMap { ended in
            let ticket =
                switch ended {
                case .success(let episode): episode.id
                case .failure(let failure): failure.id
                }
            guard let episode = running.removeValue(forKey: ticket) else { return nil }
            return FinishedEpisode(
                ticket: ticket, episode: episode,
                outcome: ended.map { recorded in
                    EpisodeOutcome(
                        episodeReturn: recorded.episodeReturn, steps: recorded.steps,
                        tilesVisited: recorded.tilesVisited, trackTiles: recorded.trackTiles,
                        end: EpisodeEnd(rawValue: recorded.end.rawValue) ?? .timeLimit)
                }.mapError { EpisodeFailure(oneLine($0)) },
                file: try? ended.get().file)
        }
    }
}

/// What workers do with episodes of CarRacing: they drive rollouts or record, as they are told.
package enum CarRacingWork {
    /// Makes the engine that a coordinator's settings ask for.
    ///
    /// - Parameters:
    ///   - models: The files it serves, by name.
    ///   - work: `RolloutSettings` or `RecordingSettings` as JSON.
    ///   - environments: Episodes to run at once.
    ///   - kernels: The compiled loops to use.
    /// - Returns: An engine for the calling thread.
    /// - Throws: `CarRacingEpisodes.Failure`; the models' and the drawing library's errors.
    package static func engine(
        models: consuming [String: Data], work: Work, environments: Int,
        kernels: Kernels = .best
    ) throws -> any EpisodeEngine {
        switch work {
        case .score(let settings):
            return try CarRacingEpisodes(
                models: models, settings: settings, environments: environments, kernels: kernels)
        case .record(let settings):
            let recording: RecordingSettings
            do {
                recording = try JSONDecoder().decode(RecordingSettings.self, from: settings)
            } catch {
                throw CarRacingEpisodes.Failure.settings(oneLine(error))
            }
            return try RecordingEpisodes(
                models: models, settings: recording, environments: environments, kernels: kernels)
        }
    }
}
