// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Tensors

extension EvolutionStrategy {
    /// The candidates' indices by (cost, index), best first; costs that are not finite come last.
    static func ranking(_ costs: [Double]) -> [Int] {
        let keys = costs.map { $0.isFinite ? $0 : Double.infinity }
        return costs.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
    }

    /// Learns from candidates and costs: one generation of the strategy.
    mutating func learn(
        from population: Population, costs: [Double]
    ) throws(EvolutionStrategyError) {
        guard costs.count == population.count else {
            throw .wrongCount(expected: population.count, found: costs.count)
        }
        let unusable = costs.count { !$0.isFinite }
        if unusable == costs.count { throw .allCostsNotFinite(generation: generation) }
        let order = Self.ranking(costs)
        rememberBest(population, costs, order)
        let population = centred(population, order)

        try DoubleBLASThreads.one { () throws(EvolutionStrategyError) in
            let meanStep = population.recombined(
                order: order,
                weights: parameters.weights.meanWeights(configuration.recombination))
            let whitened = distribution.whitened(meanStep)
            let scales = distribution.scales
            var moved = centre
            for index in moved.indices { moved[index] += sigma * scales[index] * meanStep[index] }
            var newPath = stepPath
            newPath.add(whitened, parameters)
            let newSigma =
                sigma * newPath.factor(configuration.variant, parameters)
            guard newSigma > 0, newSigma.isFinite, moved.allSatisfy(\.isFinite) else {
                throw .diverged(generation: generation)
            }
            let old = LearningRateAdaptation.Parameters(
                mean: centre, sigma: sigma, deviations: scales)
            generation += 1
            evaluations += costs.count * evaluationsPerCost
            nonFiniteCosts += unusable
            pending = nil
            centre = moved
            stepPath = newPath
            distribution.update(
                Selection(
                    population: population, order: order, parameters: parameters,
                    meanStep: meanStep, whitenedMeanStep: whitened,
                    pathMayGrow: stepPath.isShort(generation: generation, parameters)))
            sigma = newSigma
            adaptLearningRates(from: old)
            limitDeviations()
            raiseDeviations()
            observe(costs, order)
        }
    }

    private mutating func rememberBest(
        _ population: Population, _ costs: [Double], _ order: [Int]
    ) {
        guard let index = order.first, costs[index] < best?.cost ?? .infinity else { return }
        best = EvaluatedCandidate(
            candidate: candidate(population, index), cost: costs[index],
            evaluation: evaluations + index * evaluationsPerCost + 1)
    }

    /// Takes back what of the step since the old parameters the learning rates leave out.
    private mutating func adaptLearningRates(from old: LearningRateAdaptation.Parameters) {
        guard var rates = learningRates, var separable = distribution as? SeparableCovariance else {
            return
        }
        let new = rates.advance(
            from: old,
            to: LearningRateAdaptation.Parameters(
                mean: centre, sigma: sigma, deviations: separable.scales))
        separable.setScales(new.deviations)
        (centre, sigma, distribution, learningRates) = (new.mean, new.sigma, separable, rates)
    }

    /// Keeps each deviation below a third of its box, beyond which the box' mirror images blur
    /// the search; pycma's default as well.
    private mutating func limitDeviations() {
        guard leastDeviations == nil, let bounds = configuration.bounds else { return }
        let deviations = standardDeviations
        var excess = 1.0
        for index in deviations.indices {
            let widest = (bounds.upper[index] - bounds.lower[index]) / 3
            if widest.isFinite { excess = max(excess, deviations[index] / widest) }
        }
        if excess > 1 { sigma /= excess }
    }

    private mutating func observe(_ costs: [Double], _ order: [Int]) {
        let scales = distribution.scales
        let axis = distribution.axis(generation % centre.count)
        monitor.follow(
            mean: centre, generation: generation,
            distance: configuration.stopping.meanStagnationDistance)
        stopReasons = monitor.record(
            StopMonitor.Observation(
                generation: generation, evaluations: evaluations,
                bestCost: best?.cost ?? .infinity, bestEvaluation: best?.evaluation ?? 0,
                sortedCosts: order.map { costs[$0].isFinite ? costs[$0] : .infinity },
                mean: centre, sigma: sigma, deviations: standardDeviations,
                path: zip(distribution.path, scales).map { sigma * $0 * $1 },
                axes: distribution.axes,
                axis: zip(axis, scales).map { sigma * $0 * $1 }, population: costs.count),
            configuration)
    }
}
