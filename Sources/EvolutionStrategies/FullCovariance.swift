// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Tensors

/// A covariance with all its n (n + 1) / 2 numbers, adapted by rank one and rank mu.
///
/// Hansen's tutorial (arXiv 1604.00772), section 4 and equation 47. The matrix lives in the lower
/// triangle; the factor that makes samples is refreshed lazily.
struct FullCovariance: SearchDistribution {
    private(set) var scales: [Double]
    private(set) var path: [Double]
    private(set) var repairs = 0
    private var covariance: DoubleMatrix
    private var factor: CovarianceFactor
    private var updates = 0
    private var updatesAtFactorisation = 0
    private let interval: Double

    init(scales: [Double], cholesky: Bool, interval: Double) {
        let dimension = scales.count
        self.scales = scales
        self.interval = interval
        path = [Double](repeating: 0, count: dimension)
        covariance = DoubleMatrix(identity: dimension)
        factor =
            cholesky
            ? .cholesky(DoubleMatrix(identity: dimension), condition: 1)
            : .eigensystem(
                deviations: [Double](repeating: 1, count: dimension),
                basis: DoubleMatrix(identity: dimension))
    }

    var stepDeviations: [Double] { covariance.diagonal.map { max(0, $0).squareRoot() } }

    var axes: AxisSummary {
        factor.summary(longestStep: stepDeviations.max() ?? 1)
    }

    /// Where the covariance lies in memory: a test of the updates in place compares it.
    var address: UInt { covariance.address }

    /// Changes the covariance as rounding never should: tests of the repair do.
    mutating func corruptForTest(_ change: (inout DoubleMatrix) -> Void) {
        change(&covariance)
        updates += 1
    }

    mutating func prepare(generation: Int) throws(EvolutionStrategyError) {
        try alleviate(generation: generation)
        if Double(updates) < Double(updatesAtFactorisation) + interval { return }
        if updates == updatesAtFactorisation { return }
        try factorise(generation: generation)
    }

    func colour(_ normals: inout DoubleMatrix) {
        factor.colour(&normals)
    }

    func whitened(_ step: [Double]) -> [Double] {
        factor.whitened(step)
    }

    func axis(_ index: Int) -> [Double] {
        factor.axis(index)
    }

    mutating func stretch(_ index: Int, by factor: Double) { scales[index] *= factor }

    mutating func update(_ selection: Selection) {
        let parameters = selection.parameters
        let pathRate = parameters.pathRate
        let mueff = parameters.weights.effectiveParents
        var rankOne = parameters.rankOneRate
        for index in path.indices { path[index] *= 1 - pathRate }
        if selection.pathMayGrow {
            let gain = (pathRate * (2 - pathRate) * mueff).squareRoot()
            for index in path.indices { path[index] += gain * selection.meanStep[index] }
        } else {
            // The variance that the path's standstill withholds (the tutorial's delta(h_sigma)).
            rankOne *= 1 - pathRate * (2 - pathRate)
        }
        let ranked = weightedColumns(selection)
        var decay = 1 - rankOne
        for weight in ranked.decays { decay -= weight }
        covariance.updateLowerTriangle(
            decay: decay, adding: 1, times: ranked.positive, count: ranked.positiveCount)
        if ranked.negativeCount > 0 {
            covariance.updateLowerTriangle(
                decay: 1, adding: -1, times: ranked.negative, count: ranked.negativeCount)
        }
        updates += 1
    }

