// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import GRDB
import TestSupport
import Testing

@testable import RunStore

/// Databases made to trap, to hold or to mislead whoever opens them.
struct HostileDatabaseTests {
    /// A run that something else has changed.
    private func run(_ change: String) throws -> SmallRun {
        let run = try SmallRun(generations: 1)
        try DatabaseQueue(path: run.directory.database.path).writeWithoutTransaction {
            try SchemaViews.drop($0)
            try $0.execute(sql: "PRAGMA foreign_keys = OFF; \(change)")
        }
        return run
    }

    private static let endless = """
        AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
        SELECT i AS id, '2027-01-15T08:00:00.125Z' AS time, 'k' AS kind, 'm' AS message FROM n
        """

    @Test(arguments: [
        ("DROP TABLE events; CREATE VIEW events \(endless)", "its events is a view, not a table"),
        (
            "DROP TABLE grdb_migrations; CREATE VIEW grdb_migrations \(endless)",
            "its grdb_migrations is a view, not a table"
        ),
        ("DROP TABLE Events; CREATE VIEW EVENTS \(endless)", "its EVENTS is a view, not a table"),
        (
            "DROP TABLE losses; CREATE VIRTUAL TABLE losses USING fts5(model)",
            "its losses is a virtual table"
        ),
        (
            "CREATE TRIGGER t AFTER INSERT ON rollouts BEGIN DELETE FROM rollouts; END",
            "its table rollouts has the trigger t"
        ),
        ("DROP TABLE losses", "it has no table losses"),
        ("ALTER TABLE events DROP COLUMN kind", "its table events has no column kind"),
        (
            """
            ALTER TABLE events DROP COLUMN kind;
            ALTER TABLE events ADD COLUMN kind TEXT AS (hex(message))
            """, "its column kind of events is not of this program's making"
        ),
        (
            """
            CREATE TABLE e AS SELECT * FROM evaluations; DROP TABLE evaluations;
            ALTER TABLE e RENAME TO evaluations
            """, "its column generation of evaluations is not of this program's making"
        ),
        ("DROP TABLE grdb_migrations", ""),
    ])
    func `tables that are not the program's are refused by name, unread and unchanged`(
        change: String, reason: String
    ) throws {
        let run = try run(change)
        let before = try Data(contentsOf: run.directory.database)
        for open in [
            { _ = try RunReader(run.directory) },
            { _ = try RunStore(run.directory, holder: "test") },
        ] {
            let error = try #require(throws: RunStoreError.self) { try open() }
            if case .noRun(run.directory.path, let reason) = error {
                #expect(reason == "run.sqlite is a database of another program")
            } else {
                #expect(
                    error == .damaged(path: run.directory.database.path, reason: reason))
            }
        }
        #expect(try Data(contentsOf: run.directory.database) == before)
    }

    @Test(arguments: [
        ("generations", "generation", "9223372036854775807"), ("generations", "steps", "-1"),
        ("generations", "steps", "9223372036854775807"), ("generations", "candidates", "0"),
        ("generations", "tracks", "4611686018427387904"), ("generations", "mean", "1e300"),
        ("generations", "elapsed", "1e300"), ("generations", "sigma", "-1e999"),
        ("optimiser_state", "generation", "9223372036854775807"),
        ("evaluations", "mean", "-1e200"), ("evaluations", "episodes", "-5"),
        ("rollouts", "steps", "-9223372036854775808"), ("rollouts", "seconds", "1e999"),
        ("workers", "rollouts", "-1"), ("rollouts", "info", "'[1]'"), ("rollouts", "info", "'x'"),
        ("rollouts", "dream_temperature", "-1"), ("rollouts", "dream_temperature", "1e9"),
    ])
    func `a number that the program never writes is named`(
        table: String, column: String, value: String
    ) throws {
        var change = "UPDATE \(table) SET \(column) = \(value)"
        if table == "optimiser_state" { change += " WHERE generation = 1" }
        let run = try run(change)
        let error = try #require(throws: RunStoreError.self) {
            _ = try SmallRun.content(RunReader(run.directory))
        }
        guard case .badRow(run.directory.database.path, let detail) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(detail.contains(table) && detail.contains(column), "\(detail)")
    }

    @Test(arguments: [
        ("hard_tracks", "-1, 0.5, 1, 1", "track_seed"),
        ("hard_tracks", "1, 1.5, 1, 1", "difficulty"),
        ("hard_tracks", "1, -0.5, 1, 1", "difficulty"), ("hard_tracks", "1, 0.5, 0, 1", "driven"),
        ("best_candidates", "1, -1, x'00000000', NULL", "candidate"),
        ("best_candidates", "1, 0, x'00000000', x'00'", "doubles"),
        ("best_candidates", "1, 0, x'0000', NULL", "parameters"),
    ])
    func `a row that the program never keeps is named`(
        table: String, values: String, column: String
    ) throws {
        let run = try run("INSERT INTO \(table) VALUES (\(values))")
        let reader = try RunReader(run.directory)
        let error = try #require(throws: RunStoreError.self) {
            _ = try reader.hardTracks()
            _ = try reader.bestCandidate(generation: 1)
        }
        guard case .badRow(_, let detail) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(detail.contains(table) && detail.contains(column), "\(detail)")
    }

    @Test func `an endless query is interrupted, and the next one is not`() throws {
        let run = try SmallRun(generations: 1)
        let reader = try RunReader(
            run.directory, migrator: Schema.migrator, limits: ReadLimits(duration: .zero))
        let endless =
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
        #expect(
            throws: RunStoreError.excessive(path: reader.path, detail: "a query takes too long")
        ) {
            try reader.read { try Int.fetchOne($0, sql: endless) }
        }
        #expect(try reader.events().count == 1)
    }

    @Test func `a table of more rows than any run has is refused by name`() throws {
        let run = try SmallRun(generations: 3)
        func reader(rows: Int) throws -> RunReader {
            try RunReader(
                run.directory, migrator: Schema.migrator, limits: ReadLimits(rows: rows))
        }
        #expect(try reader(rows: 3).events().count == 3)
        let error = try #require(throws: RunStoreError.self) { try reader(rows: 2).events() }
        #expect(error.description.hasSuffix("events has more than 2 rows"))
    }

    @Test func `texts come without what a terminal obeys, whoever has written them`() throws {
        let forged = "x' || char(27) || '[2K' || char(13) || 'best"
        let run = try run(
            """
            UPDATE events SET message = '\(forged)'; UPDATE workers SET name = '\(forged)';
            UPDATE run SET program = '\(forged)'; UPDATE settings SET value = '\(forged)';
            """)
        let reader = try RunReader(run.directory)
        let shown = "x\\u{1b}[2K\\u{d}best"
        #expect(try reader.events().map(\.message) == [shown])
        #expect(try reader.workers().map(\.name) == [shown])
        #expect(try reader.identity()?.program == shown)
        #expect(try reader.settings().map(\.value) == [shown])
        #expect(
            try reader.rollouts(generation: 1, purpose: .training).allSatisfy {
                $0.driver.name == shown && $0.outcome.steps == 100
            })
    }

    @Test func `a newer program's database is refused with the step it has and who began it`()
        throws
    {
        let run = try run("INSERT INTO grdb_migrations VALUES ('9 (7.0.0): colours')")
        for open in [
            { _ = try RunReader(run.directory) },
            { _ = try RunStore(run.directory, holder: "test") },
        ] {
            #expect(
                throws: RunStoreError.newerFormat(
                    path: run.directory.database.path, step: "9 (7.0.0): colours",
                    program: "worldmodels 0.0.1")
            ) { try open() }
        }
    }

    @Test func `what is there in a run's place is said`() throws {
        let scratch = try TemporaryDirectory()
        func reason(_ name: String) throws -> String? {
            let directory = RunDirectory(path: scratch.file(name).path)
            let error = try #require(throws: RunStoreError.self) { try RunReader(directory) }
            guard case .noRun(directory.path, let reason) = error else { return "\(error)" }
            return reason
        }
        #expect(try reason("none") == "there is no such directory")
        try Data().write(to: scratch.file("file"))
        #expect(try reason("file") == "run.sqlite is missing")
        try RunDirectory(path: scratch.file("bare").path).create()
        #expect(try reason("bare") == "run.sqlite is missing")
        try Data().write(to: scratch.file("bare/run.sqlite"))
        #expect(try reason("bare") == "run.sqlite is empty")
        try RunDirectory(path: scratch.file("odd/run.sqlite").path).create()
        #expect(try reason("odd") == "run.sqlite is no file")
        // What cannot be looked at is not said to be missing.
        let long = RunDirectory(path: scratch.file(String(repeating: "x", count: 300)).path)
        let problem = String(cString: strerror(ENAMETOOLONG))
        #expect(throws: RunStoreError.unreadable(path: long.path, reason: problem)) {
            try RunReader(long)
        }
    }
}
