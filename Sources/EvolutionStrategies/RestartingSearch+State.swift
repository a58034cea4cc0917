// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import Foundation
import SeededRandom

extension RestartingSearch {
    private static let magic: UInt64 = 0x3253_522d_414d_4357  // "WCMA-RS2" in little-endian
    /// With settings that were not there before: "WCMA-RS3".
    private static let magicWithExtras: UInt64 = 0x3353_522d_414d_4357

    /// All of the search as little-endian words, the state of the run under way among them.
    public func encodedState() -> Data {
        let inner = strategy.encodedState()
        var writer = StateWriter(reservingBytes: inner.count + 4096)
        writer.write(configuration.hasExtras ? Self.magicWithExtras : Self.magic)
        configuration.strategy.encode(into: &writer)
        writer.write(configuration.schedule.rawValue)
        writer.write(configuration.maximumRestarts)
        writer.write(configuration.startingBox)
        if configuration.hasExtras {
            configuration.strategy.encodeExtras(into: &writer)
            writer.write(configuration.populationGrowth)
            writer.write(configuration.strategy.learningRates.rawValue)
        }
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
        let hasExtras = StateReader.begins(encodedState, with: Self.magicWithExtras)
        var reader = try StateReader(
            encodedState, magic: hasExtras ? Self.magicWithExtras : Self.magic, of: "search")
        var configuration = Configuration(strategy: try .init(from: &reader))
        configuration.schedule = try reader.choice(of: "schedule")
        configuration.maximumRestarts = try reader.int()
        configuration.startingBox = try reader.bounds()
        if hasExtras {
            try configuration.strategy.decodeExtras(from: &reader)
            configuration.populationGrowth = try reader.double()
            configuration.strategy.learningRates = try reader.choice(of: "learning rates")
        }
        do {
            try configuration.strategy.validate()
            try configuration.validate()
        } catch {
            throw .invalidState(reason: "\(error)")
        }
        self.configuration = configuration
        let runs = try reader.counter()
        guard runs <= reader.remaining / 8 else {
            throw .invalidState(reason: "\(runs) finished runs exceed the data")
        }
        var finished: [[StopReason]] = []
        for _ in 0..<runs { finished.append(StopReason.reasons(try reader.text())) }
        finishedRuns = finished
        stopReasons = StopReason.reasons(try reader.text())
        earlierEvaluations = try reader.counter()
        smallRuns = try reader.counter()
        smallEvaluations = try reader.counter()
        largeEvaluations = try reader.counter()
        earlierBest = try reader.candidate()
        isSmall = try reader.bool()
        generator = try reader.generator()
        // Only now, from what the data hold: a new one of such a configuration may fill the memory.
        strategy = try EvolutionStrategy(encodedState: try reader.bytes())
        guard smallRuns <= runs,
            strategy.configuration.dimension == configuration.strategy.dimension
        else { throw .invalidState(reason: "its runs do not fit together") }
        try reader.finish()
    }
}

extension RestartingSearch.Configuration {
    /// Whether a saved state needs more than was there before some settings.
    var hasExtras: Bool {
        strategy.hasExtras || populationGrowth != 2 || strategy.learningRates != .fixed
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
