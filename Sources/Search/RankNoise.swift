// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import EvolutionStrategies

/// How much of the candidates' ranking is chance, and how many tracks that asks for.
///
/// The idea is RA-CMA-ES's (Uchida, Nishihara & Shirakawa 2024, arXiv 2405.11471): the step that half
/// of the evaluations ask for is compared with that of the other half, and the evaluations grow in
/// number where the two have little in common. In hundreds of dimensions the candidates' own steps
/// are all but perpendicular, so the likeness of the two is that of the weights which the ranks of
/// either half give the candidates; no vectors are needed.
enum RankNoise {
    /// How well the ranking shall be met again on as many other tracks.
    static let target = 0.5
    /// By what factor the tracks may grow in a generation, and that to the power of minus a quarter
    /// is by what they may shrink: too few cost more than too many.
    static let growth = 1.25

    /// How well the ranking by a generation's tracks would be met again on as many others, -1 to 1.
    ///
    /// The correlation of the recombination weights between the even tracks and the odd ones, carried
    /// from half to all of them by the formula of Spearman and Brown.
    ///
    /// - Parameters:
    ///   - returns: A row a candidate; what all of them drove counts, and rows with a NaN are left
    ///     out.
    ///   - tracks: How many tracks the ranking is by.
    /// - Returns: NaN for fewer than 2 common tracks or 4 candidates.
    static func correlation(_ returns: [[Double]], tracks: Int) -> Double {
        let common = returns.map(\.count).min() ?? 0
        let usable = returns.map { Array($0.prefix(common)) }.filter { $0.allSatisfy(\.isFinite) }
        guard common >= 2, usable.count >= 4 else { return .nan }
        let weights = RecombinationWeights(population: usable.count)
        // Of an odd number the last track is left out: both halves are equally sure.
        func half(_ first: Int) -> [Double] {
            let costs = usable.map { row in
                stride(from: first, to: common - common % 2, by: 2).reduce(0) { $0 - row[$1] }
            }
            var result = [Double](repeating: 0, count: costs.count)
            let order = costs.indices.sorted { (costs[$0], $0) < (costs[$1], $1) }
            for (rank, index) in order.prefix(weights.parents).enumerated() {
                result[index] = weights.values[rank]
            }
            return result
        }
        let (even, odd) = (half(0), half(1))
        // The weights are the same numbers in another order: one mean, one variance.
        let mean = 1 / Double(usable.count)
        let product = zip(even, odd).reduce(0) { $0 + ($1.0 - mean) * ($1.1 - mean) }
        let variance = even.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let correlation = product / variance
        let factor = Double(tracks) / Double(common / 2)
        return max(-1, factor * correlation / (1 + (factor - 1) * max(0, correlation)))
    }

    /// The tracks that the next generation asks for, as a real number, after one that had so many.
    ///
    /// - Parameters:
    ///   - tracks: What was asked for, at least 1.
    ///   - correlation: What was found; NaN changes nothing.
    /// - Returns: The tracks, without any limit.
    static func next(after tracks: Double, correlation: Double) -> Double {
        guard correlation.isFinite else { return tracks }
        let factor: Double
        if correlation <= 0 {
            factor = growth
        } else {
            // Spearman and Brown, turned round.
            let wanted =
                target * (1 - min(correlation, 0.999)) / (correlation * (1 - target))
            factor = min(growth, max(1 / growth.squareRoot().squareRoot(), wanted))
        }
        return tracks * factor
    }
}
