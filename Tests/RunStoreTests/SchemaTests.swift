// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import GRDB
import TestSupport
import Testing

@testable import RunStore

/// What people find who open the database themselves.
struct SchemaTests {
    private static let noon = Date(timeIntervalSince1970: 1_800_000_000)
    private static let page = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().appending(path: "../../Sources/RunStore/Database.md")
        .standardizedFileURL

    private func result(
        _ repetition: Int, _ value: Double, end: EpisodeEnd = .lapCompleted, host: String = "mars",
        coreSeconds: Double? = 0.5
    ) -> EpisodeResult {
        EpisodeResult(
            episode: Episode(
                name: EpisodeName(
                    purpose: .training, generation: 1, candidate: 0, repetition: repetition),
                trackSeed: .max - UInt64(repetition / 2)),
            outcome: EpisodeOutcome(
                episodeReturn: value, steps: 100, tilesVisited: 7, trackTiles: 300, end: end),
            driver: EpisodeDriver(name: "\(host)/\(repetition)", fingerprint: "cpu"), seconds: 4,
            coreSeconds: coreSeconds)
    }

    private func run() throws -> (TemporaryDirectory, RunStore) {
        let scratch = try TemporaryDirectory()
        let store = try RunStore(RunDirectory(path: scratch.path), holder: "test")
        try store.append(
            [
                result(0, 100), result(1, 300), result(2, -20, end: .leftPlayfield),
                result(3, .nan, end: .setAside, host: "venus", coreSeconds: nil),
            ], arrived: Self.noon)
        return (scratch, store)
    }

    @Test func `each view answers`() throws {
        let run = try SmallRun()
        let reader = try RunReader(run.directory)
        for (name, _) in SchemaViews.all {
            let query = "SELECT count(*) FROM \(name)"
            let count = try reader.read { try Int.fetchOne($0, sql: query) }
            let isEmpty = ["loss_curve", "contradictions"].contains(name)
            #expect((count == 0) == isEmpty, "\(name): \(count ?? -1) rows")
        }
        let steps = try reader.read {
            try Int.fetchAll($0, sql: "SELECT total_steps FROM learning_curve")
        }
        #expect(steps == [400, 800, 1200])
    }

    @Test func `views give seeds as the program takes them, and hard tracks first`() throws {
        let (scratch, store) = try run()
        try withExtendedLifetime(scratch) {
            let rows = try store.reader.read {
                try Row.fetchAll(
                    $0, sql: "SELECT track, mean_return, laps_completed, other FROM track_returns")
            }
            #expect(rows.map { $0["track"] as String } == ["\(UInt64.max - 1)", "\(UInt64.max)"])
            #expect(rows.map { $0["mean_return"] as Double } == [-20.0, 200])
            #expect(rows.map { $0["laps_completed"] as Int } == [0, 2])
            #expect(rows.map { $0["other"] as Int } == [1, 0])
            let seeds = try store.reader.read {
                try String.fetchAll($0, sql: "SELECT DISTINCT track FROM rollout_list ORDER BY 1")
            }
            #expect(seeds == ["\(UInt64.max - 1)", "\(UInt64.max)"])
        }
    }

    @Test func `the time of a host is that of its cores, as far as it was measured`() throws {
        let (scratch, store) = try run()
        try withExtendedLifetime(scratch) {
            let rows = try store.reader.read {
                try Row.fetchAll($0, sql: "SELECT * FROM time_by_host")
            }
            #expect(rows.map { $0["host"] as String } == ["mars", "venus"])
            #expect(rows.map { $0["processes"] as Int } == [3, 1])
            #expect(rows.map { $0["core_seconds"] as Double? } == [1.5, nil])
            #expect(rows.map { $0["measured_steps"] as Int } == [300, 0])
            #expect(rows.map { $0["steps_per_core_second"] as Double? } == [200.0, nil])
        }
    }

    @Test func `the program's own summary of the tracks is that of the view`() throws {
        let (scratch, store) = try run()
        try withExtendedLifetime(scratch) {
            let tracks = try store.reader.tracks()
            #expect(tracks.map(\.seed) == [.max - 1, .max])
            #expect(tracks.map(\.mean) == [-20, 200])
            #expect(tracks.map(\.rollouts) == [2, 2] && tracks.map(\.returns) == [1, 2])
            #expect(tracks[0].standardDeviation.isNaN)
            #expect(abs(tracks[1].standardDeviation - 141.4213562) < 1e-6)
            #expect(tracks[0].ends == [.leftPlayfield: 1, .setAside: 1])
            #expect(tracks[1].worst == 100 && tracks[1].best == 300)
            #expect(try store.reader.tracks(purpose: .evaluation).isEmpty)
            #expect(try store.reader.tracks(generation: 2).isEmpty)
            #expect(try store.reader.generations(of: .training) == [1])
        }
    }

    @Test func `a view of another program is made anew, and a table of its name stays`() throws {
        let run = try SmallRun(generations: 1)
        try DatabaseQueue(path: run.directory.database.path).writeWithoutTransaction {
            try $0.execute(
                sql: """
                    DROP VIEW learning_curve; CREATE VIEW learning_curve AS SELECT 7 AS seven;
                    DROP VIEW rollout_list; CREATE TABLE rollout_list (mine INTEGER);
                    DROP VIEW loss_curve
                    """)
        }
        let store = try RunStore(run.directory, holder: "test")
        func number(_ query: String) throws -> Int? {
            try store.reader.read { try Int.fetchOne($0, sql: query) }
        }
        #expect(try number("SELECT generation FROM learning_curve") == 1)
        #expect(try number("SELECT count(mine) FROM rollout_list") == 0)
        #expect(try number("SELECT count(*) FROM loss_curve") == 0)
    }

