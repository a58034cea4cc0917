// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import GRDB

/// The reading side of a run's database: every query, of a finished run or of one under way.
package struct RunReader: Sendable {
    private let queue: DatabaseQueue
    /// The database file.
    package let path: String

    init(queue: DatabaseQueue, path: String) {
        self.queue = queue
        self.path = path
    }

    /// Opens a run for reading only; a coordinator may be writing to it meanwhile.
    package init(_ directory: RunDirectory) throws {
        try self.init(directory, migrator: Schema.migrator)
    }

    init(_ directory: RunDirectory, migrator: DatabaseMigrator) throws {
        guard directory.holdsRun else { throw RunStoreError.noRun(path: directory.path) }
        let path = directory.database.path(percentEncoded: false)
        self.path = path
        queue = try namingErrors(of: path) {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(10)
            configuration.label = "run (reading)"
            let queue = try DatabaseQueue(
                path: Self.location(path, writable: directory.isWritable),
                configuration: configuration)
            if try queue.read(migrator.hasBeenSuperseded) {
                throw RunStoreError.newerFormat(path: path)
            }
            if try queue.read(migrator.hasCompletedMigrations) { return queue }
            guard try !queue.read(migrator.appliedMigrations).isEmpty else {
                throw RunStoreError.noRun(path: directory.path)
            }
            // An older program's: a copy in memory gets the tables of today, the file stays.
            let copy = try DatabaseQueue()
            try queue.backup(to: copy)
            try migrator.migrate(copy)
            return copy
        }
    }

    /// The file's name for SQLite.
    ///
    /// A reader of a write-ahead log needs the shared index beside it. Where the directory cannot
    /// be written and holds no log (a finished run on a read-only disk), the file is declared
    /// unchanging instead.
    private static func location(_ path: String, writable: Bool) -> String {
        guard !writable, !FileManager.default.fileExists(atPath: path + "-wal") else {
            return path
        }
        let escaped = path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? path
        return "file:\(escaped)?immutable=1"
    }

    /// Answers a query, naming what goes wrong.
    func read<Answer>(_ query: (Database) throws -> Answer) throws -> Answer {
        try namingErrors(of: path) { try queue.read(query) }
    }

    /// Reads the rows of a record's table that a clause of SQL selects and orders.
    ///
    /// A column that is missing, NULL where it must not be, or of another type is a
    /// `RunStoreError.badRow`.
    func rows<Record: TableRow>(
        _ clause: String = "", _ arguments: StatementArguments = [],
        as _: Record.Type = Record.self
    ) throws -> [Record] {
        let table = Record.databaseTableName
        return try read { database in
            // Decoded from copies: what comes straight from SQLite is converted, not checked.
            let rows = try Row.fetchAll(
                database, sql: "SELECT * FROM \(table) \(clause)", arguments: arguments)
            do {
                return try rows.map { try Record(row: $0) }
            } catch let error as RowDecodingError {
                // The column comes first in its description, then the row's values and the query.
                let text = error.description.prefix { $0 != "\n" }
                let end = text.range(of: "row: [")?.lowerBound ?? text.endIndex
                let detail = text[..<end].trimmingCharacters(in: [" ", ",", "-"])
                throw RunStoreError.badRow(path: path, detail: "\(table): \(detail)")
            } catch let error as DecodingError {
                throw RunStoreError.badRow(path: path, detail: "\(table): \(error)")
            }
        }
    }
}

extension RunDirectory {
    fileprivate var isWritable: Bool {
        FileManager.default.isWritableFile(atPath: url.path(percentEncoded: false))
    }
}
