// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes
import GRDB

extension RunReader {
    /// The complete generations, first to last.
    package func generations() throws -> [GenerationRecord] {
        try rows("ORDER BY generation")
    }

    /// The last complete generation, or nil before the first.
    package func lastGeneration() throws -> GenerationRecord? {
        try rows("ORDER BY generation DESC LIMIT 1", as: GenerationRecord.self).first
    }

    /// The last complete generations, at most so many, latest first.
    package func lastGenerations(_ count: Int) throws -> [GenerationRecord] {
        try rows("ORDER BY generation DESC LIMIT ?", [count])
    }

    /// The candidates' mean returns of a generation, in their order; NaN for a failed one.
    package func meanReturns(generation: Int) throws -> [Double] {
        try rows(
            "WHERE generation = ? ORDER BY candidate", [generation], as: CandidateRow.self
        )
        .map(\.meanReturn)
    }

    /// The results of a generation that have been stored, whether or not it is complete.
    package func rollouts(generation: Int, purpose: Purpose) throws -> [EpisodeResult] {
        let stored = try rows(
            "WHERE purpose = ? AND generation = ? ORDER BY candidate, repetition",
            [purpose, generation], as: RolloutRow.self)
        // Read after the results, so whoever drove one of them is among them.
        let drivers = Dictionary(
            try rows(as: DriverRow.self).map { ($0.id, $0.driver) },
            uniquingKeysWith: { first, _ in first })
        return try stored.map { row in
            guard let driver = drivers[row.worker] else {
                throw RunStoreError.badRow(
                    path: path, detail: "rollouts names worker \(row.worker), which is none")
            }
            return row.result(driver: driver)
        }
    }

    /// How many results have been stored, of one generation or of all.
    package func rolloutCount(purpose: Purpose, generation: Int? = nil) throws -> Int {
        try read {
            try Int.fetchOne(
                $0,
                sql: """
                    SELECT count(*) FROM rollouts
                    WHERE purpose = ?1 AND (?2 IS NULL OR generation = ?2)
                    """,
                arguments: [purpose, generation])
        } ?? 0
    }

    /// The evaluations of the distribution's mean, first to last.
    package func evaluations() throws -> [EvaluationRecord] {
        try rows("ORDER BY generation")
    }

    /// The evaluation after a generation, if there was one.
    package func evaluation(generation: Int) throws -> EvaluationRecord? {
        try rows("WHERE generation = ?", [generation], as: EvaluationRecord.self).first
    }
}
