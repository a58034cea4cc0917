// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes
package import Foundation
import GRDB

extension RunStore {
    /// Forgets what a party drove of a generation and nobody confirmed, so that it is driven again.
    ///
    /// The counts of its workers' rows are what is left of them.
    ///
    /// - Parameters:
    ///   - party: Who is not believed (`EpisodeDriver.party`).
    ///   - generation: The generation, or that of the evaluation.
    ///   - purpose: Which of its rollouts.
    /// - Returns: How many were forgotten.
    /// - Throws: `RunStoreError`.
    @discardableResult
    package func void(party: String, generation: Int, purpose: Purpose) throws -> Int {
        var count = 0
        try write(.rollouts) { database in
            count = try delete(
                """
                purpose = ? AND generation = ? AND NOT confirmed
                AND worker IN (SELECT id FROM workers WHERE party = ?)
                """, [purpose, generation, party], in: database)
        }
        return count
    }

    /// Deletes rollouts and takes them from the counts of who drove them.
    ///
    /// - Returns: How many there were.
    /// - Throws: What SQLite says.
    @discardableResult
    func delete(
        _ condition: String, _ arguments: StatementArguments, in database: Database
    ) throws -> Int {
        // Not "dream_temperature IS NULL": SQLite 3.40 returns 0 for that of a row that is deleted.
        let deleted = try database.cachedStatement(
            sql: """
                DELETE FROM rollouts WHERE \(condition)
                RETURNING worker, steps, dream_temperature
                """)
        let counts = try database.cachedStatement(
            sql: """
                UPDATE workers SET rollouts = rollouts - 1, steps = steps - ?,
                    dream_steps = dream_steps - ?
                WHERE id = ?
                """)
        let rows = try Row.fetchAll(deleted, arguments: arguments)
        for row in rows {
            let steps: Int = row["steps"]
            let isDream = row["dream_temperature"] as Double? != nil
            try counts.execute(arguments: [
                isDream ? 0 : steps, isDream ? steps : 0, row["worker"] as Int64,
            ])
        }
        return rows.count
    }

    /// Marks results as confirmed, for another party gave the same outcomes; those that are not
    /// stored are left out.
    package func confirm(_ names: [EpisodeName]) throws {
        guard !names.isEmpty else { return }
        try write(.rollouts) { database in
            let confirm = try database.cachedStatement(
                sql: """
                    UPDATE rollouts SET confirmed = 1
                    WHERE purpose = ? AND generation = ? AND candidate = ? AND repetition = ?
                    """)
            for name in names {
                try confirm.execute(
                    arguments: [name.purpose, name.generation, name.candidate, name.repetition])
            }
        }
    }

    /// Stores the beginning of a quarantine.
    package func record(_ quarantine: QuarantineRecord) throws {
        try write(nil) { try quarantine.insert($0) }
    }

    /// Takes the releases that people asked for since the last call, and ends those quarantines.
    ///
    /// - Parameter now: The time.
    /// - Returns: The parties to release, each once.
    /// - Throws: `RunStoreError`.
    package func takeReleases(now: Date) throws -> [String] {
        // Where there are none, nothing is written.
        let isAsked = try reader.read {
            try Bool.fetchOne($0, sql: "SELECT EXISTS (SELECT 1 FROM releases)") ?? false
        }
        guard isAsked else { return [] }
        var parties: [String] = []
        try write(nil) { database in
            parties = try String.fetchAll(
                database, sql: "SELECT DISTINCT party FROM releases ORDER BY party")
            try database.execute(sql: "DELETE FROM releases")
            for party in parties {
                try database.execute(
                    sql: """
                        UPDATE quarantines SET ends = ?1
                        WHERE party = ?2 AND (ends IS NULL OR ends > ?1)
                        """, arguments: [Timestamp.text(now), party])
            }
        }
        return parties
    }

    /// Hands on releases as people ask for them, until the calling task is cancelled.
    ///
    /// - Parameters:
    ///   - interval: How often it is looked for them.
    ///   - release: Told a party whose quarantine is to end.
    /// - Throws: `RunStoreError`.
    package func watchReleases(
        every interval: Duration = .seconds(2), _ release: (String) -> Void
    ) async throws {
        while (try? await Task.sleep(for: interval)) != nil {
            try takeReleases(now: Date()).forEach(release)
        }
    }
}
