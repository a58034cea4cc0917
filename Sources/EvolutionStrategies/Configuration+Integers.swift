// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

extension EvolutionStrategy.Configuration {
    /// Whether a saved state needs more than was there before whole numbers and least deviations.
    var hasExtras: Bool { !integerVariables.isEmpty || minimumDeviations != nil }

    /// The box that points are folded into: half beyond the least and the greatest whole number of
    /// an integer variable, each of which then has the same room; else the bounds.
    var searchBounds: EvolutionStrategy.Bounds? {
        guard var bounds, !integerVariables.isEmpty else { return bounds }
        // So little less than a half that the bound itself is rounded inwards (pycma's offset).
        func offset(_ bound: Double) -> Double { 1e-9 * max(1, abs(bound)) }
        for index in integerVariables {
            let lower = bounds.lower[index].rounded(.up) - 0.5
            let upper = bounds.upper[index].rounded(.down) + 0.5
            if lower.isFinite { bounds.lower[index] = lower + offset(lower) }
            if upper.isFinite { bounds.upper[index] = upper - offset(upper) }
        }
        return bounds
    }

    /// The stop criteria, where whole numbers loosen those that were left as they usually are:
    /// plateaus of equal costs are no end (pycma's thresholds).
    var effectiveStopping: StoppingCriteria {
        guard !integerVariables.isEmpty else { return stopping }
        var criteria = stopping
        let usual = StoppingCriteria()
        if criteria.flatGenerations == usual.flatGenerations {
            criteria.flatGenerations =
                3 + 30 * integerVariables.count / max(1, dimension)
        }
        if integerVariables.count == dimension {
            if criteria.costTolerance == usual.costTolerance { criteria.costTolerance = 0 }
            if criteria.costHistoryTolerance == usual.costHistoryTolerance {
                criteria.costHistoryTolerance = 0
            }
        }
        return criteria
    }

    /// The least deviation of each variable, 0 for none; nil where no variable has one.
    func leastDeviations(_ parameters: StrategyParameters) -> [Double]? {
        guard hasExtras else { return nil }
        var least = minimumDeviations ?? [Double](repeating: 0, count: dimension)
        let usual = Self.leastIntegerDeviation(
            dimension: dimension, integers: integerVariables.count,
            effectiveParents: parameters.weights.effectiveParents)
        for index in integerVariables where least[index] == 0 { least[index] = usual }
        return least
    }

    /// The lower bound of an integer variable's deviation: the least of 0.2, mueff / n, and what
    /// makes another number than a mean in its middle as likely as 2 / (2 + n + integers).
    static func leastIntegerDeviation(
        dimension: Int, integers: Int, effectiveParents: Double
    ) -> Double {
        let n = Double(dimension)
        let probability = 2 / (2 + n + Double(integers))
        return min(
            0.2, effectiveParents / n, 0.5 / normalQuantile(upperTail: probability / 2))
    }

    /// The value that a standard normal exceeds with a probability of at most a half.
    private static func normalQuantile(upperTail probability: Double) -> Double {
        // Newton's method on the tail from above, which is convex there.
        var value = (-2 * log(2 * probability)).squareRoot()
        for _ in 0..<50 {
            let density = exp(-value * value / 2) / (2 * Double.pi).squareRoot()
            let change = (erfc(value / 2.0.squareRoot()) / 2 - probability) / density
            value += change
            if abs(change) < 1e-12 * max(1, value) { break }
        }
        return value
    }

    func validateIntegers() throws(EvolutionStrategyError) {
        // Its deviations are a guess of first order, by which a plateau cannot be kept open.
        try require(
            integerVariables.isEmpty || variant != .limitedMemory, "integerVariables",
            "whole numbers need the full or the separable variant")
        for index in integerVariables {
            try require(
                index >= 0 && index < dimension, "integerVariables",
                "there is no variable \(index): they are counted from 0 to \(dimension - 1)")
        }
        try require(
            Set(integerVariables).count == integerVariables.count, "integerVariables",
            "a variable is named twice")
        if let bounds {
            for index in integerVariables {
                let (low, high) = (bounds.lower[index], bounds.upper[index])
                try require(
                    low.rounded(.up) <= high.rounded(.down), "bounds",
                    "there is no whole number in \(low)...\(high) of variable \(index)")
            }
        }
        guard let minimumDeviations else { return }
        try require(
            minimumDeviations.count == dimension, "minimumDeviations",
            "\(minimumDeviations.count) of them for \(dimension) variables")
        for (index, deviation) in minimumDeviations.enumerated() {
            try require(
                deviation >= 0 && deviation.isFinite, "minimumDeviations",
                "variable \(index) has \(deviation), which is negative or not finite")
        }
    }
}

extension EvolutionStrategy.Configuration {
    func encodeExtras(into writer: inout StateWriter) {
        writer.write(integerVariables.count)
        for index in integerVariables { writer.write(index) }
        writer.write(minimumDeviations)
    }

    mutating func decodeExtras(from reader: inout StateReader) throws(EvolutionStrategyError) {
        let count = try reader.counter()
        guard count <= dimension else {
            throw .invalidState(reason: "\(count) of \(dimension) variables are whole numbers")
        }
        for _ in 0..<count { integerVariables.append(try reader.int()) }
        minimumDeviations = try reader.optionalDoubles()
    }
}
