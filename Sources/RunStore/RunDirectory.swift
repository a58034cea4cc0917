// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Foundation

/// The places of a run's files: one run, one directory.
///
/// While a coordinator drives the run, copying the directory gives a torn database; `RunBackup`
/// copies it whole. When none does, a copy of the directory is a copy of the run.
package struct RunDirectory: Sendable, Hashable {
    package let url: URL

    /// A relative path starts at the working directory.
    package init(path: String) {
        url = URL(fileURLWithPath: path, isDirectory: true)
    }

    /// The path as a person would write it, without a closing slash.
    package var path: String {
        let path = url.path(percentEncoded: false)
        return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    /// Configuration, generations, rollouts and everything else with rows.
    package var database: URL { url.appending(path: "run.sqlite") }

    /// Held by the one coordinator that drives the run.
    package var lock: URL { url.appending(path: "run.lock") }

    /// Whether a run has been started here.
    package var holdsRun: Bool {
        FileManager.default.fileExists(atPath: database.path(percentEncoded: false))
    }

    /// Refuses a directory without a database in it.
    ///
    /// - Throws: `RunStoreError.noRun` or `.unreadable`.
    func requireRun() throws {
        var status = stat()
        if stat(database.path(percentEncoded: false), &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFREG else {
                throw RunStoreError.noRun(path: path, reason: "run.sqlite is no file")
            }
            return
        }
        let code = errno
        guard code == ENOENT || code == ENOTDIR else {
            throw RunStoreError.unreadable(path: path, reason: String(cString: strerror(code)))
        }
        let isThere = FileManager.default.fileExists(atPath: path)
        throw RunStoreError.noRun(
            path: path, reason: isThere ? "run.sqlite is missing" : "there is no such directory")
    }

    /// Creates the directory where it is missing.
    package func create() throws {
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        } catch {
            throw RunStoreError.unwritable(path: path, reason: error.localizedDescription)
        }
    }
}
