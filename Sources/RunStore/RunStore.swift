// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Foundation
import GRDB

/// The writing side of a run's database; at most one exists for a run at a time.
///
/// It holds the run's lock. Each method is one transaction: it is in the database whole, or not at
/// all. The journal is a write-ahead log: what a method wrote survives the death of the process;
/// the end of a generation also survives the loss of power (`synchronous = FULL`).
package final class RunStore: Sendable {
    /// A place where a crash can be rehearsed.
    package struct WritePoint: Sendable, Hashable {
        package enum Write: String, Sendable, CaseIterable {
            /// The run's settings and the optimiser's first state.
            case creation
            case rollouts
            /// A generation's row and the optimiser's next state.
            case generation
            case evaluation
        }
        package let write: Write
        /// Whether the transaction has been committed.
        package let committed: Bool
    }

    package let directory: RunDirectory
    package let reader: RunReader
    let queue: DatabaseQueue
    private let lock: RunLock
    private let rehearse: @Sendable (WritePoint) throws -> Void

    /// Opens the run's database, creating or migrating it as needed.
    ///
    /// `holder` is a line about this process, told to whoever finds the run locked; `waiting` is
    /// told of another program that keeps the database locked, for which every method waits;
    /// `rehearse` is called around each write, and what it throws stands for a crash there (tests).
    package convenience init(
        _ directory: RunDirectory, holder: String,
        rehearse: @escaping @Sendable (WritePoint) throws -> Void = { _ in },
        waiting: @escaping @Sendable (RunStoreError) -> Void = { _ in }
    ) throws {
        let path = directory.database.path(percentEncoded: false)
        try self.init(
            directory, holder: holder, wait: LockWait(path: path, tell: waiting),
            rehearse: rehearse)
    }

    init(
        _ directory: RunDirectory, holder: String, wait: LockWait,
        rehearse: @escaping @Sendable (WritePoint) throws -> Void
    ) throws {
        try directory.create()
        self.directory = directory
        self.rehearse = rehearse
        lock = try RunLock(directory, holder: holder)
        let path = directory.database.path(percentEncoded: false)
        queue = try namingErrors(of: path) {
            let busyMode = Database.BusyMode.callback { tries in
                wait.wait(tries: tries)
                return true
            }
            var configuration = Configuration()
            configuration.busyMode = busyMode
            configuration.label = "run"
            // What is refused stays as it is, its kind of journal too.
            if directory.holdsRun {
                let found = try DatabaseQueue(path: path, configuration: configuration)
                _ = try DatabaseCheck(directory: directory, migrator: Schema.migrator)
                    .readable(found)
            }
            configuration.journalMode = .wal
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try Schema.migrator.migrate(queue)
            try queue.write(SchemaViews.refresh)
            return queue
        }
        reader = RunReader(queue: queue, path: path)
    }

    /// Begins a run: its settings and the optimiser's state before the first generation.
    ///
    /// It takes the place of one that was begun before, which must have no results.
    package func begin(
        identifier: String, program: String, settings: [(name: String, value: String)],
        state: Data, created: Date
    ) throws {
        let holdsResults = try reader.holdsResults()
        precondition(!holdsResults, "a run with results was begun again")
        try write(.creation, durable: true) { database in
            for table in ["run", "settings", "optimiser_state"] {
                try database.execute(sql: "DELETE FROM \(table)")
            }
            // The only row of its table gets the number 1.
            try RunIdentity(identifier: identifier, program: program, created: created)
                .insert(database)
            for (position, setting) in settings.enumerated() {
                try SettingRow(position: position, name: setting.name, value: setting.value)
                    .insert(database)
            }
            try OptimiserState(generation: 0, state: state).insert(database)
        }
    }

    /// One transaction with its rehearsed crashes, on disk before it returns where asked.
    func write(
        _ write: WritePoint.Write?, durable: Bool = false, _ body: (Database) throws -> Void
    ) throws {
        try namingErrors(of: reader.path) {
            try queue.writeWithoutTransaction { database in
                if durable { try database.execute(sql: "PRAGMA synchronous = FULL") }
                defer { if durable { try? database.execute(sql: "PRAGMA synchronous = NORMAL") } }
                try database.inTransaction(.immediate) {
                    try body(database)
                    if let write { try rehearse(WritePoint(write: write, committed: false)) }
                    return .commit
                }
                if let write { try rehearse(WritePoint(write: write, committed: true)) }
            }
        }
    }
}
