// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import SeededRandom
import Tensors

/// Whole numbers among the variables: rounding, and centring of the better candidates.
///
/// Marty, Hansen, Auger, Semet and Heron, LB+IC-CMA-ES: Two Simple Modifications of CMA-ES to Handle
/// Mixed-Integer Problems (PPSN 2024), as pycma 4.5 has it. A variable's deviation keeps a lower
/// bound, so that other numbers go on being sampled; and before a generation is learned from, the
/// better half's values that round to another number than the mean are set to that number, so that
/// the mean does not creep within a number's plateau.
struct IntegerCentering: Sendable {
    /// The indices of the whole numbers, ascending.
    let variables: [Int]
    /// The bounds of each, in the order of `variables`; infinite where there is none.
    private let bounds: [(lower: Double, upper: Double)]

    /// Nil without whole numbers.
    init?(_ configuration: EvolutionStrategy.Configuration) {
        guard !configuration.integerVariables.isEmpty else { return nil }
        variables = configuration.integerVariables.sorted()
        let box = configuration.searchBounds
        bounds = variables.map {
            (box?.lower[$0] ?? -.infinity, box?.upper[$0] ?? .infinity)
        }
    }

    /// Rounds a point's whole numbers, halves to even ones, in place.
    func round(_ point: inout [Double]) {
        for index in variables { point[index] = Self.rounded(point[index]) }
    }

    /// The nearest whole number; never the negative zero, which would be written as "-0.0".
    private static func rounded(_ value: Double) -> Double {
        value.rounded(.toNearestOrEven) + 0
    }

    /// Centres the better candidates, unbounded points, in place.
    ///
    /// `unit` draws from [0, 1): a value beyond a bound is put between the bound and its nearest
    /// whole number.
    func centre(_ points: inout [[Double]], mean: [Double], unit: () -> Double) {
        for index in points.indices { repair(&points[index], unit) }
        for variable in variables { centre(&points, variable, Self.rounded(mean[variable])) }
    }

    private func repair(_ point: inout [Double], _ unit: () -> Double) {
        // All that are beyond a bound first, as pycma draws for them together.
        for (variable, (lower, upper)) in zip(variables, bounds) {
            let value = point[variable]
            guard value < lower || value > upper else { continue }
            let bound = value < lower ? lower : upper
            let whole = Self.rounded(bound)
            point[variable] = bound
            if value < lower ? whole > bound : whole < bound {
                point[variable] += (whole - bound) * unit()
            }
        }
    }

    /// One variable of all points: those on other whole numbers than the mean's are rounded, the
    /// others moved towards the mean's, so far that the bias of the rounding is made good.
    private func centre(_ points: inout [[Double]], _ variable: Int, _ middle: Double) {
        var (bias, leftward, rightward) = (0.0, 0.0, 0.0)
        for index in points.indices {
            let value = points[index][variable]
            let whole = Self.rounded(value)
            let move = whole - value
            if whole != middle {
                bias += move
                points[index][variable] = whole
            } else if move > 0 {
                rightward += move
            } else {
                leftward += move
            }
        }
        var share = 0.0
        if bias * rightward < 0 { share = min(1, -bias / rightward) }
        if bias * leftward < 0 { share = min(1, -bias / leftward) }
        guard share > 0 else { return }
        for index in points.indices {
            let value = points[index][variable]
            let move = middle - value
            if Self.rounded(value) == middle, bias * move < 0 {
                points[index][variable] = value + share * move
            }
        }
    }
}

extension EvolutionStrategy {
    /// The generation as it is learned from: with whole numbers the better half is centred.
    mutating func centred(_ population: Population, _ order: [Int]) -> Population {
        guard let integers else { return population }
        let parents = order.prefix(parameters.weights.parents)
        var points = parents.map { unboundedPoint(population, $0) }
        integers.centre(&points, mean: centre) { generator.unit() }
        var result = population
        let (scales, n) = (distribution.scales, centre.count)
        result.steps.withMutableElements { steps in
            for (candidate, point) in zip(parents, points) {
                for row in 0..<n {
                    steps[candidate * n + row] =
                        (point[row] - centre[row]) / (sigma * scales[row])
                }
            }
        }
        return result
    }

    /// Keeps each deviation above its least and, with least ones, below a third of its box.
    ///
    /// Variable by variable, as pycma does it, so that one that has to stay coarse does not keep
    /// the others from becoming fine.
    mutating func raiseDeviations() {
        guard let leastDeviations else { return }
        let bounds = configuration.searchBounds
        for (index, deviation) in standardDeviations.enumerated() {
            var wanted = deviation
            if let bounds {
                let widest = (bounds.upper[index] - bounds.lower[index]) / 3
                wanted = min(wanted, widest)
            }
            wanted = max(wanted, leastDeviations[index])
            let factor = wanted / deviation
            if factor != 1, factor.isFinite, factor > 0 {
                distribution.stretch(index, by: factor)
            }
        }
    }
}
