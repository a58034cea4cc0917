// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
package import Episodes
package import Foundation
package import WorldModel

/// What workers do with episodes of CarRacing: they score or record, as they are told.
package enum CarRacingWork {
    /// Why there can be no engine for a work.
    package enum Failure: Error, Equatable, CustomStringConvertible {
        /// No model of this name is served.
        case missingModel(String)
        /// The coordinator has candidates that a program is to evaluate.
        case isObjective
        /// The settings are not what this build knows.
        case settings(String)

        package var description: String {
            switch self {
            case .missingModel(let name): "the coordinator serves no model named \(name)"
            case .isObjective:
                "the coordinator searches for an objective: start this worker with --objective"
                    + " 'PROGRAM ARG...'"
            case .settings(let problem): "the run's settings cannot be read: \(problem)"
            }
        }
    }

    /// Reads what the engines for a work need, once for all of them.
    ///
    /// The models are safetensors files, which are let go of: "vae" and "mdrnn" for scores; these and
    /// "dream-starts" where M dreams; V, M and "controller" where a controller drives for a dataset;
    /// else none is looked at. The work's settings are `RolloutSettings` or `RecordingSettings`.
    ///
    /// - Returns: What makes an engine for the calling thread, to run so many episodes at once; it
    ///   throws the drawing library's errors. The engines share V and M.
    /// - Throws: `Failure`; the models' errors; `DreamStarts.Failure`.
    package static func engines(
        models: consuming [String: Data], work: Work, kernels: Kernels = .best
    ) throws -> @Sendable (_ environments: Int) throws -> any EpisodeEngine {
        switch work {
        case .score(let settings):
            let settings = try decode(RolloutSettings.self, settings)
            let frozen = try freeze(models, kernels, settings.precision)
            // V's file alone is three times what its encoder takes once it is laid out.
            ProcessMemory.giveBackFreed()
            return { try CarRacingEngine(scoring: settings, models: frozen, environments: $0) }
        case .record(let settings):
            let settings = try decode(RecordingSettings.self, settings)
            let agent =
                settings.policy == .controller
                ? try agent(models, kernels, settings.precision) : nil
            ProcessMemory.giveBackFreed()
            return { try CarRacingEngine(recording: settings, agent: agent, environments: $0) }
        case .dream(let settings):
            let settings = try decode(RolloutSettings.self, settings)
            let (frozen, dreams) = try dreamers(models, kernels, settings.precision)
            ProcessMemory.giveBackFreed()
            return { environments in
                DreamingEngine(
                    driving: try CarRacingEngine(
                        scoring: settings, models: frozen, environments: environments),
                    dreaming: DreamEngine(
                        dreams, settings: settings, environments: environments))
            }
        case .objective: throw Failure.isObjective
        }
    }

    private static func decode<Settings: Decodable>(
        _ type: Settings.Type, _ data: Data
    ) throws -> Settings {
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch {
            throw Failure.settings("\(error)".split(separator: "\n").joined(separator: " "))
        }
    }

    /// V and M; their bytes are gone when this returns.
    private static func freeze(
        _ models: consuming [String: Data], _ kernels: Kernels, _ precision: Precision
    ) throws -> FrozenModels {
        guard let vae = models.removeValue(forKey: "vae") else { throw Failure.missingModel("vae") }
        guard let mdrnn = models.removeValue(forKey: "mdrnn") else {
            throw Failure.missingModel("mdrnn")
        }
        return try FrozenModels(vae: vae, mdrnn: mdrnn, kernels: kernels, precision: precision)
    }

    /// V and M, and M once more with its head and its starts; their bytes are gone when this returns.
    private static func dreamers(
        _ models: consuming [String: Data], _ kernels: Kernels, _ precision: Precision
    ) throws -> (FrozenModels, DreamModel) {
        guard let starts = models.removeValue(forKey: DreamStarts.name) else {
            throw Failure.missingModel(DreamStarts.name)
        }
        guard let mdrnn = models["mdrnn"] else { throw Failure.missingModel("mdrnn") }
        let name = Agent.Part.mdrnn.fileName
        let memory = try MDRNNParameters(SafetensorsFile(data: mdrnn, name: name), name: name)
        let bank = try DreamStarts(
            SafetensorsFile(data: starts, name: DreamStarts.fileName), name: DreamStarts.fileName)
        let frozen = try freeze(models, kernels, precision)
        return (
            frozen,
            try DreamModel(
                memory, starts: bank, recurrence: frozen.recurrence, kernels: kernels)
        )
    }

    /// V, M and C; their bytes are gone when this returns.
    private static func agent(
        _ models: consuming [String: Data], _ kernels: Kernels, _ precision: Precision
    ) throws -> RecordingAgent {
        guard let controller = models.removeValue(forKey: "controller") else {
            throw Failure.missingModel("controller")
        }
        let name = Agent.Part.controller.fileName
        let frozen = try freeze(models, kernels, precision)
        let parameters = try ControllerParameters(
            SafetensorsFile(data: controller, name: name), name: name, sizes: frozen.sizes)
        return (frozen, parameters)
    }
}
