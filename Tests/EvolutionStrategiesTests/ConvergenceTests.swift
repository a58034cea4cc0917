// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import SeededRandom
import Testing

@testable import EvolutionStrategies

/// The ellipsoid of condition 1e6.
func ellipsoid(_ x: [Double]) -> Double {
    x.enumerated().reduce(0) { sum, item in
        sum + pow(1e6, Double(item.offset) / Double(x.count - 1)) * item.element * item.element
    }
}

/// Rosenbrock's curved valley.
func rosenbrock(_ x: [Double]) -> Double {
    (0..<(x.count - 1)).reduce(0) { sum, i in
        let (a, b) = (x[i] * x[i] - x[i + 1], x[i] - 1)
        return sum + 100 * a * a + b * b
    }
}

struct ConvergenceTests {
    /// Runs a strategy until it stops.
    static func minimise(
        _ objective: ([Double]) -> Double, _ configuration: EvolutionStrategy.Configuration
    ) throws -> EvolutionStrategy {
        var strategy = try EvolutionStrategy(configuration)
        while strategy.stopReasons.isEmpty {
            try strategy.tell(costs: try strategy.ask().map(objective))
        }
        return strategy
    }

    static func configuration(
        _ dimension: Int, start: Double, sigma: Double, evaluations: Int,
        variant: EvolutionStrategy.Variant = .full,
        factorisation: EvolutionStrategy.Factorisation = .automatic
    ) -> EvolutionStrategy.Configuration {
        EvolutionStrategy.Configuration(
            initialMean: [Double](repeating: start, count: dimension), initialSigma: sigma,
            variant: variant, factorisation: factorisation,
            stopping: StoppingCriteria(targetCost: 1e-9, maximumEvaluations: evaluations))
    }

    @Test(arguments: [EvolutionStrategy.Factorisation.eigensystem, .cholesky])
    func `the 20-dimensional ellipsoid is solved`(
        factorisation: EvolutionStrategy.Factorisation
    ) throws {
        let strategy = try Self.minimise(
            ellipsoid,
            Self.configuration(
                20, start: 3, sigma: 2, evaluations: 30_000, factorisation: factorisation))
        #expect(strategy.stopReasons == [.targetReached], "\(strategy.evaluations) evaluations")
    }

    @Test(arguments: [EvolutionStrategy.Factorisation.eigensystem, .cholesky])
    func `the 20-dimensional Rosenbrock function is solved`(
        factorisation: EvolutionStrategy.Factorisation
    ) throws {
        let strategy = try Self.minimise(
            rosenbrock,
            Self.configuration(
                20, start: 0, sigma: 0.5, evaluations: 40_000, factorisation: factorisation))
        #expect(strategy.stopReasons == [.targetReached], "\(strategy.evaluations) evaluations")
    }

    @Test func `the separable variant solves the ellipsoid faster than the full one`() throws {
        let separable = try Self.minimise(
            ellipsoid,
            Self.configuration(20, start: 3, sigma: 2, evaluations: 30_000, variant: .separable))
        #expect(separable.stopReasons == [.targetReached])
        #expect(separable.evaluations < 9_000)
    }

    @Test func `the limited-memory variant solves a cigar in 40 dimensions`() throws {
        func cigar(_ x: [Double]) -> Double { x[0] * x[0] + 1e4 * sphere(Array(x[1...])) }
        let strategy = try Self.minimise(
            cigar,
            Self.configuration(
                40, start: 3, sigma: 2, evaluations: 50_000, variant: .limitedMemory))
        #expect(strategy.stopReasons == [.targetReached], "\(strategy.evaluations) evaluations")
    }
}
