// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes
package import Foundation
import Rollouts
package import WorldModel

/// The rollout engine as a worker uses it: training episodes and evaluations side by side.
package final class CarRacingEpisodes: EpisodeEngine {
    /// Why an engine or an episode cannot be.
    package enum Failure: Error, Equatable, CustomStringConvertible {
        /// The coordinator serves no model of this name.
        case missingModel(String)
        /// The settings are not what this build knows.
        case settings(String)
        /// A task's parameters do not fit the controller.
        case parameters(Int, expected: Int)
        /// A task of the kind that another engine is for.
        case otherWork

        package var description: String {
            switch self {
            case .missingModel(let name): "the coordinator serves no model named \(name)"
            case .settings(let problem): "the run's settings cannot be read: \(problem)"
            case .parameters(let count, let expected):
                "a task with \(count) parameters, where the controller has \(expected)"
            case .otherWork: "a task that does not go with the run's settings"
            }
        }
    }

    private let engine: RolloutEngine
    private var running: [UInt64: Episode] = [:]

    /// Makes the engine, on the thread that will use it.
    ///
    /// - Parameters:
    ///   - models: Safetensors files by the names "vae" and "mdrnn".
    ///   - settings: `RolloutSettings` as JSON.
    ///   - environments: Episodes to run at once.
    ///   - kernels: The compiled loops to use.
    /// - Throws: `Failure`; the models' and the drawing library's errors.
    package init(
        models: consuming [String: Data], settings: Data, environments: Int,
        kernels: Kernels = .best
    ) throws {
        let decoded: RolloutSettings
        do {
            decoded = try JSONDecoder().decode(RolloutSettings.self, from: settings)
        } catch {
            throw Failure.settings(oneLine(error))
        }
        let frozen = try Self.freeze(models, kernels)
        // V's file alone is three times what its encoder takes once it is laid out.
        ProcessMemory.giveBackFreed()
        engine = try RolloutEngine(
            models: frozen, settings: decoded, environments: environments)
    }

    /// V and M; their bytes are gone when this returns.
    static func freeze(
        _ models: consuming [String: Data], _ kernels: Kernels
    ) throws -> FrozenModels {
        guard let vae = models.removeValue(forKey: "vae") else { throw Failure.missingModel("vae") }
        guard let mdrnn = models.removeValue(forKey: "mdrnn") else {
            throw Failure.missingModel("mdrnn")
        }
        return try FrozenModels(vae: vae, mdrnn: mdrnn, kernels: kernels)
    }

    package var freeSlots: Int { engine.freeSlots }

    package func submit(_ episode: Episode, parameters: [Float], ticket: UInt64) throws {
        guard episode.name.purpose != .recording else { throw Failure.otherWork }
        let expected = engine.settings.inputs.parameterCount
        guard parameters.count == expected else {
            throw Failure.parameters(parameters.count, expected: expected)
        }
        running[ticket] = episode
        engine.submit(
            RolloutTask(
                id: ticket, parameters: parameters, trackSeed: episode.trackSeed,
                stepCap: episode.stepCap, isEvaluation: episode.name.purpose == .evaluation))
    }

    package func step() throws { try engine.step() }

    package func takeFinished() -> [FinishedEpisode] {
        engine.takeOutcomes().compactMap { outcome in
            guard let episode = running.removeValue(forKey: outcome.id),
                let end = EpisodeEnd(rawValue: outcome.end.rawValue)
            else { return nil }
            return FinishedEpisode(
                ticket: outcome.id, episode: episode,
                outcome: .success(
                    EpisodeOutcome(
                        episodeReturn: outcome.episodeReturn, steps: outcome.steps,
                        tilesVisited: outcome.tilesVisited, trackTiles: outcome.trackTiles,
                        end: end)))
        }
    }
}
