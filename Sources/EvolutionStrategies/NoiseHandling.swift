// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import SeededRandom

/// Uncertainty handling for noisy costs (UH-CMA-ES).
///
/// A few candidates of each generation are evaluated twice. If their ranks change more than a
/// random pair's would, more evaluations are averaged for each candidate and the step size is
/// raised; otherwise the evaluations fall slowly. Hansen, Niederberger, Guzzella and Koumoutsakos,
/// A Method for Handling Uncertainty in Evolutionary Optimization (IEEE TEVC 2009), with the
/// constants of pycma 4.5.
public struct NoiseHandling: Sendable, Hashable {
    /// What noise handling is started with.
    public struct Settings: Sendable, Hashable {
        /// The fewest evaluations to be averaged for one cost.
        public var minimumEvaluations: Int
        /// The most evaluations to be averaged for one cost.
        public var maximumEvaluations: Int
        /// How many candidates are evaluated twice, on average; nil for 2 + lambda / 20.
        public var reevaluated: Double?
        /// Whether the step size is raised while ranks are uncertain.
        public var raisesStepSize: Bool

        /// Settings of noise handling.
        public init(
            minimumEvaluations: Int = 1, maximumEvaluations: Int = 1, reevaluated: Double? = nil,
            raisesStepSize: Bool = true
        ) {
            self.minimumEvaluations = minimumEvaluations
            self.maximumEvaluations = maximumEvaluations
            self.reevaluated = reevaluated
            self.raisesStepSize = raisesStepSize
        }

        func validate() throws(EvolutionStrategyError) {
            if minimumEvaluations < 1 || maximumEvaluations < minimumEvaluations {
                throw .invalidSetting(
                    name: "noise",
                    reason: "\(minimumEvaluations) to \(maximumEvaluations) evaluations a cost")
            }
            if let reevaluated, !(reevaluated >= 1 && reevaluated.isFinite) {
                throw .invalidSetting(
                    name: "noise", reason: "\(reevaluated) candidates to be evaluated twice")
            }
        }
    }

    /// The smoothed measure of the rank changes; positive when ranks are uncertain.
    public private(set) var level = 0.0

    /// How many evaluations to average for one cost, as a real number between the settings' ends.
    public private(set) var evaluations: Double

    private static let threshold = 0.5
    private static let smoothing = 0.3
    private let settings: Settings
    /// The factor of evaluations and step size: 1 + 2 / (n + 10).
    private let growth: Double

    init(_ settings: Settings, dimension: Int) {
        self.settings = settings
        evaluations = Double(settings.minimumEvaluations)
        growth = 1 + 2 / (Double(dimension) + 10)
    }

    /// How many candidates of a generation are to be evaluated twice: a random rounding.
    func reevaluationCount(population: Int, generator: inout PCG64) -> Int {
        let wanted = min(
            settings.reevaluated ?? 2 + Double(population) / 20, Double(population))
        let count = Int(wanted) + (generator.unit() < wanted - wanted.rounded(.down) ? 1 : 0)
        return min(count, population)
    }

    /// Which candidates to evaluate twice: the first half of them in order, then the best of the
    /// others.
    static func candidates(count: Int, costs: [Double]) -> [Int] {
        let first = count - count / 2
        let others = EvolutionStrategy.ranking(Array(costs.dropFirst(first))).map { $0 + first }
        return Array(0..<min(first, costs.count)) + others.prefix(count / 2)
    }

    /// Measures the rank changes and adapts the evaluations; gives the step size's factor.
    mutating func learn(costs: [Double], again: [Int: Double]) -> Double {
        guard !again.isEmpty else { return 1 }
        level += Self.smoothing * (Self.measure(costs: costs, again: again) - level)
        let (least, most) = (settings.minimumEvaluations, settings.maximumEvaluations)
        if level > 0 {
            evaluations = min(evaluations * growth, Double(most))
            return settings.raisesStepSize ? growth : 1
        }
        evaluations = max(evaluations * pow(growth, -0.25), Double(least))
        return 1
    }

    /// The mean rank change of the candidates evaluated twice, beyond what is taken for certain.
    static func measure(costs: [Double], again: [Int: Double]) -> Double {
        let population = costs.count
        let both = costs + costs.indices.map { again[$0] ?? costs[$0] }
        var ranks = [Int](repeating: 0, count: 2 * population)
        for (rank, index) in EvolutionStrategy.ranking(both).enumerated() { ranks[index] = rank }
        var sum = 0.0
        for index in again.keys.sorted() {
            let (old, new) = (ranks[index], ranks[population + index])
            let change = abs(old - new - (old - new).signum())
            let limit =
                (quantile(of: old, beside: new, population)
                    + quantile(of: new, beside: old, population)) / 2
            sum += Double(change) - max(1, limit)
        }
        return sum / Double(again.count)
    }

    /// The quantile theta / 2 of the distances from a rank to all others.
    private static func quantile(of rank: Int, beside other: Int, _ population: Int) -> Double {
        let place = rank + 1 - (rank > other ? 1 : 0)
        let distances = (1..<(2 * population)).map { abs($0 - place) }.sorted()
        let position = threshold / 2 * Double(distances.count) - 0.5
        if position <= 0 { return Double(distances[0]) }
        let index = Int(position)
        let part = position - Double(index)
        return (1 - part) * Double(distances[index]) + part * Double(distances[index + 1])
    }
}

extension NoiseHandling {
    func encode(into writer: inout StateWriter) {
        writer.write([level, evaluations])
    }

    init(
        from reader: inout StateReader, _ settings: Settings, dimension: Int
    ) throws(EvolutionStrategyError) {
        self.init(settings, dimension: dimension)
        let values = try reader.doubles(count: 2)
        level = values[0]
        evaluations = values[1]
        guard evaluations >= 1, evaluations <= Double(settings.maximumEvaluations) else {
            throw .invalidState(reason: "\(evaluations) evaluations a cost")
        }
    }
}

extension NoiseHandling.Settings {
    func encode(into writer: inout StateWriter) {
        writer.write(minimumEvaluations)
        writer.write(maximumEvaluations)
        writer.write(reevaluated.map { [$0] })
        writer.write(raisesStepSize)
    }

    init(from reader: inout StateReader) throws(EvolutionStrategyError) {
        self.init()
        minimumEvaluations = try reader.int()
        maximumEvaluations = try reader.int()
        reevaluated = try reader.optionalDoubles()?.first
        raisesStepSize = try reader.bool()
    }
}
