// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// What the stop criteria remember of the generations so far.
struct StopMonitor: Sendable, Equatable {
    /// The best costs of the last 10 + 30 n / lambda generations, oldest first.
    private var recentBests: [Double] = []
    /// The best cost of every fifth generation, oldest first.
    private var bests: [Double] = []
    /// The median cost of every fifth generation, oldest first.
    private var medians: [Double] = []
    private var firstMedian = Double.nan
    private var leastMedian = Double.infinity
    private var flatGenerations = 0
    /// Where the mean was when it last moved noticeably, and in which generation.
    private var restingMean: [Double]
    private var restingSince = 0

    init(mean: [Double]) {
        restingMean = mean
    }

    /// What a generation ended with.
    struct Observation {
        var generation: Int
        var evaluations: Int
        var bestCost: Double
        var bestEvaluation: Int
        /// The costs in ascending order; those that are not finite as infinity.
        var sortedCosts: [Double]
        var mean: [Double]
        var sigma: Double
        /// The deviations of the variables, step size included.
        var deviations: [Double]
        /// The evolution path in the variables' coordinates, step size included.
        var path: [Double]
        var axes: AxisSummary
        /// The axis of index generation mod n, step size and scales included.
        var axis: [Double]
        var population: Int
    }

    /// Records a generation and gives the criteria that are met now.
    mutating func record(
        _ seen: Observation, _ configuration: EvolutionStrategy.Configuration
    ) -> [StopReason] {
        let criteria = configuration.effectiveStopping
        let costs = seen.sortedCosts
        remember(costs, seen, dimension: configuration.dimension)

        var reasons: [StopReason] = []
        func add(_ reason: StopReason, if holds: Bool) {
            if holds { reasons.append(reason) }
        }
        if let target = criteria.targetCost {
            add(.targetReached, if: seen.bestCost <= target)
        }
        reasons += Self.exhausted(
            generation: seen.generation, evaluations: seen.evaluations,
            population: seen.population, configuration)

        let initial = configuration.initialDeviations
        let tolerance = criteria.deviationTolerance
        add(
            .smallDeviations,
            if: seen.deviations.allSatisfy { $0 < tolerance }
                && seen.path.allSatisfy { $0 < tolerance })
        add(
            .largeDeviations,
            if: seen.deviations.indices.contains { index in
                seen.deviations[index]
                    > criteria.deviationGrowth * configuration.initialSigma * (initial?[index] ?? 1)
            })

        let range = (costs.last ?? 0) - (costs.first ?? 0)
        let recentRange = (recentBests.max() ?? 0) - (recentBests.min() ?? 0)
        add(
            .smallCostRange,
            if: range < criteria.costTolerance && recentRange < criteria.costTolerance)
        add(
            .smallRelativeCostRange,
            if: range < criteria.relativeCostTolerance * (firstMedian - leastMedian))
        add(
            .smallCostHistoryRange,
            if: recentBests.count > 9 && recentRange < criteria.costHistoryTolerance)
        add(.stagnation, if: hasStagnated(seen, configuration))
        add(
            .meanStagnation,
            if: Double(seen.generation - restingSince) > 20 + 0.1 * Double(seen.generation))
        add(
            .creeping,
            if: seen.sigma / seen.axes.longest > configuration.initialSigma * criteria.creepGrowth)
        add(
            .noEffectOfVariable,
            if: seen.mean.indices.contains { index in
                seen.mean[index] == seen.mean[index] + 0.2 * seen.deviations[index]
            })
        add(
            .noEffectOfAxis,
            if: configuration.variant == .full
                && seen.mean.indices.allSatisfy { index in
                    seen.mean[index] == seen.mean[index] + 0.1 * seen.axis[index]
                })
        add(.conditionNumber, if: seen.axes.condition > criteria.conditionNumber)
        add(.flatCosts, if: flatGenerations > criteria.flatGenerations)
        return reasons
    }

