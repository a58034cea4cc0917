// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import EvolutionStrategies
import Foundation
import RunReports
import RunStore
import Search
import TestSupport
import Testing

/// The run loop with the real optimiser over the real number of parameters.
struct EvolutionRunTests {
    private static let given: [String: String] = [
        "pop-size": "8", "n-samples": "1", "sigma": "0.1", "evaluate-every": "0",
        "evaluation-episodes": "1", "variant": "separable",
    ]

    private func drive(
        _ run: TemporaryRun, generations: Int, sigma: String = "0.1"
    ) async throws -> RunReport {
        let store = try RunStore(run.directory, holder: "test")
        var given = Self.given
        given["sigma"] = sigma
        let start = try RunStart(
            store, given: given, profile: nil, program: "tests", now: Date()
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
            whole.generations.last?.evaluation?.digest
                == parts.generations.last?.evaluation?.digest)
        let evaluation = try #require(
            try RunReader(one.directory).evaluations().last)
        #expect(evaluation.parameters.count == 867)
    }

    @Test func `a scheduled step size is set once, whenever the schedule was given`() async throws {
        let one = TemporaryRun()
        let whole = try await drive(one, generations: 5, sigma: "0.1,0.01@3")
        let sigmas = whole.generations.map(\.record.sigma)
        #expect(sigmas[1] > 0.05)
        #expect(sigmas[2] < 0.02 && sigmas[3] < 0.02)
        // Adapted again from there.
        #expect(sigmas[3] != sigmas[2])
        let two = TemporaryRun()
        _ = try await drive(two, generations: 2)
        let parts = try await drive(two, generations: 5, sigma: "0.1,0.01@4")
        #expect(RunComparison(whole, parts) != .equal(generations: 5))
        let three = TemporaryRun()
        _ = try await drive(three, generations: 1)
        _ = try await drive(three, generations: 4, sigma: "0.1,0.01@3")
        let later = try await drive(three, generations: 5, sigma: "0.1,0.01@3,0.2@7")
        #expect(RunComparison(whole, later) == .equal(generations: 5))
    }
}
