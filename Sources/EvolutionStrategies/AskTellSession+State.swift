// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import Foundation

extension AskTellSession {
    private static let magic: UInt64 = 0x3153_412d_414d_4357  // "WCMA-AS1" in little-endian

    /// All of the session as little-endian words with a checksum at the end, the search among them.
    ///
    /// What broke a session off is not part of it: a session that is restored goes on.
    public func encodedState() -> Data {
        let inner = search.encodedState()
        var writer = StateWriter(reservingBytes: inner.count + 4096)
        writer.write(Self.magic)
        let isUntold = asked != nil && firstCosts == nil
        writer.write(isUntold ? generation - 1 : generation)
        writer.write(failedGenerations)
        writer.write(firstCosts)
        writer.write(history != nil)
        history?.encode(into: &writer)
        writer.write(inner)
        writer.write(stateChecksum(writer.data))
        return writer.data
    }

    /// Restores a session, which then asks exactly what the one that was encoded would have asked.
    ///
    /// - Throws: `EvolutionStrategyError.invalidState` for any other bytes.
    public init(
        encodedState: Data, maximumFailedGenerations: Int = 10
    ) throws(EvolutionStrategyError) {
        var reader = try StateReader(encodedState, magic: Self.magic, of: "session")
        let generation = try reader.counter()
        let failed = try reader.counter()
        let firstCosts = try reader.optionalDoubles()
        let history = try reader.bool() ? try SearchHistory(from: &reader) : nil
        self.init(
            try RestartingSearch(encodedState: try reader.bytes()),
            maximumFailedGenerations: maximumFailedGenerations)
        try reader.finish()
        self.generation = generation
        failedGenerations = failed
        self.history = history
        guard let firstCosts else { return }
        guard generation > 0, firstCosts.count == search.strategy.populationSize else {
            throw .invalidState(reason: "its costs do not fit its candidates")
        }
        self.generation -= 1
        _ = try nextQuestion()
        askAgain(try search.candidatesToReevaluate(costs: firstCosts), after: firstCosts)
    }

    /// Sets the search's limits anew, as `RestartingSearch.setLimits(evaluations:targetCost:)`.
    ///
    /// - Throws: As that.
    public mutating func setLimits(
        evaluations: Int?, targetCost: Double?
    ) throws(EvolutionStrategyError) {
        try search.setLimits(evaluations: evaluations, targetCost: targetCost)
    }

    /// Keeps from now on what the search goes through.
    public mutating func keepHistory() {
        if history == nil { history = SearchHistory() }
    }
}
