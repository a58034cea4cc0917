// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import EvolutionStrategies
import WorldModel

extension EvolutionStrategy: SearchStrategy {
    package var endReasons: [String] { stopReasons.map(\.description) }

    /// The search of a run over the controller's parameters, from the controller of all zeros.
    ///
    /// - Parameter settings: The run's settings.
    /// - Throws: `EvolutionStrategyError` for settings that fit no search.
    package init(_ settings: RunSettings) throws {
        let zeros = [Double](repeating: 0, count: settings.inputs.parameterCount)
        // Returns are noisy, so equal or stagnant costs are no sign of the end.
        try self.init(
            Configuration(
                initialMean: zeros, initialSigma: settings.sigma, variant: settings.variant,
                population: settings.populationSize, seed: settings.seed, stopping: .noisy()))
    }
}
