// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import Foundation
import GRDB

/// What is checked of a database before anything of it is believed.
///
/// A file may have been made by another program, changed by hand, copied while it was written, or
/// made to trap whoever reads it.
struct DatabaseCheck {
    let directory: RunDirectory
    let migrator: DatabaseMigrator
    var limits = ReadLimits()
    /// Whether SQLite reads all pages, which takes seconds where there are gigabytes.
    var checksPages = true

    /// A run's database with the tables of today, nil for one without a table.
    ///
    /// That of an older program stays as it is: a copy in memory gets the tables.
    ///
    /// - Throws: `RunStoreError`.
    func readable(_ queue: DatabaseQueue) throws -> DatabaseQueue? {
        let form = try queue.read { try limits.apply(to: $0) { try self.form(of: $0) } }
        if form == .empty { return nil }
        var readable = queue
        if form == .older {
            readable = try DatabaseQueue()
            try queue.backup(to: readable)
            try migrator.migrate(readable)
        }
        try readable.read(requireTables)
        return readable
    }

    private enum Form {
        case empty
        case older
        case current
    }

    /// Tells what can be read or brought up to date, and refuses all else.
    private func form(of database: Database) throws -> Form {
        let objects = try objects(of: database)
        guard !objects.isEmpty else { return .empty }
        // First of all: with a view in a table's place every query runs what the file says.
        let tables = try Set(expectedColumns().keys)
        for object in objects {
            if let fault = object.fault(tables: tables) { throw damaged(fault) }
        }
        let hasSteps = objects.contains { $0.name == "grdb_migrations" }
        let applied = try hasSteps ? migrator.appliedIdentifiers(database) : []
        guard !applied.isEmpty else {
            throw RunStoreError.noRun(
                path: directory.path, reason: "run.sqlite is a database of another program")
        }
        if let step = applied.subtracting(migrator.migrations).max() {
            throw RunStoreError.newerFormat(
                path: path, step: step.printable, program: try? program(of: database))
        }
        if checksPages {
            let report = try String.fetchOne(database, sql: "PRAGMA quick_check(1)")
            if let report, report != "ok" { throw damaged(report) }
        }
        return try migrator.hasCompletedMigrations(database) ? .current : .older
    }

    private var path: String { directory.database.path(percentEncoded: false) }

    /// Refuses a database that lacks a table, a column or a key that this program needs.
    private func requireTables(_ database: Database) throws {
        for (table, columns) in try expectedColumns().sorted(by: { $0.key < $1.key }) {
            let found = try Self.columns(of: table, in: database)
            guard !found.isEmpty else { throw damaged("it has no table \(table)") }
            for (name, column) in columns.sorted(by: { $0.key < $1.key }) {
                guard let other = found[name] else {
                    throw damaged("its table \(table) has no column \(name)")
                }
                guard other == column else {
                    throw damaged("its column \(name) of \(table) is not of this program's making")
                }
            }
        }
    }

    private func damaged(_ reason: String) -> RunStoreError {
        .damaged(path: path, reason: reason.replacing("\n", with: " ").printable)
    }

    /// Which program began the run, for whoever has to find one that can read it.
    private func program(of database: Database) throws -> String? {
        try String.fetchOne(database, sql: "SELECT program FROM run")?.printable
    }

    // MARK: What is there, and what should be

    private struct SchemaObject: FetchableRecord {
        let type: String
        let name: String
        let table: String
        let isVirtual: Bool

        init(row: Row) {
            func text(_ column: Int) -> String {
                String.fromDatabaseValue(row[column] as DatabaseValue) ?? ""
            }
            (type, name, table) = (text(0), text(1), text(2).lowercased())
            isVirtual = text(3).uppercased().hasPrefix("CREATE VIRTUAL")
        }

        func fault(tables: Set<String>) -> String? {
            switch type {
            case "table" where isVirtual && tables.contains(name.lowercased()):
                "its \(name) is a virtual table"
            case "view" where tables.contains(name.lowercased()):
                "its \(name) is a view, not a table"
            case "trigger" where tables.contains(table):
                "its table \(table) has the trigger \(name)"
            default: nil
            }
        }
    }

    private func objects(of database: Database) throws -> [SchemaObject] {
        try SchemaObject.fetchAll(
            database, sql: "SELECT type, name, tbl_name, sql FROM sqlite_master")
    }

    private struct Column: Equatable {
        /// Its place in the primary key from 1, or 0.
        var key: Int
        /// Whether it is stored, not computed by an expression of the file's.
        var isStored: Bool
    }

    /// The columns of each table as the migrations make them.
    private func expectedColumns() throws -> [String: [String: Column]] {
        let queue = try DatabaseQueue()
        try migrator.migrate(queue)
        return try queue.read { database in
            let tables = try objects(of: database).filter { $0.type == "table" }.map(\.name)
            return try Dictionary(
                uniqueKeysWithValues: tables.map { ($0, try Self.columns(of: $0, in: database)) })
        }
    }

    private static func columns(of table: String, in database: Database) throws -> [String: Column]
    {
        let rows = try Row.fetchAll(
            database, sql: "SELECT name, pk, hidden FROM pragma_table_xinfo(?)", arguments: [table])
        return Dictionary(
            rows.map { ($0["name"], Column(key: $0["pk"], isStored: $0["hidden"] == 0)) },
            uniquingKeysWith: { first, _ in first })
    }
}
