// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Tensors

/// A diagonal covariance: one standard deviation a variable, adapted multiplicatively.
///
/// Ros and Hansen, A Simple Modification in CMA-ES Achieving Linear Time and Space Complexity
/// (2008), with pycma's exponential update of the deviations. Steps are standard normal; the
/// deviations are the scales.
struct SeparableCovariance: SearchDistribution {
    private(set) var scales: [Double]
    private(set) var path: [Double]

    init(scales: [Double]) {
        self.scales = scales
        path = [Double](repeating: 0, count: scales.count)
    }

    var stepDeviations: [Double] { [Double](repeating: 1, count: scales.count) }

    var axes: AxisSummary {
        let (least, most) = (scales.min() ?? 1, scales.max() ?? 1)
        return AxisSummary(longest: 1, condition: (most / least) * (most / least))
    }

    mutating func prepare(generation: Int) throws(EvolutionStrategyError) {
        guard scales.allSatisfy({ $0 > 0 && $0.isFinite }) else {
            throw .degenerateCovariance(generation: generation)
        }
    }

    /// Gives the deviations other values, above 0; the path stays.
    mutating func setScales(_ scales: [Double]) { self.scales = scales }

    func colour(_ normals: inout DoubleMatrix) {}

    func whitened(_ step: [Double]) -> [Double] { step }

    mutating func stretch(_ index: Int, by factor: Double) { scales[index] *= factor }

    mutating func update(_ selection: Selection) {
        let parameters = selection.parameters
        let pathRate = parameters.pathRate
        let mueff = parameters.weights.effectiveParents
        let gain =
            selection.pathMayGrow ? (pathRate * (2 - pathRate) * mueff).squareRoot() : 0
        let rankOne =
            parameters.rankOneRate * (selection.pathMayGrow ? 1 : 1 - pathRate * (2 - pathRate))
        let population = selection.population
        let n = scales.count
        // The weighted mean of the squared steps minus its expectation, times ln 2: a squared
        // step of 2 with weight 1 doubles the variance, one of 0 halves it.
        var exponents = [Double](repeating: 0, count: n)
        for index in 0..<n {
            path[index] = (1 - pathRate) * path[index] + gain * selection.meanStep[index]
            exponents[index] = rankOne * (path[index] * path[index] - 1)
        }
        population.steps.withElements { steps in
            exponents.withUnsafeMutableBufferPointer { exponents in
                for (rank, candidate) in selection.order.enumerated() {
                    let rate = parameters.rankMuRate * parameters.weights.values[rank]
                    if rate == 0 || (rate < 0 && population.injected[candidate]) { continue }
                    let start = candidate * n
                    for row in 0..<n {
                        let step = steps[start + row]
                        exponents[row] += rate * (step * step - 1)
                    }
                }
            }
        }
        for index in 0..<n { scales[index] *= exp(log(2.0) / 2 * exponents[index]) }
    }
}

extension SeparableCovariance {
    func encode(into writer: inout StateWriter) {
        writer.write(scales)
        writer.write(path)
    }

    init(from reader: inout StateReader, dimension: Int) throws(EvolutionStrategyError) {
        scales = try reader.doubles(count: dimension)
        path = try reader.doubles(count: dimension)
    }
}
