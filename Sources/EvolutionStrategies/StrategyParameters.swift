// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// The constants of a strategy, which follow from dimension, population size and variant.
///
/// Symbols are those of Hansen's tutorial (arXiv 1604.00772, table 1) and values those of
/// pycma 4.5; where the two differ, the comment says so.
public struct StrategyParameters: Sendable, Hashable {
    /// The weights of the ranks, negative ones included where the update is active.
    public let weights: RecombinationWeights

    /// The learning rate c1 of the rank-one update.
    public let rankOneRate: Double

    /// The learning rate cmu of the rank-mu update.
    public let rankMuRate: Double

    /// The rate cc of the evolution path of the covariance.
    public let pathRate: Double

    /// The rate cs of the evolution path of the step size.
    public let stepPathRate: Double

    /// The damping ds of the step size.
    public let stepDamping: Double

    /// How many generations may pass between two factorisations of the covariance.
    public let factorisationInterval: Double

    /// The constants for n variables (`dimension`) and lambda candidates (`population`).
    public init(
        variant: EvolutionStrategy.Variant, dimension: Int, population: Int, active: Bool = true
    ) {
        let n = Double(dimension)
        let lambda = Double(population)
        var weights = RecombinationWeights(population: population)
        let mueff = weights.effectiveParents

        // Equations 57 and 58: the ranks of few candidates carry little information.
        let fullRankOne = min(1, lambda / 6) * 2 / ((n + 1.3) * (n + 1.3) + mueff)
        let fullRankMu = min(
            1 - fullRankOne, 2 * (0.25 + mueff + 1 / mueff - 2) / ((n + 2) * (n + 2) + mueff))

        switch variant {
        case .full:
            rankOneRate = fullRankOne
            rankMuRate = fullRankMu
            pathRate = (4 + mueff / n) / (n + 4 + 2 * mueff / n)
        case .separable:
            // A diagonal has n degrees of freedom: rates of order 1 / n (Ros and Hansen, 2008).
            let root = n.squareRoot()
            rankOneRate = 1 / (n + 2 * root + mueff / n)
            rankMuRate = min(
                1 - rankOneRate, (0.25 + mueff + 1 / mueff - 2) / (n + 4 * root + mueff / 2))
            pathRate = (1 + 1 / n + mueff / n) / (root + 1 / n + 2 * mueff / n)
        case .limitedMemory:
            rankOneRate = 0
            rankMuRate = 0
            pathRate = 0
        }
        if active && variant != .limitedMemory {
            weights.balanceNegative(
                dimension: dimension, rankOne: rankOneRate, rankMu: rankMuRate,
                positiveDefinite: variant == .full)
        } else {
            weights.clearNegative()
        }
        self.weights = weights

        if variant == .limitedMemory {
            // Loshchilov, Glasmachers and Beyer (2019): 2 lambda / n and damping 1; held at 1/2
            // and below, which the paper's large dimensions never reach.
            stepPathRate = min(0.5, 2 * lambda / n)
            stepDamping = 1
        } else {
            // Equation 55, held at 1/2 and below as in pycma.
            stepPathRate = min(0.5, (mueff + 2) / (n + mueff + 3))
            // The tutorial's 1 + 2 max(0, sqrt((mueff - 1) / (n + 1)) - 1) + cs, with pycma's
            // stronger damping of large populations (a factor 3 under the root's difference,
            // fading in small dimensions).
            let inner = max(1, 3 * (1 - pow(0.5, n / 9)))
            stepDamping =
                1 + 2 * max(0, inner * ((mueff - 1) / (n + 1)).squareRoot() - 1) + stepPathRate
        }
        // The tutorial's B.2: what one factorisation misses stays below a tenth.
        factorisationInterval = 1 / (rankOneRate + rankMuRate + 1e-23) / n / 10
    }

    /// The usual lambda for n variables: 4 + 3 ln n (equation 48).
    ///
    /// At least 6, since smaller ones need mirrored sampling.
    public static func defaultPopulation(dimension: Int) -> Int {
        max(6, Int(4 + 3 * log(Double(dimension))))
    }

    /// The usual lambda where so many of the n variables are whole numbers: 6 + 3 ln n + 3 ln of
    /// their number, as in pycma.
    static func defaultPopulation(dimension: Int, integers: Int) -> Int {
        guard integers > 0 else { return defaultPopulation(dimension: dimension) }
        return max(6, Int(6 + 3 * (log(Double(dimension)) + log(Double(integers)))))
    }

    /// The expected length of n standard normals: sqrt(2) gamma((n + 1) / 2) / gamma(n / 2).
    public static func expectedNorm(dimension: Int) -> Double {
        let n = Double(dimension)
        // Beyond 100 the series is exact to 1e-9; the gamma function would overflow at 340.
        if dimension > 100 {
            return n.squareRoot() * (1 - 1 / (4 * n) + 1 / (32 * n * n))
        }
        return 2.0.squareRoot() * tgamma((n + 1) / 2) / tgamma(n / 2)
    }
}
