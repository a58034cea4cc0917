// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import GRDB
import TestSupport
import Testing

@testable import RunStore

/// Databases that something else has changed.
struct BadRowTests {
    private func store(_ scratch: TemporaryDirectory) throws -> RunStore {
        let now = Date()
        let store = try RunStore(RunDirectory(path: scratch.path), holder: "test")
        try store.begin(
            identifier: "r", program: "p", settings: [("seed", "1")], state: Data(), created: now)
        try store.append(
            [
                EpisodeResult(
                    episode: Episode(
                        name: EpisodeName(
                            purpose: .training, generation: 1, candidate: 0, repetition: 0),
                        trackSeed: 1), outcome: .setAside)
            ], arrived: now)
        try store.finish(
            GenerationRecord(generation: 1, candidates: 1, tracks: 1, finished: now),
            meanReturns: [1], state: Data())
        try store.record(
            EvaluationRecord(
                generation: 1, episodes: 1, mean: 1, standardDeviation: 0, steps: 1, seconds: 1,
                parameters: [1], digest: "", finished: now))
        try store.record(EventRecord(time: now, kind: "k", message: "m"))
        try store.record([LossRecord(model: "vae", epoch: 1, split: "s", term: "t", value: 1)])
        return store
    }

    private func readAll(_ reader: RunReader) throws {
        _ = try reader.identity()
        _ = try reader.settings()
        _ = try reader.generations()
        _ = try reader.latestState()
        _ = try reader.meanReturns(generation: 1)
        _ = try reader.rollouts(generation: 1, purpose: .training)
        _ = try reader.evaluations()
        _ = try reader.workers()
        _ = try reader.events()
        _ = try reader.losses()
    }

    @Test(arguments: [
        ("generations", "sigma", "NULL"), ("generations", "best", "'high'"),
        ("generations", "finished", "'yesterday'"), ("generations", "steps", "1e300"),
        ("evaluations", "parameters", "x'000102'"), ("evaluations", "finished", "NULL"),
        ("rollouts", "end", "'flew'"), ("rollouts", "return", "'much'"),
        ("rollouts", "track_seed", "NULL"), ("rollouts", "worker", "99"),
        ("candidates", "mean_return", "'a'"), ("workers", "first_seen", "''"),
        ("settings", "value", "NULL"), ("run", "created", "NULL"), ("losses", "epoch", "'one'"),
        ("events", "kind", "NULL"), ("optimiser_state", "state", "NULL"),
    ])
    func `a value that the program never writes is named`(
        table: String, column: String, value: String
    ) throws {
        let error = try errorAfter(table, "UPDATE \(table) SET \"\(column)\" = \(value)")
        guard case .badRow(_, let detail) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(detail.contains(table) && detail.contains(column), "\(detail)")
        #expect(!error.description.contains("\n") && !detail.contains("SELECT"), "\(detail)")
    }

    @Test(arguments: [
        ("generations", "best"), ("generations", "elapsed"), ("evaluations", "parameters"),
        ("rollouts", "end"), ("losses", "value"), ("events", "time"), ("settings", "value"),
        ("optimiser_state", "state"), ("run", "created"),
    ])
    func `a column that is missing is named`(table: String, column: String) throws {
        let error = try errorAfter(table, "ALTER TABLE \(table) DROP COLUMN \"\(column)\"")
        guard case .badRow(_, let detail) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(detail.contains(table) && detail.contains(column), "\(detail)")
    }

    @Test(arguments: [
        ("return", "'much'"), ("steps", "'a'"), ("end", "'flew'"), ("track_seed", "NULL"),
        ("arrived", "'now'"), ("seconds", "NULL"),
    ])
    func `who looks on is told of it as well`(column: String, value: String) throws {
        let error = try errorAfter("rollouts", "UPDATE rollouts SET \"\(column)\" = \(value)") {
            _ = try $0.summaries(generation: 1, purpose: .training)
        }
        guard case .badRow(_, let detail) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(detail.contains("rollouts: column "), "\(detail)")
    }

    /// What reading says after a change to a table, which loses its rules first.
    private func errorAfter(
        _ table: String, _ change: String, reading: ((RunReader) throws -> Void)? = nil
    ) throws -> RunStoreError {
        let scratch = try TemporaryDirectory()
        let store = try store(scratch)
        let reading = reading ?? readAll
        try reading(store.reader)
        try store.queue.writeWithoutTransaction { database in
            try SchemaViews.drop(database)
            try database.execute(
                sql: """
                    PRAGMA foreign_keys = OFF;
                    CREATE TABLE loose AS SELECT * FROM \(table);
                    DROP TABLE \(table);
                    ALTER TABLE loose RENAME TO \(table);
                    \(change);
                    """)
        }
        return try #require(throws: RunStoreError.self) { try reading(store.reader) }
    }
}
