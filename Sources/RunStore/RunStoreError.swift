// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import GRDB

/// What can go wrong between a run and its database.
package enum RunStoreError: Error, Equatable, CustomStringConvertible {
    case noRun(path: String, reason: String)
    /// There is a database, in which no run has begun; for people, what it has.
    case notBegun(path: String, holds: String)
    case unreadable(path: String, reason: String)
    case unwritable(path: String, reason: String)
    case locked(path: String, holder: String)
    case diskFull(path: String)
    case damaged(path: String, reason: String)
    /// Written by a newer program: a step of its form that is not known here, and the program that
    /// began the run.
    case newerFormat(path: String, step: String, program: String?)
    /// A row lacks a value that the program always writes, or has one it never writes.
    case badRow(path: String, detail: String)
    /// Another process has locked the database.
    case busy(path: String, holder: String)
    /// Reading would cost more than any run's database does.
    case excessive(path: String, detail: String)
    case failed(path: String, reason: String)

    package var description: String {
        switch self {
        case .noRun(let path, let reason): "\(path): no run here (\(reason))"
        case .notBegun(let path, let holds): "\(path): no run has begun here; it holds \(holds)"
        case .unreadable(let path, let reason): "\(path): cannot be read (\(reason))"
        case .unwritable(let path, let reason): "\(path): cannot be written (\(reason))"
        case .locked(let path, let holder):
            "\(path): another coordinator drives this run (\(holder))"
        case .diskFull(let path): "\(path): the disk is full; all that was stored is intact"
        case .damaged(let path, let reason): "\(path): not a readable run database (\(reason))"
        case .newerFormat(let path, let step, let program):
            "\(path): in the form of a newer program than \(Software.name) \(Software.version):"
                + " it has '\(step)'" + (program.map { "; the run was begun by \($0)" } ?? "")
        case .badRow(let path, let detail):
            "\(path): \(detail); the database was changed by something else"
        case .busy(let path, let holder):
            "\(path): another process keeps the database locked (\(holder))"
        case .excessive(let path, let detail): "\(path): \(detail)"
        case .failed(let path, let reason): "\(path): \(reason)"
        }
    }
}

/// Runs a piece of work on the database and names what SQLite says in this program's terms.
///
/// - Parameters:
///   - path: The database.
///   - isReading: Whether the work wants to read only.
///   - work: What is done.
/// - Returns: What the work gives.
/// - Throws: `RunStoreError` for what SQLite says, and what else the work throws.
func namingErrors<Result>(
    of path: String, isReading: Bool = false, _ work: () throws -> Result
) throws -> Result {
    do {
        return try work()
    } catch is RowDecodingError {
        throw RunStoreError.damaged(path: path, reason: "a table holds what no program writes")
    } catch let error as DatabaseError {
        let reason = error.message ?? error.resultCode.description
        switch error.resultCode {
        case .SQLITE_FULL:
            throw RunStoreError.diskFull(path: path)
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN, .SQLITE_AUTH:
            if isReading { throw RunStoreError.unreadable(path: path, reason: reason) }
            throw RunStoreError.unwritable(path: path, reason: reason)
        case .SQLITE_NOTADB, .SQLITE_CORRUPT, .SQLITE_FORMAT:
            throw RunStoreError.damaged(path: path, reason: reason)
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            throw RunStoreError.busy(path: path, holder: LockHolder.description(of: path))
        case .SQLITE_INTERRUPT:
            throw RunStoreError.excessive(path: path, detail: "a query takes too long")
        default:
            throw RunStoreError.failed(path: path, reason: reason)
        }
    }
}
