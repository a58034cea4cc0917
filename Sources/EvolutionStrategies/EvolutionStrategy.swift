// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import SeededRandom
import Tensors

/// A covariance matrix adaptation evolution strategy (CMA-ES) that is asked for candidates and
/// told their costs.
///
/// It minimises costs; `tell(rewards:)` is for objectives to be maximised. It is a value: a copy
/// goes its own way from there, and `encodedState()` saves all of it. All random draws come from
/// the configuration's seed, so that the same costs give the same run, bit for bit, on processors
/// of one kind. OpenBLAS is held at one thread meanwhile, since its bits may depend on the number.
public struct EvolutionStrategy: Sendable {
    /// What the strategy was started with, but for limits that were set anew.
    public internal(set) var configuration: Configuration

    /// The constants that follow from the configuration.
    public let parameters: StrategyParameters

    /// The number of generations told so far.
    public internal(set) var generation = 0

    /// The number of evaluations that the costs told so far were made of.
    public internal(set) var evaluations = 0

    /// The step size, by which the standard deviations are multiplied.
    public internal(set) var sigma: Double

    /// The best candidate so far and its cost; nil before the first generation.
    public internal(set) var best: EvaluatedCandidate?

    /// How many costs were not finite numbers, over all generations.
    public internal(set) var nonFiniteCosts = 0

    /// The stop criteria met in the last generation; going on nevertheless is allowed.
    public internal(set) var stopReasons: [StopReason] = []

    /// The mean in unbounded coordinates.
    var centre: [Double]
    var distribution: any SearchDistribution
    var stepPath: StepSizePath
    var generator: PCG64
    var monitor: StopMonitor
    var pending: Population?
    var waitingInjections: [[Double]] = []
    var noise: NoiseHandling?
    var learningRates: LearningRateAdaptation?
    let box: BoxMap?
    let integers: IntegerCentering?
    /// The least deviation of each variable; nil for none.
    let leastDeviations: [Double]?

    /// Starts a strategy.
    ///
    /// - Throws: `EvolutionStrategyError.invalidSetting`, which names the setting.
    public init(_ configuration: Configuration) throws(EvolutionStrategyError) {
        try configuration.validate()
        self.configuration = configuration
        parameters = Self.parameters(of: configuration)
        sigma = configuration.initialSigma
        box = configuration.searchBounds.map { BoxMap($0) }
        integers = IntegerCentering(configuration)
        leastDeviations = configuration.leastDeviations(parameters)
        centre = box?.unfolded(configuration.initialMean) ?? configuration.initialMean
        let scales =
            configuration.initialDeviations
            ?? [Double](repeating: 1, count: configuration.dimension)
        distribution =
            switch configuration.variant {
            case .full:
                FullCovariance(
                    scales: scales, cholesky: configuration.usesCholesky,
                    interval: parameters.factorisationInterval)
            case .separable: SeparableCovariance(scales: scales)
            case .limitedMemory: LimitedMemoryTransformation(scales: scales)
            }
        stepPath = StepSizePath(dimension: configuration.dimension)
        generator = SeedStreams(root: configuration.seed).generator("evolution-strategy")
        monitor = StopMonitor(mean: centre)
        noise = configuration.noise.map { NoiseHandling($0, dimension: configuration.dimension) }
        if configuration.learningRates == .adaptive {
            learningRates = LearningRateAdaptation(dimension: configuration.dimension)
        }
        raiseDeviations()
    }

    static func parameters(of configuration: Configuration) -> StrategyParameters {
        StrategyParameters(
            variant: configuration.variant, dimension: configuration.dimension,
            population: configuration.populationSize, active: configuration.active)
    }

    /// The number of candidates a generation, lambda.
    public var populationSize: Int { configuration.populationSize }

    /// The mean of the search distribution, within the bounds: a better guess than the best
    /// candidate where costs are noisy.
    public var mean: [Double] {
        var mean = centre
        box?.fold(&mean)
        integers?.round(&mean)
        return mean
    }

    /// The standard deviation of each variable, step size included.
    public var standardDeviations: [Double] {
        zip(distribution.scales, distribution.stepDeviations).map { sigma * $0 * $1 }
    }

    /// The length of the step size's evolution path over that of a random walk: above 1 the steps
    /// go one way and the step size grows, below they cancel out and it shrinks.
    public var pathLength: Double { stepPath.relativeLength }

    /// The condition number of the covariance, as of its last factorisation.
    ///
    /// An estimate in the 1-norm where the covariance is held as a Cholesky factor.
    public var conditionNumber: Double { distribution.axes.condition }

    /// How far the mean goes towards what a generation says, 1 where that is not adapted.
    public var meanLearningRate: Double { learningRates?.mean.rate ?? 1 }

    /// How far the covariance goes towards what a generation says, 1 where that is not adapted.
    public var covarianceLearningRate: Double { learningRates?.covariance.rate ?? 1 }

