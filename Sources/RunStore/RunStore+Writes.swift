// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes
package import Foundation
import GRDB

extension RunStore {
    /// Stores results that have arrived; one that is there already stays as it is.
    ///
    /// - Parameters:
    ///   - rollouts: The results.
    ///   - arrived: The time now.
    /// - Throws: `RunStoreError`, for example of a full disk.
    package func append(_ rollouts: [EpisodeResult], arrived: Date) throws {
        guard !rollouts.isEmpty else { return }
        try write(.rollouts) { database in
            let time = Timestamp.text(arrived)
            let known = try database.cachedStatement(
                sql: "SELECT id FROM workers WHERE name = ? AND fingerprint = ?")
            let insert = try database.cachedStatement(
                sql: """
                    INSERT INTO rollouts (purpose, generation, candidate, repetition, track_seed,
                        return, steps, tiles_visited, track_tiles, end, worker, seconds)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT DO NOTHING
                    """)
            let count = try database.cachedStatement(
                sql: """
                    UPDATE workers SET rollouts = rollouts + 1, steps = steps + ?, last_seen = ?
                    WHERE id = ?
                    """)
            for rollout in rollouts {
                var worker = try Int64.fetchOne(
                    known, arguments: [rollout.driver.name, rollout.driver.fingerprint])
                if worker == nil {
                    try database.execute(
                        sql: """
                            INSERT INTO workers
                                (name, fingerprint, first_seen, last_seen, rollouts, steps)
                            VALUES (?, ?, ?, ?, 0, 0)
                            """,
                        arguments: [rollout.driver.name, rollout.driver.fingerprint, time, time])
                    worker = database.lastInsertedRowID
                }
                try insert.execute(arguments: [
                    rollout.name.purpose.rawValue, rollout.name.generation,
                    rollout.name.candidate, rollout.name.repetition,
                    Int64(bitPattern: rollout.episode.trackSeed),
                    rollout.outcome.episodeReturn.stored, rollout.outcome.steps,
                    rollout.outcome.tilesVisited, rollout.outcome.trackTiles,
                    rollout.outcome.end.rawValue, worker, rollout.seconds,
                ])
                if database.changesCount == 1 {
                    try count.execute(arguments: [rollout.outcome.steps, time, worker])
                }
            }
        }
    }

    /// Ends a generation: its row, its candidates and the optimiser's next state, all or nothing.
    ///
    /// - Parameters:
    ///   - record: The generation's row.
    ///   - meanReturns: Each candidate's mean return, in the order of the candidates.
    ///   - state: The optimiser's state after it; earlier states are dropped.
    /// - Throws: `RunStoreError`, for example of a full disk.
    package func finish(
        _ record: GenerationRecord, meanReturns: [Double], state: Data
    ) throws {
        try write(.generation, durable: true) { database in
            try database.execute(
                sql: """
                    INSERT INTO generations (generation, candidates, tracks, best, mean,
                        standard_deviation, worst, failed, sigma, steps, seconds, elapsed, workers,
                        state_digest, fitness_digest, finished)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    record.generation, record.candidates, record.tracks, record.best.stored,
                    record.mean.stored, record.standardDeviation.stored, record.worst.stored,
                    record.failed, record.sigma, record.steps, record.seconds, record.elapsed,
                    record.workers, record.stateDigest, record.fitnessDigest,
                    Timestamp.text(record.finished),
                ])
            for (candidate, meanReturn) in meanReturns.enumerated() {
                try database.execute(
                    sql: """
                        INSERT INTO candidates (generation, candidate, mean_return)
                        VALUES (?, ?, ?)
                        """,
                    arguments: [record.generation, candidate, meanReturn.stored])
            }
            // The new state takes the freed pages of the last but one: the file does not grow.
            try database.execute(
                sql: "DELETE FROM optimiser_state WHERE generation < ?",
                arguments: [record.generation - 1])
            try database.execute(
                sql: "INSERT INTO optimiser_state (generation, state) VALUES (?, ?)",
                arguments: [record.generation, state])
        }
    }

    /// Stores an evaluation of the distribution's mean.
    ///
    /// - Parameter record: The evaluation.
    /// - Throws: `RunStoreError`, for example of a full disk.
    package func record(_ record: EvaluationRecord) throws {
        try write(.evaluation, durable: true) { database in
            try database.execute(
                sql: """
                    INSERT INTO evaluations (generation, episodes, mean, standard_deviation, steps,
                        seconds, parameters, digest, finished)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    record.generation, record.episodes, record.mean.stored,
                    record.standardDeviation.stored, record.steps, record.seconds,
                    FloatBytes.data(record.parameters), record.digest,
                    Timestamp.text(record.finished),
                ])
        }
    }

    /// Changes settings that may change during a run.
    ///
    /// - Parameter settings: Names with their new values; other settings stay.
    /// - Throws: `RunStoreError`, for example of a full disk.
    package func change(_ settings: [(name: String, value: String)]) throws {
        guard !settings.isEmpty else { return }
        try write(nil) { database in
            for setting in settings {
                try database.execute(
                    sql: "UPDATE settings SET value = ? WHERE name = ?",
                    arguments: [setting.value, setting.name])
            }
        }
    }

    /// Notes something that happened.
    ///
    /// - Parameter event: The event.
    /// - Throws: `RunStoreError`, for example of a full disk.
    package func record(_ event: EventRecord) throws {
        try write(nil) { database in
            try database.execute(
                sql: "INSERT INTO events (time, kind, message) VALUES (?, ?, ?)",
                arguments: [Timestamp.text(event.time), event.kind, event.message])
        }
    }

    /// Stores an epoch's losses; those of an epoch trained again replace the earlier ones.
    ///
    /// - Parameter losses: The losses.
    /// - Throws: `RunStoreError`, for example of a full disk.
    package func record(_ losses: [LossRecord]) throws {
        try write(nil) { database in
            for loss in losses {
                try database.execute(
                    sql: """
                        INSERT OR REPLACE INTO losses (model, epoch, split, term, value)
                        VALUES (?, ?, ?, ?, ?)
                        """,
                    arguments: [loss.model, loss.epoch, loss.split, loss.term, loss.value.stored])
            }
        }
    }
}
