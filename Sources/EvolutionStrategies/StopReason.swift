// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// Why a search is over; the raw values are pycma's names.
public enum StopReason: String, Sendable, Hashable, Codable, CaseIterable,
    CustomStringConvertible
{
    /// The best cost reached the target.
    case targetReached = "ftarget"
    /// The evaluations are used up.
    case maximumEvaluations = "maxfevals"
    /// The generations are used up.
    case maximumGenerations = "maxiter"
    /// All deviations are smaller than the tolerance.
    case smallDeviations = "tolx"
    /// A deviation grew far beyond the initial one: the start was far away, or there is no optimum.
    case largeDeviations = "tolfacupx"
    /// The costs of this generation and of the recent ones differ too little.
    case smallCostRange = "tolfun"
    /// The costs of this generation differ too little compared with the progress made.
    case smallRelativeCostRange = "tolfunrel"
    /// The best costs of the recent generations differ too little.
    case smallCostHistoryRange = "tolfunhist"
    /// The best and median costs have not improved for long.
    case stagnation = "tolstagnation"
    /// The mean has not moved for long.
    case meanStagnation = "tolxstagnation"
    /// The step size grew while the covariance shrank.
    case creeping = "tolupsigma"
    /// Adding a fifth of a deviation to a variable of the mean does not change it.
    case noEffectOfVariable = "noeffectcoord"
    /// Adding a tenth of an axis to the mean does not change it.
    case noEffectOfAxis = "noeffectaxis"
    /// The condition number of the covariance exceeds what doubles can bear.
    case conditionNumber = "tolconditioncov"
    /// Most candidates of several generations had one and the same cost.
    case flatCosts = "tolflatfitness"

    /// The reason's name.
    public var description: String { rawValue }

    /// Whether a restart is pointless since the search reached its goal or its end.
    public var endsRestarts: Bool {
        self == .targetReached || self == .maximumEvaluations
    }
}

/// The thresholds at which a search is said to be over; defaults are pycma's.
public struct StoppingCriteria: Sendable, Hashable {
    /// Stop once a cost is as low as this.
    public var targetCost: Double?
    /// Stop after so many evaluations; nil for no limit.
    public var maximumEvaluations: Int?
    /// Stop after so many generations; nil for 100 + 150 (n + 3)^2 / sqrt(lambda).
    public var maximumGenerations: Int?
    /// The least range of costs, of a generation and of recent bests (tolfun).
    public var costTolerance = 1e-11
    /// The least range of recent best costs (tolfunhist).
    public var costHistoryTolerance = 1e-12
    /// The least range of costs over the median's progress so far (tolfunrel).
    public var relativeCostTolerance = 0.0
    /// The least deviation (tolx), absolute.
    public var deviationTolerance = 1e-11
    /// The greatest growth of a deviation over its initial value (tolfacupx).
    public var deviationGrowth = 1e3
    /// The greatest growth of sigma over that of the longest axis (tolupsigma).
    public var creepGrowth = 1e20
    /// The greatest condition number of the covariance (tolconditioncov).
    public var conditionNumber = 1e14
    /// The generations of equal costs that are tolerated (tolflatfitness).
    public var flatGenerations = 1
    /// The generations compared for stagnation (tolstagnation); nil for 100 + 100 n^1.5 / lambda.
    public var stagnationGenerations: Int?
    /// The greatest movement of the mean that counts as none (tolxstagnation); negative: off.
    public var meanStagnationDistance = 1e-9

    /// Thresholds of pycma.
    public init(
        targetCost: Double? = nil, maximumEvaluations: Int? = nil, maximumGenerations: Int? = nil
    ) {
        self.targetCost = targetCost
        self.maximumEvaluations = maximumEvaluations
        self.maximumGenerations = maximumGenerations
    }

    /// The generations after which a search is given up: 100 + 150 (n + 3)^2 / sqrt(lambda).
    static func usualGenerations(dimension: Int, population: Int) -> Int {
        let n = Double(dimension)
        let count = 100 + 150 * (n + 3) * (n + 3) / Double(population).squareRoot()
        return count < 1e18 ? Int(count) : .max
    }

    /// Thresholds for a noisy objective: none that takes equal costs for the end.
    ///
    /// What is left stops on a target, on divergence or on degenerate distributions.
    public static func noisy() -> StoppingCriteria {
        var criteria = StoppingCriteria(maximumGenerations: .max)
        criteria.costTolerance = 0
        criteria.costHistoryTolerance = 0
        criteria.stagnationGenerations = .max
        criteria.flatGenerations = .max
        return criteria
    }
}

extension StoppingCriteria {
    func encode(into writer: inout StateWriter) {
        writer.write(targetCost.map { [$0] })
        writer.write(maximumEvaluations)
        writer.write(maximumGenerations)
        writer.write(stagnationGenerations)
        writer.write(flatGenerations)
        writer.write([
            costTolerance, costHistoryTolerance, relativeCostTolerance, deviationTolerance,
            deviationGrowth, creepGrowth, conditionNumber, meanStagnationDistance,
        ])
    }

    init(from reader: inout StateReader) throws(EvolutionStrategyError) {
        self.init()
        targetCost = try reader.optionalDoubles()?.first
        maximumEvaluations = try reader.optionalInt()
        maximumGenerations = try reader.optionalInt()
        stagnationGenerations = try reader.optionalInt()
        flatGenerations = try reader.int()
        let tolerances = try reader.doubles(count: 8)
        costTolerance = tolerances[0]
        costHistoryTolerance = tolerances[1]
        relativeCostTolerance = tolerances[2]
        deviationTolerance = tolerances[3]
        deviationGrowth = tolerances[4]
        creepGrowth = tolerances[5]
        conditionNumber = tolerances[6]
        meanStagnationDistance = tolerances[7]
    }
}
