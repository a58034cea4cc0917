// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import GRDB

/// What can go wrong between a run and its database.
package enum RunStoreError: Error, Equatable, CustomStringConvertible {
    case noRun(path: String)
    case unwritable(path: String, reason: String)
    case locked(path: String, holder: String)
    case diskFull(path: String)
    case damaged(path: String, reason: String)
    case newerFormat(path: String)
    /// A row lacks a value that the program always writes, or has one it never writes.
    case badRow(path: String, detail: String)
    case failed(path: String, reason: String)

    package var description: String {
        switch self {
        case .noRun(let path): "\(path): no run here (run.sqlite is missing)"
        case .unwritable(let path, let reason): "\(path): cannot be written (\(reason))"
        case .locked(let path, let holder):
            "\(path): another coordinator drives this run (\(holder))"
        case .diskFull(let path): "\(path): the disk is full; all that was stored is intact"
        case .damaged(let path, let reason): "\(path): not a readable run database (\(reason))"
        case .newerFormat(let path): "\(path): written by a newer worldmodels"
        case .badRow(let path, let detail):
            "\(path): \(detail); the database was changed by something else"
        case .failed(let path, let reason): "\(path): \(reason)"
        }
    }
}

/// Runs a piece of work on the database and names what SQLite says in this program's terms.
func namingErrors<Result>(of path: String, _ work: () throws -> Result) throws -> Result {
    do {
        return try work()
    } catch let error as DatabaseError {
        let reason = error.message ?? error.resultCode.description
        switch error.resultCode {
        case .SQLITE_FULL:
            throw RunStoreError.diskFull(path: path)
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN, .SQLITE_AUTH:
            throw RunStoreError.unwritable(path: path, reason: reason)
        case .SQLITE_NOTADB, .SQLITE_CORRUPT, .SQLITE_FORMAT:
            throw RunStoreError.damaged(path: path, reason: reason)
        default:
            throw RunStoreError.failed(path: path, reason: reason)
        }
    }
}
