// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import EvolutionStrategies

extension RestartingSearch: SearchStrategy {
    package var sigma: Double { strategy.sigma }
    package var mean: [Double] { strategy.mean }
    package var endReasons: [String] { stopReasons.map(\.description) }
    package var shape: SearchShape? { strategy.shape }

    /// Its runs choose their step sizes themselves.
    package mutating func setSigma(_ sigma: Double) throws {
        throw EvolutionStrategyError.invalidSetting(
            name: "sigma", reason: "a search that starts again cannot be set to \(sigma)")
    }
}
