// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes
import GRDB

/// A training track on which candidates failed.
package struct HardTrackRecord: Sendable, Hashable, Codable {
    /// The bits of the track's unsigned seed.
    private(set) var trackSeed: Int64
    /// The share of the last candidates there that did not finish the lap, 0 to 1, less with each
    /// generation since.
    package var difficulty: Double
    /// The last generation that drove it.
    package var driven: Int
    /// The generation after which this was so.
    package var generation: Int

    /// The track's seed.
    package var seed: UInt64 { UInt64(bitPattern: trackSeed) }

    /// Collects the parts.
    package init(seed: UInt64, difficulty: Double, driven: Int, generation: Int) {
        trackSeed = Int64(bitPattern: seed)
        self.difficulty = difficulty
        self.driven = driven
        self.generation = generation
    }
}

/// What became of a generation's candidates on one track.
package struct TrackFailures: Sendable, Hashable {
    /// The track's seed.
    package var seed: UInt64
    /// Candidates that drove it to an end, whatever end.
    package var driven: Int
    /// Those of them that did not finish the lap.
    package var failed: Int

    /// Collects the parts.
    package init(seed: UInt64, driven: Int, failed: Int) {
        self.seed = seed
        self.driven = driven
        self.failed = failed
    }
}

extension RunReader {
    /// The hard tracks as they were kept last, the hardest first.
    ///
    /// - Throws: `RunStoreError`.
    package func hardTracks() throws -> [HardTrackRecord] {
        try rows("ORDER BY difficulty DESC, track_seed")
    }

    /// What became of a generation's candidates, track by track, in the order of the seeds; without
    /// rollouts that were set aside.
    ///
    /// - Throws: `RunStoreError`.
    package func trackFailures(generation: Int) throws -> [TrackFailures] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT track_seed, count(*), total("end" <> ?1) FROM rollouts
                    WHERE purpose = ?2 AND generation = ?3 AND "end" <> ?4
                        AND dream_temperature IS NULL
                    GROUP BY track_seed ORDER BY track_seed
                    """,
                arguments: [
                    EpisodeEnd.lapCompleted, Purpose.training, generation, EpisodeEnd.setAside,
                ]
            ).map { row in
                TrackFailures(
                    seed: UInt64(bitPattern: row[0] as Int64), driven: row[1],
                    failed: Int(row[2] as Double))
            }
        }
    }
}

extension RunStore {
    /// Forgets rollouts of a generation's training that its returns are not made of, as when a race
    /// went another way before a result was found wrong.
    ///
    /// - Parameters:
    ///   - names: Those that stay.
    ///   - generation: The generation.
    /// - Throws: `RunStoreError`.
    package func keep(_ names: Set<EpisodeName>, ofTraining generation: Int) throws {
        let surplus = try reader.rollouts(generation: generation, purpose: .training)
            .map(\.name).filter { !names.contains($0) }
        guard !surplus.isEmpty else { return }
        try write(.rollouts) { database in
            for name in surplus {
                try delete(
                    "(purpose, generation, candidate, repetition) = (?, ?, ?, ?)",
                    [name.purpose, name.generation, name.candidate, name.repetition],
                    in: database)
            }
        }
    }
}
