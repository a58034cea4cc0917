// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Foundation
import Rollouts
import WorldModel

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

        package var description: String {
            switch self {
            case .missingModel(let name): "the coordinator serves no model named \(name)"
            case .settings(let problem): "the run's settings cannot be read: \(problem)"
            case .parameters(let count, let expected):
                "a task with \(count) parameters, where the controller has \(expected)"
            }
        }
    }

    private let models: FrozenModels
    private let settings: RolloutSettings
    private let environments: Int
    private let training: RolloutEngine
    /// Made when the first evaluation comes: its episodes have other limits.
    private var evaluation: RolloutEngine?

    /// Makes the engine, on the thread that will use it.
    ///
    /// - Parameters:
    ///   - models: Safetensors files by the names "vae" and "mdrnn".
    ///   - settings: `RolloutSettings` as JSON.
    ///   - environments: Episodes to run at once.
    /// - Throws: `Failure`; the models' and the drawing library's errors.
    package init(models: [String: Data], settings: Data, environments: Int) throws {
        guard let vae = models["vae"] else { throw Failure.missingModel("vae") }
        guard let mdrnn = models["mdrnn"] else { throw Failure.missingModel("mdrnn") }
        do {
            self.settings = try JSONDecoder().decode(RolloutSettings.self, from: settings)
        } catch {
            throw Failure.settings(oneLine(error))
        }
        self.models = try FrozenModels(vae: vae, mdrnn: mdrnn)
        self.environments = environments
        training = try RolloutEngine(
            models: self.models, settings: self.settings, environments: environments)
    }

    private var evaluationsRunning: Int { evaluation.map { environments - $0.freeSlots } ?? 0 }

    package var freeSlots: Int { max(0, training.freeSlots - evaluationsRunning) }

    package func submit(_ task: EpisodeTask) throws {
        let expected = settings.inputs.parameterCount
        guard task.parameters.count == expected else {
            throw Failure.parameters(task.parameters.count, expected: expected)
        }
        let rollout = RolloutTask(
            id: task.id, parameters: task.parameters, trackSeed: task.trackSeed)
        guard task.isEvaluation, settings != settings.forEvaluation else {
            training.submit(rollout)
            return
        }
        let engine: RolloutEngine
        if let evaluation {
            engine = evaluation
        } else {
            engine = try RolloutEngine(
                models: models, settings: settings.forEvaluation, environments: environments)
            evaluation = engine
        }
        engine.submit(rollout)
    }

    package func step() throws {
        try training.step()
        try evaluation?.step()
    }

    package func takeOutcomes() -> [EpisodeOutcome] {
        (training.takeOutcomes() + (evaluation?.takeOutcomes() ?? [])).map { outcome in
            EpisodeOutcome(
                id: outcome.id, return: outcome.episodeReturn, steps: outcome.steps,
                tilesVisited: outcome.tilesVisited, trackTiles: outcome.trackTiles,
                end: outcome.end.rawValue)
        }
    }
}
