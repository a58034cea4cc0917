// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Search
import SeededRandom

/// A small seeded search that stands in for the optimiser: like the real one, it draws its
/// candidates, moves to the best half's average and can be written down exactly.
struct ToySearch: SearchStrategy, Codable, Equatable {
    struct Broken: Error {}

    var sigma: Double
    var mean: [Double]
    var generation = 0
    var populationSize: Int
    private var generator: PCG64
    private var asked: [[Double]] = []

    init(dimensions: Int = 5, populationSize: Int = 6, sigma: Double = 0.3, seed: UInt64 = 1) {
        self.sigma = sigma
        self.populationSize = populationSize
        mean = [Double](repeating: 0, count: dimensions)
        generator = PCG64(seed: seed)
    }

    init(encodedState: Data) throws {
        self = try JSONDecoder().decode(Self.self, from: encodedState)
    }

    var endReasons: [String] { sigma < 1e-9 ? ["sigma below 1e-9"] : [] }

    mutating func setSigma(_ sigma: Double) throws { self.sigma = sigma }

    mutating func ask() throws -> [[Double]] {
        asked = (0..<populationSize).map { _ in
            mean.map { $0 + sigma * generator.normalPair().0 }
        }
        return asked
    }

    mutating func tell(costs: [Double]) throws {
        guard costs.count == asked.count, costs.contains(where: \.isFinite) else { throw Broken() }
        let order = costs.indices.sorted { (costs[$0], $0) < (costs[$1], $1) }
        let chosen = order.prefix(populationSize / 2)
        for index in mean.indices {
            mean[index] = chosen.reduce(0) { $0 + asked[$1][index] } / Double(chosen.count)
        }
        sigma *= 0.97
        generation += 1
        asked = []
    }

    mutating func tellAllFailed() throws {
        guard !asked.isEmpty else { throw Broken() }
        generation += 1
        asked = []
    }

    func encodedState() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return try encoder.encode(self)
    }
}
