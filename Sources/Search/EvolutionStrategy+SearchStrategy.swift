// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import EvolutionStrategies
import WorldModel

extension EvolutionStrategy: SearchStrategy {
    package var endReasons: [String] { stopReasons.map(\.description) }

    package var shape: SearchShape? {
        let deviations = standardDeviations.sorted()
        guard let least = deviations.first, let greatest = deviations.last else { return nil }
        return SearchShape(
            pathLength: pathLength, axisRatio: conditionNumber.squareRoot(),
            deviations: (least, deviations[deviations.count / 2], greatest))
    }

    /// The search of a run over the controller's parameters; without a start it starts from zeros.
    package init(_ settings: RunSettings, from start: [Float]? = nil) throws {
        let zeros = [Double](repeating: 0, count: settings.shape.parameterCount)
        // Returns are noisy, so equal or stagnant costs are no sign of the end.
        try self.init(
            Configuration(
                initialMean: start.map { $0.map(Double.init) } ?? zeros,
                initialSigma: settings.sigma[generation: 1], variant: settings.variant,
                population: settings.populationSize, seed: settings.seed,
                recombination: settings.recombination, learningRates: settings.learningRates,
                stopping: .noisy()))
    }
}
