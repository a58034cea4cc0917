// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes
import GRDB

extension RunReader {
    /// What a party drove of complete generations and evaluations and nobody confirmed: it has been
    /// used, and cannot be driven again.
    ///
    /// - Parameters:
    ///   - party: Who is not believed (`EpisodeDriver.party`).
    ///   - generation: The generation under way; only earlier ones, and evaluations after those,
    ///     count.
    /// - Returns: How many there are and the first generation that has one; nil where there is none.
    /// - Throws: `RunStoreError`.
    package func unconfirmed(
        of party: String, before generation: Int
    ) throws -> (count: Int, firstGeneration: Int)? {
        try read { database in
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT count(*), min(generation) FROM rollouts
                    WHERE generation < ?2 AND NOT confirmed
                    AND worker IN (SELECT id FROM workers WHERE party = ?1)
                    AND generation IN (
                        SELECT generation FROM generations WHERE purpose = 'training'
                        UNION ALL
                        SELECT generation FROM evaluations WHERE purpose = 'evaluation')
                    """,
                arguments: [party, generation])
            guard let row, let first = row[1] as Int? else { return nil }
            return (row[0], first)
        }
    }

    /// How many of the stored results another party has confirmed.
    package func confirmedCount(purpose: Purpose) throws -> Int {
        try read {
            try Int.fetchOne(
                $0, sql: "SELECT count(*) FROM rollouts WHERE purpose = ? AND confirmed",
                arguments: [purpose])
        } ?? 0
    }

    /// The quarantines, oldest first.
    package func quarantines() throws -> [QuarantineRecord] {
        try rows("ORDER BY id")
    }
}
