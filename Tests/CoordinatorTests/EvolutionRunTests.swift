// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Coordinator
import EvolutionStrategies
import Foundation
import RunStore
import Testing

/// The run loop with the real optimiser over the real number of parameters.
struct EvolutionRunTests {
    private static let given: [SettingKey: String] = [
        .populationSize: "8", .samples: "1", .sigma: "0.1", .evaluateEvery: "0",
        .evaluationEpisodes: "1", .variant: "separable",
    ]

    private func drive(_ run: TemporaryRun, generations: Int) async throws -> RunReport {
        let store = try RunStore(run.directory, holder: "test")
        let start = try RunStart(
            store, given: Self.given, profile: nil, program: "tests", now: Date()
        ) { try EvolutionStrategy($0) }
        let loop = RunLoop<EvolutionStrategy>(
            store: store, service: ToyService(), settings: start.settings,
            limits: RunLimits(generations: generations), saveController: { _ in })
        #expect(try await loop.run() == .generations(generations))
        return try RunReport(run.directory)
    }

    @Test func `a run in two goes equals one in one go`() async throws {
        let one = TemporaryRun()
        let whole = try await drive(one, generations: 4)
        let two = TemporaryRun()
        _ = try await drive(two, generations: 2)
        let parts = try await drive(two, generations: 4)
        #expect(RunComparison(whole, parts) == .equal(generations: 4))
        #expect(
            whole.generations.last?.evaluationDigest == parts.generations.last?.evaluationDigest)
        let evaluation = try #require(
            try RunReader(one.directory).evaluations().last)
        #expect(evaluation.parameters.count == 867)
    }
}
