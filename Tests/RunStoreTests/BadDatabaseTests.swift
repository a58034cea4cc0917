// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import GRDB
import TestSupport
import Testing

@testable import RunStore

struct BadDatabaseTests {
    @Test func `a directory without a run is named`() throws {
        let scratch = try TemporaryDirectory()
        let directory = RunDirectory(path: scratch.file("run").path)
        let reason = "there is no such directory"
        #expect(throws: RunStoreError.noRun(path: directory.path, reason: reason)) {
            try RunReader(directory)
        }
        #expect(!FileManager.default.fileExists(atPath: directory.path))
    }

    @Test func `a file that is no database is named`() throws {
        let scratch = try TemporaryDirectory()
        let directory = RunDirectory(path: scratch.file("run").path)
        try directory.create()
        try Data(repeating: 0x41, count: 5000).write(to: directory.database)
        let path = directory.database.path
        for open in [
            { _ = try RunReader(directory) }, { _ = try RunStore(directory, holder: "test") },
        ] {
            let error = try #require(throws: RunStoreError.self) { try open() }
            guard case .damaged(path, _) = error else {
                Issue.record("\(error)")
                continue
            }
        }
    }

    @Test func `a database that has not begun is no run`() throws {
        let scratch = try TemporaryDirectory()
        let directory = RunDirectory(path: scratch.file("run").path)
        try directory.create()
        try Data().write(to: directory.database)
        let reason = "run.sqlite is empty"
        #expect(throws: RunStoreError.noRun(path: directory.path, reason: reason)) {
            try RunReader(directory)
        }
    }

    @Test func `an older program's database is read in today's form, and stays as it is`() throws {
        let scratch = try TemporaryDirectory()
        let directory = RunDirectory(path: scratch.path)
        let store = try RunStore(directory, holder: "test")
        try store.record(EventRecord(time: Date(), kind: "k", message: "m"))
        var migrator = Schema.migrator
        migrator.registerMigration("later") { database in
            try database.execute(sql: "ALTER TABLE events ADD COLUMN note TEXT DEFAULT 'none'")
        }
        let reader = try RunReader(directory, migrator: migrator)
        #expect(try reader.events().map(\.message) == ["m"])
        let note = "SELECT note FROM events"
        #expect(try reader.read { try String.fetchOne($0, sql: note) } == "none")
        #expect(throws: RunStoreError.self) {
            try store.reader.read { try String.fetchOne($0, sql: note) }
        }
    }

    @Test func `a directory that cannot be made is named`() throws {
        let directory = RunDirectory(path: "/proc/no-such-place/run")
        let error = try #require(throws: RunStoreError.self) {
            try RunStore(directory, holder: "test")
        }
        guard case .unwritable(directory.path, _) = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test func `a reader is told that it cannot read, not that it cannot write`() throws {
        let scratch = try TemporaryDirectory()
        let directory = RunDirectory(path: scratch.path)
        try RunStore(directory, holder: "test").record(
            EventRecord(time: Date(), kind: "k", message: "m"))
        let path = directory.database.path
        try FileManager.default.createDirectory(
            atPath: path + "-wal", withIntermediateDirectories: true)
        let error = try #require(throws: RunStoreError.self) { try RunReader(directory) }
        guard case .unreadable(path, _) = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test func `each message is one line that names the path`() {
        let errors: [RunStoreError] = [
            .noRun(path: "p", reason: "r"), .notBegun(path: "p", holds: "h"),
            .unreadable(path: "p", reason: "r"),
            .busy(path: "p", holder: "h"), .excessive(path: "p", detail: "d"),
            .unwritable(path: "p", reason: "r"),
            .locked(path: "p", holder: "h"), .diskFull(path: "p"),
            .damaged(path: "p", reason: "r"), .newerFormat(path: "p", step: "s", program: "r"),
            .badRow(path: "p", detail: "d"), .failed(path: "p", reason: "r"),
        ]
        for error in errors {
            #expect(error.description.hasPrefix("p: ") && !error.description.contains("\n"))
        }
    }
}
