// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import SeededRandom

/// A strategy that starts again, with another population size, whenever it stops.
///
/// For costs with many local minima. It is asked and told like a single strategy; the stop that
/// it reports is the last one.
public struct RestartingSearch: Sendable {
    /// How population size and step size change from run to run.
    public enum Schedule: String, Sendable, Hashable, Codable, CaseIterable {
        /// One run.
        case none
        /// The population grows with each restart, twofold by default (Auger and Hansen, 2005).
        case ipop
        /// Growing runs alternate with runs of small populations and small steps, so that both
        /// get the same evaluations (Hansen, 2009).
        case bipop
    }

    /// What the search is started with.
    public struct Configuration: Sendable, Hashable {
        /// The first run; its limit of evaluations counts for all runs together.
        public var strategy: EvolutionStrategy.Configuration
        /// How later runs differ from it.
        public var schedule: Schedule
        /// How often the population may grow.
        public var maximumRestarts: Int
        /// By how much it grows each time; at least 1.
        public var populationGrowth: Double
        /// Where the runs start, uniformly distributed; nil to start all at the initial mean.
        public var startingBox: EvolutionStrategy.Bounds?

        /// A configuration.
        public init(
            strategy: EvolutionStrategy.Configuration, schedule: Schedule = .bipop,
            maximumRestarts: Int = 9, startingBox: EvolutionStrategy.Bounds? = nil,
            populationGrowth: Double = 2
        ) {
            self.strategy = strategy
            self.schedule = schedule
            self.maximumRestarts = maximumRestarts
            self.startingBox = startingBox
            self.populationGrowth = populationGrowth
        }

        func validate() throws(EvolutionStrategyError) {
            guard populationGrowth >= 1, populationGrowth.isFinite else {
                throw .invalidSetting(
                    name: "populationGrowth", reason: "\(populationGrowth) is not at least 1")
            }
            guard maximumRestarts >= 0 else {
                throw .invalidSetting(
                    name: "maximumRestarts", reason: "\(maximumRestarts) is negative")
            }
            guard let box = startingBox else { return }
            let n = strategy.dimension
            guard box.lower.count == n, box.upper.count == n,
                zip(box.lower, box.upper).allSatisfy({ $0 <= $1 && ($1 - $0).isFinite })
            else {
                throw .invalidSetting(
                    name: "startingBox", reason: "it is no finite box of \(n) variables")
            }
        }
    }

    /// What the search was started with, but for limits that were set anew.
    public internal(set) var configuration: Configuration

    /// The run under way.
    public internal(set) var strategy: EvolutionStrategy

    /// The reasons for which each finished run stopped.
    public internal(set) var finishedRuns: [[StopReason]] = []

    /// Why the whole search is over; empty while it goes on.
    public internal(set) var stopReasons: [StopReason] = []

    var earlierEvaluations = 0
    var earlierBest: EvaluatedCandidate?
    var smallRuns = 0
    var smallEvaluations = 0
    var largeEvaluations = 0
    var isSmall = true
    var generator: PCG64

    /// Starts a search.
    ///
    /// - Throws: `EvolutionStrategyError.invalidSetting`.
    public init(_ configuration: Configuration) throws(EvolutionStrategyError) {
        try configuration.validate()
        self.configuration = configuration
        generator = SeedStreams(root: configuration.strategy.seed).generator("restarts")
        strategy = try EvolutionStrategy(configuration.strategy)
    }

    /// The evaluations of all runs.
    public var evaluations: Int { earlierEvaluations + strategy.evaluations }

    /// The number of restarts so far.
    public var restarts: Int { finishedRuns.count - (stopReasons.isEmpty ? 0 : 1) }

    /// The best candidate of all runs; its evaluation is counted over all runs.
    public var best: EvaluatedCandidate? {
        guard let now = strategy.best else { return earlierBest }
        if let earlierBest, earlierBest.cost <= now.cost { return earlierBest }
        return EvaluatedCandidate(
            candidate: now.candidate, cost: now.cost,
            evaluation: earlierEvaluations + now.evaluation)
    }

    /// How many evaluations to average for each cost of the next generation; 1 without noise
    /// handling.
    public var evaluationsPerCost: Int { strategy.evaluationsPerCost }

    /// The indices of candidates to evaluate once more before telling; none without noise handling.
    ///
    /// - Throws: As `EvolutionStrategy.candidatesToReevaluate(costs:)`.
    public func candidatesToReevaluate(
        costs: [Double]
    ) throws(EvolutionStrategyError) -> [Int] {
        try strategy.candidatesToReevaluate(costs: costs)
    }

    /// Tells the costs of the candidates and the second ones that `candidatesToReevaluate` asks
    /// for.
    ///
    /// - Throws: As `EvolutionStrategy.tell(costs:reevaluated:)`.
    public mutating func tell(
        costs: [Double], reevaluated: [Double]
    ) throws(EvolutionStrategyError) {
        try strategy.tell(costs: costs, reevaluated: reevaluated)
        try goOn()
    }

