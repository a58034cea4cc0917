// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// A search as questions and answers, also in lines of JSON, so that a program in any language can
/// be the objective.
///
/// The session writes `{"ask":{"generation":1,"candidates":[[...],...]}}` and reads
/// `{"tell":[cost,...]}`, a cost for each candidate in their order; lower is better, and null, NaN
/// or Infinity stands for a failed evaluation. Where all failed, other candidates are drawn, up to a
/// number of such generations in a row. Before telling, `{"inject":[[...],...]}` hands in
/// solutions for the next generation. The session ends with `{"stop":{"reasons":[...],
/// "best":[...],"bestCost":...,"mean":[...],"evaluations":...}}`, also where something is wrong.
///
/// With noise handling an ask lists its candidates as often as each is to be evaluated, pass by pass,
/// and `"repetitions"` says how often; `"again":true` marks the second ask of a generation, for some
/// of its candidates once more. Each evaluation needs noise of its own.
public struct AskTellSession: Sendable {
    /// The search spoken with.
    public internal(set) var search: RestartingSearch

    /// How many generations in a row may fail as a whole.
    public let maximumFailedGenerations: Int

    /// How many of the latest generations failed as a whole.
    public internal(set) var failedGenerations = 0

    /// Why the session is over before the search; nil while it is not.
    public private(set) var breakOff: BreakOff?

    /// The number of generations asked for.
    public internal(set) var generation = 0

    /// What the search went through, where it is kept.
    public internal(set) var history: SearchHistory?

    /// What waits for its costs.
    var asked: Question?
    /// The first costs of a generation some of which are evaluated again.
    var firstCosts: [Double]?
    var linesRead = 0

    /// Why a session is over before its search, as the stop's reasons name it.
    public enum BreakOff: String, Sendable, Hashable, CaseIterable {
        /// More generations in a row than allowed had not one finite cost.
        case failedGenerations = "failedgenerations"
        /// A line was not what the session reads.
        case wrongLine = "wrongline"
        /// The other side ended before it told a generation's costs.
        case endOfInput = "endofinput"
        /// The distribution cannot be learned or sampled any more.
        case degenerate = "degenerate"
        /// Somebody asked for the end.
        case interrupted = "interrupted"
        /// The objective cannot be evaluated.
        case objectiveFailed = "objectivefailed"
    }

    /// Candidates whose costs are wanted.
    public struct Question: Sendable, Hashable {
        /// The generation, from 1.
        public let generation: Int
        /// The candidates' places within their generation, from 0.
        public let places: [Int]
        /// The candidates, in the order of `places`.
        public let candidates: [[Double]]
        /// How often each is to be evaluated, with other noise each time.
        public let repetitions: Int
        /// How often each was evaluated in this generation before.
        public let firstRepetition: Int

        /// How many costs answer it: all candidates once, then all of them a second time, and so on.
        public var costCount: Int { candidates.count * repetitions }
    }

    /// Starts a session, in which so many generations in a row may fail as a whole.
    public init(
        _ search: RestartingSearch, maximumFailedGenerations: Int = 10,
        keepsHistory: Bool = false
    ) {
        precondition(
            maximumFailedGenerations >= 0, "\(maximumFailedGenerations) failed generations")
        self.search = search
        self.maximumFailedGenerations = maximumFailedGenerations
        if keepsHistory { history = SearchHistory() }
    }

    /// Whether nothing is asked any more.
    public var isOver: Bool { !search.stopReasons.isEmpty || breakOff != nil }

    /// Whether a generation's costs are still to be told.
    public var isWaiting: Bool { asked != nil }

    /// Ends the session, unless its search is over: the next line is the stop.
    public mutating func end(_ reason: BreakOff) {
        if !isOver { breakOff = reason }
    }

    /// Puts a solution from elsewhere, within the bounds, among the next candidates.
    ///
    /// - Throws: `EvolutionStrategyError.invalidCandidate`.
    public mutating func inject(_ solution: [Double]) throws(EvolutionStrategyError) {
        try search.inject(solution)
    }

    /// What is to be evaluated next; the same until it is answered, nil when the session is over.
    ///
    /// - Throws: As `EvolutionStrategy.ask()`.
    public mutating func nextQuestion() throws(EvolutionStrategyError) -> Question? {
        if isOver { return nil }
        if let asked { return asked }
        let candidates = try search.ask()
        generation += 1
        asked = Question(
            generation: generation, places: Array(candidates.indices), candidates: candidates,
            repetitions: search.evaluationsPerCost, firstRepetition: 0)
        return asked
    }

    /// Takes the costs that the question wants; one that is not finite stands for a failed evaluation.
    ///
    /// - Throws: `EvolutionStrategyError`: nothing was asked, the count is wrong, or the search
    ///   diverged.
    public mutating func answer(_ costs: [Double]) throws(EvolutionStrategyError) {
        guard let question = asked else {
            throw .nothingAsked(generation: search.strategy.generation)
        }
        guard costs.count == question.costCount else {
            throw .wrongCount(expected: question.costCount, found: costs.count)
        }
        let means = Self.means(costs, passes: question.repetitions)
        if let firstCosts {
            // A second evaluation that failed says nothing about the ranks.
            let again = zip(means, question.places).map { $0.isFinite ? $0 : firstCosts[$1] }
            try search.tell(costs: firstCosts, reevaluated: again)
            finishGeneration(firstCosts)
        } else if means.contains(where: \.isFinite) {
            let places = try search.candidatesToReevaluate(costs: means)
            if places.isEmpty {
                try search.tell(costs: means)
                finishGeneration(means)
            } else {
                askAgain(places, after: means)
            }
        } else {
            try search.tellAllFailed()
            asked = nil
            failedGenerations += 1
            if failedGenerations > maximumFailedGenerations { end(.failedGenerations) }
        }
    }

    /// Asks for some of the generation's candidates once more.
    mutating func askAgain(_ places: [Int], after costs: [Double]) {
        guard let first = asked else { return }
        firstCosts = costs
        asked = Question(
            generation: first.generation, places: places,
            candidates: places.map { first.candidates[$0] }, repetitions: first.repetitions,
            firstRepetition: first.repetitions)
    }

    private mutating func finishGeneration(_ costs: [Double]) {
        asked = nil
        firstCosts = nil
        failedGenerations = 0
        history?.record(search, generation: generation, costs: costs)
    }

    /// The mean of each candidate's finite costs, which come pass by pass.
    private static func means(_ costs: [Double], passes: Int) -> [Double] {
        if passes == 1 { return costs }
        let count = costs.count / passes
        return (0..<count).map { index in
            let finite = stride(from: index, to: costs.count, by: count)
                .map { costs[$0] }.filter(\.isFinite)
            return finite.isEmpty ? .nan : finite.reduce(0, +) / Double(finite.count)
        }
    }
}