    @Test func `whoever opens a run leaves today's views as they are`() throws {
        let run = try SmallRun(generations: 1)
        let queue = try DatabaseQueue(path: run.directory.database.path)
        // It goes with its view.
        try queue.writeWithoutTransaction { database in
            for (name, _) in SchemaViews.all {
                try database.execute(
                    sql: """
                        CREATE TRIGGER mark_\(name) INSTEAD OF INSERT ON \(name)
                        BEGIN SELECT 1; END
                        """)
            }
        }
        _ = try RunStore(run.directory, holder: "test")
        let marks = try queue.read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'")
        }
        #expect(marks == SchemaViews.all.count)
    }

    @Test func `a step to come can rename what views speak of`() throws {
        let run = try SmallRun(generations: 1)
        var migrator = Schema.migrator
        Schema.add(
            "later",
            """
            CREATE TABLE new_events (id INTEGER PRIMARY KEY, time TEXT NOT NULL, kind TEXT NOT NULL,
                message TEXT NOT NULL, host TEXT) STRICT;
            INSERT INTO new_events (id, time, kind, message) SELECT * FROM events;
            DROP TABLE events;
            ALTER TABLE new_events RENAME TO events
            """, to: &migrator)
        let reader = try RunReader(run.directory, migrator: migrator)
        #expect(try reader.events().map(\.message) == ["generation 1"])
    }

    @Test func `each table and column has a note, in the order of the columns`() throws {
        let run = try SmallRun(generations: 1)
        try RunReader(run.directory).read { database in
            let tables = try String.fetchAll(
                database,
                sql: """
                    SELECT name FROM sqlite_master
                    WHERE type = 'table' AND name NOT IN ('grdb_migrations') ORDER BY name
                    """)
            #expect(SchemaNotes.tables.map(\.name).sorted() == tables)
            for table in SchemaNotes.tables {
                let columns = try String.fetchAll(
                    database, sql: "SELECT name FROM pragma_table_info(?)",
                    arguments: [table.name])
                #expect(table.columns.map(\.key) == columns, "\(table.name)")
            }
            let note = try String.fetchOne(
                database,
                sql: """
                    SELECT note FROM column_notes
                    WHERE object = 'rollouts' AND column_name = 'track_seed'
                    """)
            #expect(note?.contains("printf('%u', track_seed)") == true)
        }
    }

    /// `RECORD_SCHEMA=1 swift test --filter SchemaTests` writes the page anew.
    @Test func `the page is that of today's schema`() throws {
        let page = SchemaNotes.page
        if ProcessInfo.processInfo.environment["RECORD_SCHEMA"] != nil {
            try page.write(to: Self.page, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: Self.page, encoding: .utf8) == page)
    }

    @Test func `copies that came second are kept by generation, and count for nothing`() throws {
        let run = try SmallRun(generations: 1)
        let store = try RunStore(run.directory, holder: "test")
        let before = try store.reader.workers()
        func copy(_ generation: Int, _ purpose: Purpose) -> CopyRecord {
            CopyRecord(
                EpisodeName(
                    purpose: purpose, generation: generation, candidate: 1, repetition: 2),
                by: EpisodeDriver(name: "mars/7", fingerprint: "cpu", core: 3), seconds: 2.5,
                arrived: Self.noon)
        }
        for record in [copy(1, .training), copy(2, .training), copy(1, .evaluation)] {
            try store.record(record)
        }
        #expect(
            try store.reader.copies(generation: 1, purpose: .training) == [copy(1, .training)])
        #expect(try store.reader.copies(generation: 3, purpose: .training).isEmpty)
        #expect(try store.reader.workers() == before)
        try store.reader.verify()
        try store.queue.write { try $0.execute(sql: "UPDATE copies SET core = -1") }
        let error = #expect(throws: RunStoreError.self) {
            _ = try store.reader.copies(generation: 1, purpose: .training)
        }
        #expect(error?.description.contains("copies: core is -1") == true)
    }

    @Test func `the best candidate is kept, and one without the best return is found`() throws {
        let run = try SmallRun(generations: 1)
        let best = BestCandidate(generation: 2, candidate: 1, parameters: [1.5, -0.0, .ulpOfOne])
        do {
            let store = try RunStore(run.directory, holder: "test")
            var record = GenerationRecord(
                generation: 2, candidates: 2, tracks: 1, finished: Self.noon)
            record.best = 2
            record.stateDigest = try #require(try store.reader.lastGeneration()).stateDigest
            try store.finish(
                record, meanReturns: [1, 2], state: SmallRun.state(1), best: best)
            #expect(try store.reader.bestCandidate(generation: 2) == best)
            #expect(try store.reader.bestCandidate(generation: 1) == nil)
            try store.reader.verify()
        }
        try DatabaseQueue(path: run.directory.database.path).writeWithoutTransaction {
            try $0.execute(sql: "UPDATE best_candidates SET candidate = 0")
        }
        let error = #expect(throws: RunStoreError.self) { try RunReader(run.directory).verify() }
        #expect(error?.description.contains("best_candidates") == true)
    }
}
