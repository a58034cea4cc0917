// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import Foundation
import GRDB

/// The reading side of a run's database: every query, of a finished run or of one under way.
///
/// The file may be damaged or made by somebody else: what is not as this program writes it is an
/// error, and no query is without end.
package struct RunReader: Sendable {
    private let queue: DatabaseQueue
    /// The database in its own form, where `queue` has a copy in today's.
    let source: DatabaseQueue
    /// The database file.
    package let path: String
    private let limits: ReadLimits

    init(
        queue: DatabaseQueue, source: DatabaseQueue? = nil, path: String,
        limits: ReadLimits = ReadLimits()
    ) {
        self.queue = queue
        self.source = source ?? queue
        self.path = path
        self.limits = limits
    }

    /// Opens a run for reading only; a coordinator may be writing to it meanwhile.
    ///
    /// - Parameters:
    ///   - directory: The run.
    ///   - checksPages: Whether the whole file is read through first: without that damage is found
    ///     by the query that meets it.
    /// - Throws: `RunStoreError`.
    package init(_ directory: RunDirectory, checksPages: Bool = true) throws {
        try self.init(directory, migrator: Schema.migrator, checksPages: checksPages)
    }

    init(
        _ directory: RunDirectory, migrator: DatabaseMigrator, limits: ReadLimits = ReadLimits(),
        checksPages: Bool = true
    ) throws {
        let path = directory.database.path(percentEncoded: false)
        let queue = try Self.open(directory)
        let readable = try namingErrors(of: path, isReading: true) {
            var check = DatabaseCheck(directory: directory, migrator: migrator, limits: limits)
            check.checksPages = checksPages
            return try check.readable(queue)
        }
        guard let readable else {
            throw RunStoreError.noRun(path: directory.path, reason: "run.sqlite is empty")
        }
        self.init(queue: readable, source: queue, path: path, limits: limits)
    }

    /// Opens the database itself, in whatever form it is.
    private static func open(_ directory: RunDirectory) throws -> DatabaseQueue {
        try directory.requireRun()
        let path = directory.database.path(percentEncoded: false)
        return try namingErrors(of: path, isReading: true) {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(10)
            configuration.label = "run (reading)"
            let location = Self.location(path, writable: directory.isWritable)
            do {
                return try DatabaseQueue(path: location, configuration: configuration)
            } catch let error as DatabaseError
                where error.resultCode == .SQLITE_CANTOPEN && location == path
                && !directory.isWritable
            {
                throw RunStoreError.unreadable(
                    path: path,
                    reason: "what it has in run.sqlite-wal can only be read where the directory can"
                        + " be written")
            }
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
        try namingErrors(of: path, isReading: true) {
            try queue.read { try limits.apply(to: $0, query) }
        }
    }

    /// Reads the rows of a record's table that a clause of SQL selects and orders.
    ///
    /// A column that is missing, NULL where it must not be, of another type or out of its range is a
    /// `RunStoreError.badRow`. Texts come printable, whoever has written them.
    func rows<Record: TableRow>(
        _ clause: String = "", _ arguments: StatementArguments = [],
        as _: Record.Type = Record.self
    ) throws -> [Record] {
        let table = Record.databaseTableName
        func bad(_ detail: String) -> RunStoreError {
            .badRow(path: path, detail: "\(table): \(detail.printable)")
        }
        return try read { database in
            let cursor = try Row.fetchCursor(
                database, sql: "SELECT * FROM \(table) \(clause)", arguments: arguments)
            var records: [Record] = []
            do {
                while let row = try cursor.next() {
                    guard records.count < limits.rows else {
                        throw RunStoreError.excessive(
                            path: path, detail: "\(table) has more than \(limits.rows) rows")
                    }
                    // Decoded from copies: what comes straight from SQLite is converted, not
                    // checked.
                    let record = try Record(row: row.printable())
                    if let fault = record.fault { throw bad(fault) }
                    records.append(record)
                }
                return records
            } catch let error as RowDecodingError {
                // The column comes first in its description, then the row's values and the query.
                let text = error.description.prefix { $0 != "\n" }
                let end = text.range(of: "row: [")?.lowerBound ?? text.endIndex
                throw bad(text[..<end].trimmingCharacters(in: [" ", ",", "-"]))
            } catch let error as DecodingError {
                throw bad("\(error)")
            }
        }
    }
}

extension Row {
    /// A copy whose texts can be shown.
    fileprivate func printable() -> Row {
        let copy = self.copy()
        let isPrintable = copy.allSatisfy { _, value in
            guard case .string(let text) = value.storage else { return true }
            return text.printable == text
        }
        if isPrintable { return copy }
        return Row(
            Dictionary(
                copy.map { column, value in
                    guard case .string(let text) = value.storage else { return (column, value) }
                    return (column, text.printable.databaseValue)
                }, uniquingKeysWith: { first, _ in first }))
    }
}

extension RunDirectory {
    fileprivate var isWritable: Bool {
        FileManager.default.isWritableFile(atPath: url.path(percentEncoded: false))
    }
}
