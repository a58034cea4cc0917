// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import EvolutionStrategies

/// How a search stands after a generation.
public struct SearchProgress: Sendable, Hashable {
    /// The evaluations that the costs so far were made of.
    public let evaluations: Int
    /// The best candidate so far; nil where none has a cost.
    public let best: EvaluatedCandidate?
    /// The step size.
    public let sigma: Double
    /// The restarts so far.
    public let restarts: Int

    init(_ search: RestartingSearch) {
        evaluations = search.evaluations
        best = search.best
        sigma = search.strategy.sigma
        restarts = search.restarts
    }
}

/// What a search has found.
public struct SearchOutcome: Sendable, Hashable {
    /// The best candidate and its cost; nil where none had one.
    public let best: EvaluatedCandidate?
    /// The mean of the distribution: a better guess where costs are noisy.
    public let mean: [Double]
    /// The costs that the search was told.
    public let evaluations: Int
    /// Why the search is over; empty where it ended by a number of generations, or was interrupted.
    public let reasons: [StopReason]
    /// Whether its task was cancelled: the same search in the same directory goes on.
    public let isInterrupted: Bool

    init(_ search: RestartingSearch, isInterrupted: Bool) {
        best = search.best
        mean = search.strategy.mean
        evaluations = search.evaluations
        reasons = search.stopReasons
        self.isInterrupted = isInterrupted
    }
}