    /// The vectors of the update, each times the root of its weight: positive ones, the path
    /// first, and negative ones, whose weights are divided by their squared length over n.
    private func weightedColumns(_ selection: Selection) -> (
        positive: DoubleMatrix, positiveCount: Int, negative: DoubleMatrix, negativeCount: Int,
        decays: [Double]
    ) {
        let n = scales.count
        let parameters = selection.parameters
        let parents = parameters.weights.parents
        let population = selection.population
        var positive = DoubleMatrix(rows: n, columns: parents + 1)
        var negative = DoubleMatrix(rows: n, columns: max(0, population.count - parents))
        var (positiveCount, negativeCount) = (1, 0)
        var decays: [Double] = []
        positive.withMutableElements { positive in
            negative.withMutableElements { negative in
                population.steps.withElements { steps in
                    let root = parameters.rankOneRate.squareRoot()
                    for row in 0..<n { positive[row] = root * path[row] }
                    for (rank, candidate) in selection.order.enumerated() {
                        let rate = parameters.rankMuRate * parameters.weights.values[rank]
                        let source = candidate * n
                        if rate > 0 {
                            let factor = rate.squareRoot()
                            for row in 0..<n {
                                positive[positiveCount * n + row] = factor * steps[source + row]
                            }
                            positiveCount += 1
                            decays.append(rate)
                        } else if rate < 0 && !population.injected[candidate] {
                            // An injected solution says nothing about where not to sample.
                            let length = population.squaredLengths[candidate].squareRoot() + 1e-9
                            let factor = (-rate * Double(n)).squareRoot() / length
                            for row in 0..<n {
                                negative[negativeCount * n + row] = factor * steps[source + row]
                            }
                            negativeCount += 1
                            decays.append(rate)
                        }
                    }
                }
            }
        }
        return (positive, positiveCount, negative, negativeCount, decays)
    }

    /// Moves differences between the variables' variances into the scales once they exceed 1e8,
    /// so that an axis-parallel condition never reaches the limits of the factorisation.
    private mutating func alleviate(generation: Int) throws(EvolutionStrategyError) {
        let variances = covariance.diagonal
        guard let least = variances.min(), let greatest = variances.max(),
            least > 0, greatest / least >= 1e8, greatest.isFinite
        else { return }
        let deviations = variances.map { $0.squareRoot() }
        let n = scales.count
        covariance.withMutableElements { elements in
            for column in 0..<n {
                for row in column..<n {
                    elements[column * n + row] /= deviations[row] * deviations[column]
                }
            }
        }
        for index in 0..<n {
            scales[index] *= deviations[index]
            path[index] /= deviations[index]
        }
        try factorise(generation: generation)
    }

    /// Factorises the covariance; one that is not positive definite gets a larger diagonal.
    private mutating func factorise(generation: Int) throws(EvolutionStrategyError) {
        updatesAtFactorisation = updates
        var shift = 0.0
        for _ in 0..<8 {
            switch factor.refresh(from: covariance) {
            case .ready:
                return
            case .degenerate(let leastVariance):
                guard leastVariance.isFinite else {
                    throw .degenerateCovariance(generation: generation)
                }
                repairs += 1
                let mean = stepDeviations.reduce(0) { $0 + $1 * $1 } / Double(scales.count)
                shift = max(2 * max(0, -leastVariance), 1e-14 * mean, 100 * shift)
                for index in scales.indices { covariance[index, index] += shift }
            }
        }
        throw .degenerateCovariance(generation: generation)
    }
}

extension FullCovariance {
    func encode(into writer: inout StateWriter) {
        writer.write(scales)
        writer.write(path)
        writer.write(repairs)
        writer.write(updates)
        writer.write(updatesAtFactorisation)
        writer.write(interval)
        writer.write(lowerTriangle: covariance)
        factor.encode(into: &writer)
    }

    init(from reader: inout StateReader, dimension: Int) throws(EvolutionStrategyError) {
        scales = try reader.doubles(count: dimension)
        path = try reader.doubles(count: dimension)
        repairs = try reader.counter()
        updates = try reader.counter()
        updatesAtFactorisation = try reader.counter()
        interval = try reader.double()
        covariance = try reader.lowerTriangle(size: dimension)
        factor = try CovarianceFactor(from: &reader, dimension: dimension)
    }
}
