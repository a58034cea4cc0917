// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes
package import Foundation
import GRDB

extension RunStore {
    /// Stores results that have arrived; one that is there already stays as it is, unless its
    /// episode was set aside.
    package func append(_ rollouts: [EpisodeResult], arrived: Date) throws {
        guard !rollouts.isEmpty else { return }
        try write(.rollouts) { database in
            let known = try database.cachedStatement(
                sql: "SELECT id FROM workers WHERE name = ? AND fingerprint = ? AND party = ?")
            let stored = try database.cachedStatement(
                sql: """
                    SELECT end FROM rollouts
                    WHERE (purpose, generation, candidate, repetition) = (?, ?, ?, ?)
                    """)
            var ids: [EpisodeDriver: Int64] = [:]
            var shares: [Int64: (rollouts: Int, steps: Int, dreamSteps: Int)] = [:]
            for rollout in rollouts {
                let driver = rollout.driver
                let worker =
                    try ids[driver]
                    ?? Int64.fetchOne(
                        known, arguments: [driver.name, driver.fingerprint, driver.party])
                if worker == nil {
                    try WorkerRecord(
                        name: driver.name, fingerprint: driver.fingerprint, party: driver.party,
                        firstSeen: arrived, lastSeen: arrived
                    ).insert(database)
                }
                let id = worker ?? database.lastInsertedRowID
                ids[driver] = id
                let row = RolloutRow(rollout, worker: id, arrived: arrived)
                let key: StatementArguments = [
                    row.purpose, row.generation, row.candidate, row.repetition,
                ]
                if let end = try String.fetchOne(stored, arguments: key) {
                    guard end == EpisodeEnd.setAside.rawValue else { continue }
                    try delete(
                        "(purpose, generation, candidate, repetition) = (?, ?, ?, ?)", key,
                        in: database)
                }
                try row.insert(database)
                var share = shares[id] ?? (0, 0, 0)
                share.rollouts += 1
                if row.dreamTemperature == nil {
                    share.steps += row.steps
                } else {
                    share.dreamSteps += row.steps
                }
                shares[id] = share
            }
            let count = try database.cachedStatement(
                sql: """
                    UPDATE workers SET rollouts = rollouts + ?, steps = steps + ?,
                        dream_steps = dream_steps + ?, last_seen = ?
                    WHERE id = ?
                    """)
            for (id, share) in shares.sorted(by: { $0.key < $1.key }) {
                try count.execute(arguments: [
                    share.rollouts, share.steps, share.dreamSteps, Timestamp.text(arrived), id,
                ])
            }
        }
    }

    /// Ends a generation: its row, its candidates' mean returns in their order, the best one's
    /// parameters where there is one, the hard tracks where they are kept and the optimiser's next
    /// state, all or nothing; earlier states are dropped.
    package func finish(
        _ record: GenerationRecord, meanReturns: [Double], state: Data, best: BestCandidate? = nil,
        hardTracks: [HardTrackRecord]? = nil
    ) throws {
        try write(.generation, durable: true) { database in
            if let hardTracks {
                try database.execute(sql: "DELETE FROM hard_tracks")
                for track in hardTracks { try track.insert(database) }
            }
            try record.insert(database)
            try best?.insert(database)
            for (candidate, meanReturn) in meanReturns.enumerated() {
                try CandidateRow(
                    generation: record.generation, candidate: candidate, meanReturn: meanReturn
                ).insert(database)
            }
            // The new state takes the freed pages of the last but one: the file does not grow.
            try database.execute(
                sql: "DELETE FROM optimiser_state WHERE generation < ?",
                arguments: [record.generation - 1])
            try OptimiserState(generation: record.generation, state: state).insert(database)
        }
    }

    /// Stores an evaluation, also in the place of one that came to no mean.
    package func record(_ record: EvaluationRecord) throws {
        try write(.evaluation, durable: true) { database in
            try database.execute(
                sql: "DELETE FROM evaluations WHERE generation = ? AND mean IS NULL",
                arguments: [record.generation])
            try record.insert(database)
        }
    }

    /// Changes settings that may change during a run, and adds those that it did not have; others stay.
    package func change(_ settings: [(name: String, value: String)]) throws {
        guard !settings.isEmpty else { return }
        try write(nil) { database in
            for setting in settings {
                try database.execute(
                    sql: """
                        INSERT INTO settings (position, name, value)
                        VALUES ((SELECT coalesce(max(position), 0) + 1 FROM settings), ?, ?)
                        ON CONFLICT (name) DO UPDATE SET value = excluded.value
                        """, arguments: [setting.name, setting.value])
            }
        }
    }

    /// Stores a result beside the one that counts.
    package func record(_ copy: CopyRecord) throws {
        try write(nil) { try copy.insert($0) }
    }

    package func record(_ event: EventRecord) throws {
        try write(nil) { try event.insert($0) }
    }

    /// Notes something that happens now: a short word for programs, a sentence for people.
    package func note(_ kind: String, _ message: String) throws {
        try record(EventRecord(time: Date(), kind: kind, message: message))
    }

    /// Stores an epoch's losses; what an earlier training has of that epoch and of later ones goes.
    package func record(_ losses: [LossRecord]) throws {
        try write(nil) { database in
            for loss in losses {
                try database.execute(
                    sql: "DELETE FROM losses WHERE model = ? AND epoch > ?",
                    arguments: [loss.model, loss.epoch])
                try loss.insert(database, onConflict: .replace)
            }
        }
    }
}
