// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Foundation
import GRDB

extension RunReader {
    /// Who a run is.
    package struct Identity: Sendable, Hashable, Codable {
        /// The run's name in messages.
        package var identifier: String
        /// The program that began it.
        package var program: String
        /// When it began.
        package var created: Date
    }

    /// Who the run is, or nil before it has begun.
    package func identity() throws -> Identity? {
        guard
            let row = try read({
                try Row.fetchOne($0, sql: "SELECT identifier, program, created FROM run")
            })
        else { return nil }
        return Identity(
            identifier: row["identifier"], program: row["program"],
            created: try date(row["created"], "run"))
    }

    /// Whether any rollout has been stored.
    package func holdsResults() throws -> Bool {
        try read { try Bool.fetchOne($0, sql: "SELECT EXISTS (SELECT 1 FROM rollouts)") } ?? false
    }

    /// What defines the run, in the order in which it was given.
    package func settings() throws -> [(name: String, value: String)] {
        try read {
            try Row.fetchAll($0, sql: "SELECT name, value FROM settings ORDER BY position")
        }.map { (name: $0["name"], value: $0["value"]) }
    }

    /// The optimiser's state after the last complete generation, 0 being the start.
    package func latestState() throws -> (generation: Int, state: Data)? {
        try read {
            try Row.fetchOne(
                $0,
                sql: """
                    SELECT generation, state FROM optimiser_state
                    ORDER BY generation DESC LIMIT 1
                    """)
        }.map { (generation: $0["generation"], state: $0["state"]) }
    }

    /// How many states of the optimiser are kept.
    package func stateCount() throws -> Int {
        try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM optimiser_state") } ?? 0
    }

    /// What happened, oldest first.
    package func events() throws -> [EventRecord] {
        try read { try Row.fetchAll($0, sql: "SELECT time, kind, message FROM events ORDER BY id") }
            .map { row in
                EventRecord(
                    time: try date(row["time"], "events"), kind: row["kind"],
                    message: row["message"])
            }
    }

    /// Who has driven for the run, by name.
    package func workers() throws -> [WorkerRecord] {
        try read {
            try Row.fetchAll(
                $0,
                sql: """
                    SELECT name, fingerprint, first_seen, last_seen, rollouts, steps FROM workers
                    ORDER BY name, fingerprint
                    """)
        }.map { row in
            WorkerRecord(
                name: row["name"], fingerprint: row["fingerprint"],
                firstSeen: try date(row["first_seen"], "workers"),
                lastSeen: try date(row["last_seen"], "workers"),
                rollouts: row["rollouts"], steps: row["steps"])
        }
    }

    /// The losses of the models' training, by model and epoch.
    package func losses() throws -> [LossRecord] {
        try read {
            try Row.fetchAll(
                $0,
                sql: """
                    SELECT model, epoch, split, term, value FROM losses
                    ORDER BY model DESC, epoch, split DESC, term
                    """)
        }.map { row in
            LossRecord(
                model: row["model"], epoch: row["epoch"], split: row["split"], term: row["term"],
                value: row["value"] ?? .nan)
        }
    }
}