    /// How often a covariance that was not positive definite any more had its diagonal enlarged.
    public var covarianceRepairs: Int { distribution.repairs }

    /// Gives the step size another value; the covariance and the paths stay.
    ///
    /// For a caller that knows more than a few generations tell: in hundreds of variables the step
    /// size's own adaptation takes hundreds of them.
    ///
    /// - Throws: `EvolutionStrategyError.invalidSetting` for a value that is not positive and
    ///   finite, or while candidates wait for their costs.
    public mutating func setSigma(_ sigma: Double) throws(EvolutionStrategyError) {
        guard sigma.isFinite, sigma > 0 else {
            throw .invalidSetting(name: "sigma", reason: "\(sigma) is not above 0 and finite")
        }
        guard pending == nil else {
            throw .invalidSetting(
                name: "sigma", reason: "tell the costs of the candidates asked for first")
        }
        self.sigma = sigma
    }

    /// The next generation: `populationSize` points of as many variables as the initial mean has.
    ///
    /// Until their costs are told, asking again gives the same candidates.
    ///
    /// - Throws: `EvolutionStrategyError.degenerateCovariance`.
    public mutating func ask() throws(EvolutionStrategyError) -> [[Double]] {
        if pending == nil { try sample() }
        guard let pending else { return [] }
        return (0..<pending.count).map { candidate(pending, $0) }
    }

    /// Tells the costs of the candidates in the order of `ask()`; lower is better.
    ///
    /// Candidates are ranked by (cost, index). A cost that is not finite ranks worst and is
    /// counted; if none is finite the strategy stays as it is and waits for other costs.
    ///
    /// - Throws: `EvolutionStrategyError`: nothing was asked, the count is wrong, no cost is
    ///   finite, or the search diverged.
    public mutating func tell(costs: [Double]) throws(EvolutionStrategyError) {
        guard let population = pending else { throw .nothingAsked(generation: generation) }
        try learn(from: population, costs: costs)
    }

    /// Tells that not one of the candidates could be evaluated.
    ///
    /// The distribution stays as it is; the generation and its evaluations are counted, and the next
    /// `ask()` draws other candidates. Of the stop criteria the counts alone are looked at.
    ///
    /// - Throws: `EvolutionStrategyError.nothingAsked`.
    public mutating func tellAllFailed() throws(EvolutionStrategyError) {
        guard let population = pending else { throw .nothingAsked(generation: generation) }
        generation += 1
        evaluations += population.count * evaluationsPerCost
        nonFiniteCosts += population.count
        pending = nil
        stopReasons = StopMonitor.exhausted(
            generation: generation, evaluations: evaluations, population: population.count,
            configuration)
    }

    /// Tells rewards, which are negative costs: higher is better.
    ///
    /// - Throws: As `tell(costs:)`.
    public mutating func tell(rewards: [Double]) throws(EvolutionStrategyError) {
        try tell(costs: rewards.map { -$0 })
    }

    /// A candidate's variables.
    func candidate(_ population: Population, _ index: Int) -> [Double] {
        var point = unboundedPoint(population, index)
        box?.fold(&point)
        integers?.round(&point)
        return point
    }

    /// A candidate's variables before they are folded into the bounds and rounded.
    func unboundedPoint(_ population: Population, _ index: Int) -> [Double] {
        let scales = distribution.scales
        let n = centre.count
        return [Double](unsafeUninitializedCapacity: n) { buffer, count in
            population.steps.withElements { steps in
                for row in 0..<n {
                    buffer[row] = centre[row] + sigma * scales[row] * steps[index * n + row]
                }
            }
            count = n
        }
    }

    private mutating func sample() throws(EvolutionStrategyError) {
        try DoubleBLASThreads.one { () throws(EvolutionStrategyError) in
            try distribution.prepare(generation: generation)
            let n = configuration.dimension
            var steps = DoubleMatrix(rows: n, columns: populationSize)
            var lengths = [Double](repeating: 0, count: populationSize)
            steps.withMutableElements { elements in
                generator.fillNormal(elements)
                for candidate in 0..<lengths.count {
                    for row in 0..<n {
                        let normal = elements[candidate * n + row]
                        lengths[candidate] += normal * normal
                    }
                }
            }
            distribution.colour(&steps)
            var population = Population(
                steps: steps, squaredLengths: lengths,
                injected: [Bool](repeating: false, count: populationSize))
            if let noise {
                population.reevaluated = noise.reevaluationCount(
                    population: populationSize, generator: &generator)
            }
            injectWaiting(into: &population)
            pending = population
        }
    }
}

/// A candidate and what it cost.
public struct EvaluatedCandidate: Sendable, Hashable, Codable {
    /// Its variables.
    public let candidate: [Double]
    /// Its cost; lower is better.
    public let cost: Double
    /// Which evaluation of the search it was, from 1.
    public let evaluation: Int
}
