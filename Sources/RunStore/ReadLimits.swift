// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import GRDB
import GRDBSQLite

/// How much reading may cost before it is given up: no file can hold a process for ever, or fill its
/// memory.
struct ReadLimits: Sendable {
    /// Of one query.
    var duration: Duration = .seconds(60)
    /// Of one query's result; the largest table of a run in use is smaller.
    var rows = 1 << 22

    /// Answers a query, which SQLite interrupts when its time is over.
    func apply<Answer>(
        to database: Database, _ query: (Database) throws -> Answer
    ) rethrows -> Answer {
        let deadline = Deadline(end: .now + duration)
        // SQLite calls it after so many steps of its machine, about a millisecond. The deadline
        // outlives the calls, for the handler is taken away before it goes.
        sqlite3_progress_handler(
            database.sqliteConnection, 10_000,
            { context in
                guard let context else { return 1 }
                return Unmanaged<Deadline>.fromOpaque(context).takeUnretainedValue().isOver ? 1 : 0
            },
            Unmanaged.passUnretained(deadline).toOpaque())
        defer { sqlite3_progress_handler(database.sqliteConnection, 0, nil, nil) }
        return try withExtendedLifetime(deadline) { try query(database) }
    }

    private final class Deadline {
        private let end: ContinuousClock.Instant

        init(end: ContinuousClock.Instant) { self.end = end }

        var isOver: Bool { .now >= end }
    }
}
