// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// The evolution path of the step size: cumulative step-size adaptation.
struct StepSizePath: Sendable, Equatable {
    private(set) var path: [Double]

    init(dimension: Int) {
        path = [Double](repeating: 0, count: dimension)
    }

    /// Adds a generation's whitened mean step (equation 43 of the tutorial).
    mutating func add(_ whitenedMeanStep: [Double], _ parameters: StrategyParameters) {
        let rate = parameters.stepPathRate
        let gain = (rate * (2 - rate) * parameters.weights.effectiveParents).squareRoot()
        for index in path.indices {
            path[index] = (1 - rate) * path[index] + gain * whitenedMeanStep[index]
        }
    }

    private var squaredLength: Double { path.reduce(0) { $0 + $1 * $1 } }

    /// Its length over the expected one of a standard normal vector.
    var relativeLength: Double {
        squaredLength.squareRoot() / StrategyParameters.expectedNorm(dimension: path.count)
    }

    /// Whether the path is short enough for the covariance's path to grow: h_sigma, which keeps
    /// the axes from growing too fast while the step size is still far too small.
    func isShort(generation: Int, _ parameters: StrategyParameters) -> Bool {
        let n = Double(path.count)
        let bias = 1 - pow(1 - parameters.stepPathRate, 2 * Double(generation))
        return squaredLength / bias / n < 2 + 4 / (n + 1)
    }

    /// What the step size is multiplied with (equation 44), at most e.
    func factor(_ variant: EvolutionStrategy.Variant, _ parameters: StrategyParameters) -> Double {
        let ratio = parameters.stepPathRate / parameters.stepDamping
        let excess =
            variant == .limitedMemory
            ? (squaredLength / Double(path.count) - 1) / 2
            : squaredLength.squareRoot() / StrategyParameters.expectedNorm(dimension: path.count)
                - 1
        return exp(min(1, max(-1, ratio * excess)))
    }

    func encode(into writer: inout StateWriter) {
        writer.write(path)
    }

    init(from reader: inout StateReader, dimension: Int) throws(EvolutionStrategyError) {
        path = try reader.doubles(count: dimension)
    }
}
