// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Foundation

/// The places of a run's files: one run, one directory, so that copying it copies all.
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

    /// Creates the directory where it is missing.
    package func create() throws {
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        } catch {
            throw RunStoreError.unwritable(path: path, reason: error.localizedDescription)
        }
    }
}