    /// The limits of counts that are reached.
    static func exhausted(
        generation: Int, evaluations: Int, population: Int,
        _ configuration: EvolutionStrategy.Configuration
    ) -> [StopReason] {
        let criteria = configuration.stopping
        var reasons: [StopReason] = []
        if let limit = criteria.maximumEvaluations, evaluations >= limit {
            reasons.append(.maximumEvaluations)
        }
        let generations =
            criteria.maximumGenerations
            ?? StoppingCriteria.usualGenerations(
                dimension: configuration.dimension, population: population)
        if generation >= generations { reasons.append(.maximumGenerations) }
        return reasons
    }

    private mutating func remember(_ costs: [Double], _ seen: Observation, dimension: Int) {
        let best = costs.first ?? .infinity
        let median = Self.median(sorted: costs)
        recentBests.append(best)
        let kept = Int(10 + 30 * Double(dimension) / Double(seen.population))
        if recentBests.count > kept { recentBests.removeFirst(recentBests.count - kept) }
        if seen.generation % 5 == 0 {
            bests.append(best)
            medians.append(median)
            if bests.count > 20_000 {
                bests.removeFirst()
                medians.removeFirst()
            }
        }
        if firstMedian.isNaN { firstMedian = median }
        leastMedian = min(leastMedian, median)
        flatGenerations = best < costs[Int(0.75 * Double(costs.count))] ? 0 : flatGenerations + 1
    }

    /// Updates where the mean rests; a mean that has rested for long may move further.
    mutating func follow(mean: [Double], generation: Int, distance: Double) {
        let patience = 20 + 0.1 * Double(generation)
        let allowed = distance * max(1, Double(generation - restingSince) / patience).squareRoot()
        var square = 0.0
        for index in mean.indices {
            square += (mean[index] - restingMean[index]) * (mean[index] - restingMean[index])
        }
        if distance < 0 || square.squareRoot() > allowed {
            restingMean = mean
            restingSince = generation
        }
    }

    /// Whether neither best nor median improved between the two halves of the compared span.
    private func hasStagnated(
        _ seen: Observation, _ configuration: EvolutionStrategy.Configuration
    ) -> Bool {
        let n = Double(configuration.dimension)
        let lambda = Double(seen.population)
        let span =
            configuration.stopping.stagnationGenerations.map(Double.init)
            ?? (100 + 100 * pow(n, 1.5) / lambda).rounded(.down)
        guard span > 0, bests.count > 100,
            Double(seen.generation) > n * (5 + 100 / lambda),
            Double(seen.evaluations - seen.bestEvaluation) / lambda > span / 2
        else { return false }
        let half = max(span / 10, Double(bests.count) / 10)
        guard 2 * half < Double(bests.count) else { return false }
        let length = Int(half)
        let newer = (bests.count - length)..<bests.count
        let older = (bests.count - 2 * length)..<(bests.count - length)
        return [medians, bests].allSatisfy {
            Self.median(sorted: $0[newer].sorted()) >= Self.median(sorted: $0[older].sorted())
        }
    }

    private static func median(sorted values: [Double]) -> Double {
        let middle = values.count / 2
        return values.count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2
    }
}

extension StopMonitor {
    func encode(into writer: inout StateWriter) {
        writer.write(recentBests)
        writer.write(bests)
        writer.write(medians)
        writer.write(firstMedian)
        writer.write(leastMedian)
        writer.write(flatGenerations)
        writer.write(restingMean)
        writer.write(restingSince)
    }

    init(from reader: inout StateReader, dimension: Int) throws(EvolutionStrategyError) {
        recentBests = try reader.doubles()
        bests = try reader.doubles()
        medians = try reader.doubles(count: bests.count)
        firstMedian = try reader.double()
        leastMedian = try reader.double()
        flatGenerations = try reader.counter()
        restingMean = try reader.doubles(count: dimension)
        restingSince = try reader.counter()
    }
}
