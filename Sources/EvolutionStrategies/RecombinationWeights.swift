// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// The weights of the ranked candidates: positive for the better half, negative for the worse.
///
/// Hansen, The CMA Evolution Strategy: A Tutorial (arXiv 1604.00772), equations 49 to 53.
public struct RecombinationWeights: Sendable, Hashable {
    /// One weight for each rank, best first; the positive ones add up to 1.
    public private(set) var values: [Double]

    /// The number of positive weights, mu.
    public let parents: Int

    /// The variance-effective number of parents, 1 / (the sum of squares of positive weights).
    public let effectiveParents: Double

    /// The same measure of the negative weights.
    public let effectiveLosers: Double

    /// Weights of logarithmic shape (equation 49): ln((lambda + 1) / 2) - ln(rank).
    ///
    /// Lambda, the population, is at least 2. The negative weights add up to -1 until
    /// `balanceNegative` scales them.
    public init(population: Int) {
        precondition(population >= 2, "a population needs 2 candidates, not \(population)")
        let raw = (1...population).map { log((Double(population) + 1) / 2) - log(Double($0)) }
        parents = raw.count { $0 > 0 }
        let positive = raw[..<parents].reduce(0, +)
        let negative = -raw[parents...].reduce(0, +)
        values = raw.map { $0 > 0 ? $0 / positive : (negative > 0 ? $0 / negative : 0) }
        effectiveParents = 1 / values[..<parents].reduce(0) { $0 + $1 * $1 }
        let squares = values[parents...].reduce(0) { $0 + $1 * $1 }
        effectiveLosers = squares > 0 ? 1 / squares : 0
    }

    /// The weights that the mean moves with, best first: the positive ones, or one for each rank.
    ///
    /// The worse half tells as much about the way as the better one: with weights of both signs,
    /// which add up to 0, a linear cost's slope is met twice as well by the same candidates
    /// (Arnold, Weighted multirecombination evolution strategies, 2006). Scaled so that the mean
    /// moves as far as with the better half where ranks are chance; `effectiveParents` holds for
    /// both.
    func meanWeights(_ recombination: EvolutionStrategy.Recombination) -> [Double] {
        let positive = Array(values[..<parents])
        guard recombination == .all else { return positive }
        let half = 0.5.squareRoot()
        var weights = [Double](repeating: 0, count: values.count)
        for (rank, weight) in positive.enumerated() {
            weights[rank] += half * weight
            weights[weights.count - 1 - rank] -= half * weight
        }
        return weights
    }

    /// Scales the negative weights by the learning rates c1 (rank one) and cmu (rank mu).
    ///
    /// Their sum becomes the least of three in magnitude: 1 + c1 / cmu, so that the update does not
    /// decay the covariance; 1 + 2 mueff^- / (mueff + 2); and, where it must stay positive
    /// definite, (1 - c1 - cmu) / (n cmu) for n variables (equations 50 to 52).
    mutating func balanceNegative(
        dimension: Int, rankOne: Double, rankMu: Double, positiveDefinite: Bool
    ) {
        guard rankMu > 0, parents < values.count, effectiveLosers > 0 else { return }
        var sum = 1 + rankOne / rankMu
        if positiveDefinite {
            sum = min(sum, (1 - rankOne - rankMu) / rankMu / Double(dimension))
        }
        sum = min(sum, 1 + 2 * effectiveLosers / (effectiveParents + 2))
        let now = -values[parents...].reduce(0, +)
        for rank in parents..<values.count { values[rank] *= sum / now }
    }

    /// Clears the negative weights: the strategy without active update.
    mutating func clearNegative() {
        for rank in parents..<values.count { values[rank] = 0 }
    }
}
