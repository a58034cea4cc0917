// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import Foundation
import SeededRandom

extension RestartingSearch {
    private static let magic: UInt64 = 0x3253_522d_414d_4357  // "WCMA-RS2" in little-endian

    /// All of the search as little-endian words, the state of the run under way among them.
    public func encodedState() -> Data {
        let inner = strategy.encodedState()
        var writer = StateWriter(reservingBytes: inner.count + 4096)
        writer.write(Self.magic)
        configuration.strategy.encode(into: &writer)
        writer.write(configuration.schedule.rawValue)
        writer.write(configuration.maximumRestarts)
        writer.write(configuration.startingBox)
        writer.write(finishedRuns.count)
        for reasons in finishedRuns { writer.write(StopReason.names(reasons)) }
        writer.write(StopReason.names(stopReasons))
        for count in [earlierEvaluations, smallRuns, smallEvaluations, largeEvaluations] {
            writer.write(count)
        }
        writer.write(earlierBest)
        writer.write(isSmall)
        writer.write(generator)
        writer.write(inner)
        writer.write(stateChecksum(writer.data))
        return writer.data
    }

    /// Restores a search, which then goes on exactly as the one that was encoded.
    ///
    /// - Throws: `EvolutionStrategyError.invalidState` for any other bytes.
    public init(encodedState: Data) throws(EvolutionStrategyError) {
        var reader = try StateReader(encodedState, magic: Self.magic, of: "search")
        var configuration = Configuration(strategy: try .init(from: &reader))
        configuration.schedule = try reader.choice(of: "schedule")
        configuration.maximumRestarts = try reader.int()
        configuration.startingBox = try reader.bounds()
        try self.init(configuration)
        try restore(from: &reader)
        try reader.finish()
    }

    private mutating func restore(from reader: inout StateReader) throws(EvolutionStrategyError) {
        let runs = try reader.int()
        guard runs >= 0, runs <= reader.remaining / 8 else {
            throw .invalidState(reason: "\(runs) finished runs exceed the data")
        }
        for _ in 0..<runs { finishedRuns.append(StopReason.reasons(try reader.text())) }
        stopReasons = StopReason.reasons(try reader.text())
        earlierEvaluations = try reader.int()
        smallRuns = try reader.int()
        smallEvaluations = try reader.int()
        largeEvaluations = try reader.int()
        earlierBest = try reader.candidate()
        isSmall = try reader.bool()
        generator = try reader.generator()
        strategy = try EvolutionStrategy(encodedState: try reader.bytes())
    }
}

extension StopReason {
    /// Names for a saved state.
    static func names(_ reasons: [StopReason]) -> String {
        reasons.map(\.rawValue).joined(separator: " ")
    }

    /// The reasons of saved names.
    static func reasons(_ names: String) -> [StopReason] {
        names.split(separator: " ").compactMap { StopReason(rawValue: String($0)) }
    }
}
