// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

extension EvolutionStrategy {
    /// How uncertain the ranks were, smoothed: positive when they are; nil without noise handling.
    public var noiseLevel: Double? { noise?.level }

    /// How many evaluations to average for each cost of the next generation; 1 without noise
    /// handling.
    public var evaluationsPerCost: Int { Int(noise?.evaluations ?? 1) }

    /// The indices of candidates to evaluate once more, with other noise, before telling.
    ///
    /// `tell(costs:reevaluated:)` expects the second costs in this order. Empty without noise
    /// handling. With common random numbers (the same noise for all candidates) the second
    /// evaluation needs other numbers than the first, or it measures nothing.
    ///
    /// - Throws: `EvolutionStrategyError`: nothing was asked, or the count is wrong.
    public func candidatesToReevaluate(
        costs: [Double]
    ) throws(EvolutionStrategyError) -> [Int] {
        guard let pending else { throw .nothingAsked(generation: generation) }
        guard costs.count == pending.count else {
            throw .wrongCount(expected: pending.count, found: costs.count)
        }
        guard noise != nil else { return [] }
        return NoiseHandling.candidates(count: pending.reevaluated, costs: costs)
    }

    /// Tells the costs of the candidates and the second ones that `candidatesToReevaluate` asks
    /// for.
    ///
    /// Candidates evaluated twice are ranked by the mean of both costs, as in the paper.
    ///
    /// - Throws: As `tell(costs:)`.
    public mutating func tell(
        costs: [Double], reevaluated: [Double]
    ) throws(EvolutionStrategyError) {
        let indices = try candidatesToReevaluate(costs: costs)
        guard indices.count == reevaluated.count else {
            throw .wrongCount(expected: indices.count, found: reevaluated.count)
        }
        var again: [Int: Double] = [:]
        var averaged = costs
        for (index, cost) in zip(indices, reevaluated) {
            again[index] = cost
            averaged[index] = (costs[index] + cost) / 2
        }
        let perCost = evaluationsPerCost
        try tell(costs: averaged)
        evaluations += reevaluated.count * perCost
        sigma *= noise?.learn(costs: costs, again: again) ?? 1
    }
}
