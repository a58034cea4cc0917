// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import EvolutionStrategies

extension RestartingSearch.Configuration {
    /// The first option of optimize by which two searches differ, without its dashes; nil where they are
    /// the same.
    package func difference(from new: Self) -> String? {
        if self == new { return nil }
        let (was, now) = (strategy, new.strategy)
        let options: [(String, Bool)] = [
            ("dimension", was.dimension == now.dimension), ("variant", was.variant == now.variant),
            ("population", was.population == now.population), ("seed", was.seed == now.seed),
            ("sigma", was.initialSigma == now.initialSigma),
            ("x0", was.initialMean == now.initialMean),
            ("deviations", was.initialDeviations == now.initialDeviations),
            ("lower or --upper", was.bounds == now.bounds),
            ("integers", was.integerVariables == now.integerVariables),
            ("min-deviations", was.minimumDeviations == now.minimumDeviations),
            ("factorisation", was.factorisation == now.factorisation),
            ("recombination", was.recombination == now.recombination),
            ("learning-rates", was.learningRates == now.learningRates),
            ("noise-handling", was.noise == now.noise),
            ("max-generations", was.stopping.maximumGenerations == now.stopping.maximumGenerations),
            ("tol...", was.stopping == now.stopping), ("restarts", schedule == new.schedule),
            ("max-restarts", maximumRestarts == new.maximumRestarts),
            ("restart-lower or --restart-upper", startingBox == new.startingBox),
        ]
        return options.first { !$0.1 }?.0 ?? "population-growth"
    }
}