    /// The next generation's candidates, those of a new run where the last one stopped.
    ///
    /// - Throws: As `EvolutionStrategy.ask()`.
    public mutating func ask() throws(EvolutionStrategyError) -> [[Double]] {
        try strategy.ask()
    }

    /// Puts a solution from elsewhere, within the bounds, among the run's next candidates.
    ///
    /// - Throws: `EvolutionStrategyError.invalidCandidate`.
    public mutating func inject(_ solution: [Double]) throws(EvolutionStrategyError) {
        try strategy.inject(solution)
    }

    /// Tells the costs of the candidates in the order of `ask()`; lower is better.
    ///
    /// - Throws: As `EvolutionStrategy.tell(costs:)`.
    public mutating func tell(costs: [Double]) throws(EvolutionStrategyError) {
        try strategy.tell(costs: costs)
        try goOn()
    }

    /// Tells that not one of the candidates could be evaluated; the next are drawn anew.
    ///
    /// - Throws: `EvolutionStrategyError.nothingAsked`.
    public mutating func tellAllFailed() throws(EvolutionStrategyError) {
        try strategy.tellAllFailed()
        try goOn()
    }

    /// Sets the limit of evaluations and the target anew; nil is none.
    ///
    /// A search that had ended by these goes on, as if it had been begun with the new ones.
    ///
    /// - Throws: As `tell(costs:)`, where the next run is to begin.
    public mutating func setLimits(
        evaluations limit: Int?, targetCost: Double?
    ) throws(EvolutionStrategyError) {
        configuration.strategy.stopping.maximumEvaluations = limit
        configuration.strategy.stopping.targetCost = targetCost
        strategy.configuration.stopping.maximumEvaluations = limit.map { $0 - earlierEvaluations }
        strategy.configuration.stopping.targetCost = targetCost
        let isOver =
            limit.map { evaluations >= $0 } ?? false
            || targetCost.map { (best?.cost ?? .infinity) <= $0 } ?? false
        guard stopReasons.contains(where: \.endsRestarts), !isOver else { return }
        stopReasons = []
        finishedRuns.removeLast()
        if isSmall {
            smallEvaluations -= strategy.evaluations
        } else {
            largeEvaluations -= strategy.evaluations
        }
        // What else the last run stopped by, it would have stopped by without a limit.
        strategy.stopReasons.removeAll(where: \.endsRestarts)
        try goOn()
    }

    /// Begins the next run, or ends the search, where the run under way has stopped.
    private mutating func goOn() throws(EvolutionStrategyError) {
        if strategy.stopReasons.isEmpty { return }
        finishedRuns.append(strategy.stopReasons)
        if isSmall {
            smallEvaluations += strategy.evaluations
        } else {
            largeEvaluations += strategy.evaluations
        }
        let doublings = finishedRuns.count - smallRuns
        if configuration.schedule == .none || strategy.stopReasons.contains(where: \.endsRestarts)
            || doublings > configuration.maximumRestarts
        {
            stopReasons = strategy.stopReasons
            return
        }
        let next = nextRun()
        let (soFar, count) = (best, evaluations)
        do {
            strategy = try EvolutionStrategy(next)
        } catch .tooLarge {
            // The population cannot grow any more: this was the last run.
            stopReasons = strategy.stopReasons
            return
        }
        (earlierBest, earlierEvaluations) = (soFar, count)
    }

    /// The settings of the next run (pycma's schedule).
    private mutating func nextRun() -> EvolutionStrategy.Configuration {
        let first = configuration.strategy
        let run = finishedRuns.count
        var next = first
        next.seed = SeedStreams(root: first.seed).seed("restart", UInt64(run))
        next.stopping.maximumEvaluations = first.stopping.maximumEvaluations.map {
            $0 - evaluations
        }
        let population = Double(first.populationSize)
        let growth = configuration.populationGrowth
        isSmall =
            configuration.schedule == .bipop && smallEvaluations < max(1, largeEvaluations)
        if isSmall {
            smallRuns += 1
            let doublings = Double(run - smallRuns)
            let (a, b) = (generator.unit(), generator.unit())
            next.initialSigma *= pow(0.01, a)
            next.population = Self.size(population * pow(pow(growth, doublings), b * b))
            let usual = StoppingCriteria.usualGenerations(
                dimension: first.dimension, population: first.populationSize)
            next.stopping.maximumGenerations = min(
                first.stopping.maximumGenerations ?? usual,
                max(1, Int(0.5 * Double(largeEvaluations)) / next.populationSize))
        } else {
            next.population = Self.size(population * pow(growth, Double(run - smallRuns)))
        }
        if let box = configuration.startingBox {
            next.initialMean = zip(box.lower, box.upper).map { generator.uniform($0, $1) }
        }
        return next
    }

    private static func size(_ population: Double) -> Int {
        Int(min(population, Double(EvolutionStrategy.Configuration.largestPopulation)))
    }
}
