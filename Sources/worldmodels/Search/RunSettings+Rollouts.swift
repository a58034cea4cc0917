// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes

import RolloutServer

import Search
import Foundation
import Rollouts
import RunStore
import ArrayFiles
import WorldModel

extension RunSettings {
    /// What the workers' engines are told, as JSON.
    func encodedRolloutSettings() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return try encoder.encode(
            RolloutSettings(
                mapping: mapping, inputs: inputs, latent: latent, timeLimit: maximumSteps,
                stepsWithoutTile: patience > 0 ? patience : nil))
    }

    /// The file of an evaluated controller.
    ///
    /// - Parameters:
    ///   - evaluation: The evaluation.
    ///   - run: The run's name.
    /// - Returns: The same bytes for the same evaluation.
    func controllerFile(_ evaluation: EvaluationRecord, run: String) -> SafetensorsFile {
        ControllerParameters(
            inputs: inputs, mapping: mapping, latent: latent, values: evaluation.parameters
        ).file(metadata: [
            "run": run, "generation": "\(evaluation.generation)",
            "evaluation_mean": "\(evaluation.mean)",
            "evaluation_episodes": "\(evaluation.episodes)",
        ])
    }
}
