// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Basics
import CarRacingRendering
package import Episodes
import EvolutionStrategies
package import Foundation
package import Rollouts
package import RunStore
package import Search
import WorldModel

/// A run that this process holds and may drive.
package struct OpenRun: Sendable {
    package let store: RunStore
    /// Its frozen V and M.
    package let models: RunModels
    /// Where its dreams begin; nil: it has none.
    package let dreamBank: DreamBank?
    let start: RunStart

    package var identifier: String { start.identifier }
    package var settings: RunSettings { start.settings }
    package var isNew: Bool { start.isNew }

    /// What the workers' engines are told.
    package var rolloutSettings: RolloutSettings {
        RolloutSettings(
            mapping: settings.mapping, inputs: settings.inputs,
            hiddenUnits: settings.hiddenUnits, latent: settings.latent,
            timeLimit: settings.maximumSteps,
            stepsWithoutTile: settings.patience > 0 ? settings.patience : nil,
            antialiasing: settings.antialiasing.drawing,
            domainRandomize: settings.domainRandomize.isOn, precision: settings.precision)
    }

    /// The same as JSON.
    package func encodedRolloutSettings() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return try encoder.encode(rolloutSettings)
    }

    /// Searches until a limit is reached or the calling task is cancelled; the best controller by
    /// evaluation is kept in the run's directory, and why the search ended in its events.
    package func drive(
        with service: any EpisodeService, limits: RunLimits,
        observe: @escaping @Sendable (RunEvent) -> Void = { _ in }
    ) async throws -> RunEnding {
        try await RunLoop<EvolutionStrategy>(
            store: store, service: service, settings: settings, limits: limits,
            saveController: {
                try controllerFile($0).write(to: store.directory.file(of: .controller))
            },
            observe: observe
        ).drive()
    }

    /// The file of an evaluated controller: the same bytes for the same evaluation.
    private func controllerFile(_ evaluation: EvaluationRecord) -> SafetensorsFile {
        var metadata = [
            "run": identifier, "generation": "\(evaluation.generation)",
            "evaluation_mean": "\(evaluation.mean)",
            "evaluation_episodes": "\(evaluation.episodes)",
            Antialiasing.metadataKey: settings.antialiasing.drawing.rawValue,
            Precision.metadataKey: settings.precision.rawValue,
        ]
        if settings.domainRandomize.isOn {
            metadata[DomainRandomization.metadataKey] = DomainRandomization.metadataValue
        }
        return ControllerParameters(
            shape: settings.shape, latent: settings.latent, values: evaluation.parameters
        ).file(metadata: metadata)
    }
}

extension RunSettings.Edges {
    /// The drawing that the setting names.
    fileprivate var drawing: Antialiasing {
        switch self {
        case .off: .off
        case .samples4: .samples4
        }
    }

    /// The setting that names a drawing.
    init(_ drawing: Antialiasing) {
        switch drawing {
        case .off: self = .off
        case .samples4: self = .samples4
        }
    }
}
