// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Tensors

/// The candidates of a generation that wait for their costs.
///
/// A candidate is mean + sigma x scale x step, element by element; the scales belong to the
/// distribution.
struct Population: Sendable, Equatable {
    /// One column a candidate: its step, in the distribution's own coordinates.
    var steps: DoubleMatrix

    /// The squared Mahalanobis length of each step, about n for a sampled one.
    var squaredLengths: [Double]

    /// Which candidates were given from outside rather than sampled.
    var injected: [Bool]

    /// How many candidates noise handling wants evaluated twice.
    var reevaluated = 0

    var count: Int { steps.columns }

    /// The weighted sum of steps; candidates and weights run best first.
    func recombined(order: [Int], weights: [Double]) -> [Double] {
        var sum = [Double](repeating: 0, count: steps.rows)
        steps.withElements { elements in
            sum.withUnsafeMutableBufferPointer { sum in
                for (index, weight) in zip(order, weights) {
                    let start = index * sum.count
                    for row in 0..<sum.count { sum[row] += weight * elements[start + row] }
                }
            }
        }
        return sum
    }
}

/// What the distribution is updated with after a generation.
struct Selection {
    let population: Population
    /// The candidates' indices, best first.
    let order: [Int]
    let parameters: StrategyParameters
    /// The weighted sum of the steps that the mean moves by.
    let meanStep: [Double]
    /// The same in coordinates where the distribution is standard normal.
    let whitenedMeanStep: [Double]
    /// Whether the step size's path is short enough for the covariance's path to grow (h_sigma).
    let pathMayGrow: Bool
}

/// The shape of the search distribution, apart from mean and step size.
protocol SearchDistribution: Sendable {
    /// What a step is multiplied with, element by element, to be in the variables' coordinates.
    var scales: [Double] { get }

    /// The standard deviations of the steps, before scales and step size.
    var stepDeviations: [Double] { get }

    /// The evolution path of the covariance; empty where the form has none.
    var path: [Double] { get }

    /// A bound on the distribution's axes, to tell whether it is still useful.
    var axes: AxisSummary { get }

    /// How often a degenerate covariance had to be repaired.
    var repairs: Int { get }

    /// Brings what samples are made with up to date, where that is due.
    mutating func prepare(generation: Int) throws(EvolutionStrategyError)

    /// Turns standard normal columns into steps, in place.
    func colour(_ normals: inout DoubleMatrix)

    /// A step in coordinates where the distribution is standard normal.
    func whitened(_ step: [Double]) -> [Double]

    /// One principal axis, or an approximation of it, for the test whether steps still count.
    func axis(_ index: Int) -> [Double]

    /// Multiplies what a variable's step is multiplied with.
    mutating func stretch(_ index: Int, by factor: Double)

    /// Learns from the ranked candidates.
    mutating func update(_ selection: Selection)

    /// Writes all that a later update or sample depends on.
    func encode(into writer: inout StateWriter)
}

/// Where the axes are the variables' own and nothing is ever repaired.
extension SearchDistribution {
    var repairs: Int { 0 }

    func axis(_ index: Int) -> [Double] {
        scales.indices.map { $0 == index ? 1 : 0 }
    }
}

/// The extent of a distribution.
struct AxisSummary: Sendable, Equatable {
    /// The longest axis' standard deviation.
    var longest: Double
    /// The condition number of the covariance, a lower bound or an estimate in large dimensions.
    var condition: Double
}
