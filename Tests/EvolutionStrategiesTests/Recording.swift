// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Testing

/// What Golden/record.py wrote.
struct Recording: Decodable {
    struct Constants: Decodable {
        var dimension: Int
        var population: Int
        var mueff: Double
        var weights: [Double]
        var c1: Double
        var cmu: Double
        var cc: Double
        var cs: Double
        var damps: Double
        var separableWeights: [Double]
        var c1_sep: Double
        var cmu_sep: Double
        var cc_sep: Double
        var gap: Double
    }

    struct Step: Decodable {
        var candidates: [[Double]]
        var costs: [Double]
        var mean: [Double]
        var sigma: Double
        var variances: [Double]
        var path: [Double]
        /// The candidates as they were asked for, whole numbers rounded.
        var rounded: [[Double]]?
    }

    struct Run: Decodable {
        var variant: String
        var dimension: Int
        var population: Int
        var deviations: [Double]
        var mean: [Double]
        var sigma: Double
        var steps: [Step]
        /// The whole numbers among the variables.
        var integers: [Int]?
    }

    struct IntegerDefaults: Decodable {
        var dimension: Int
        var integers: Int
        var population: Int
        var leastDeviation: Double
        var flatGenerations: Int
        var tolfun: Double
        var tolfunhist: Double
    }

    struct Centring: Decodable {
        var mean: [Double]
        var points: [[Double]]
        var draws: [Double]
        var centred: [[Double]]
    }

    struct Box: Decodable {
        var points: [[Double]]
        var images: [[Double]]
    }

    struct Noise: Decodable {
        var costs: [Double]
        var indices: [Int]
        var again: [Double]
        var level: Double
        var evaluations: Double
        var factor: Double
    }

    var constants: [Constants]
    var norms: [String: Double]
    var runs: [Run]
    var bounds: Box
    var noise: [Noise]
    var integerRuns: [Run]
    var integerDefaults: [IntegerDefaults]
    var centring: [Centring]

    static func load() throws -> Recording {
        let url = try #require(
            Bundle.module.url(forResource: "pycma", withExtension: "json", subdirectory: "Golden"))
        return try JSONDecoder().decode(Recording.self, from: Data(contentsOf: url))
    }
}

/// Expects two lists of numbers to agree within a tolerance relative to their magnitude.
func expectEqual(
    _ found: [Double], _ expected: [Double], within tolerance: Double, _ name: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(found.count == expected.count, "\(name)", sourceLocation: sourceLocation)
    guard found.count == expected.count else { return }
    let errors = zip(found, expected).map { abs($0 - $1) / max(1, abs($1)) }
    let worst = errors.indices.max { errors[$0] < errors[$1] } ?? 0
    let error = errors.isEmpty ? 0 : errors[worst]
    #expect(
        error <= tolerance, "\(name): element \(worst) is off by \(error)",
        sourceLocation: sourceLocation)
}
