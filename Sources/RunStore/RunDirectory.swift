// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Foundation

/// The places of a run's files: one run, one directory, so that copying it copies all.
package struct RunDirectory: Sendable, Hashable {
    /// The directory itself.
    package let url: URL

    /// A run's directory.
    ///
    /// - Parameter path: Where it is or will be; a relative path starts at the working directory.
    package init(path: String) {
        url = URL(fileURLWithPath: path, isDirectory: true)
    }

    /// The path as a person would write it, without a closing slash.
    package var path: String { url.path(percentEncoded: false).trimmingSuffix("/") }

    /// Configuration, generations, rollouts and everything else with rows.
    package var database: URL { url.appending(path: "run.sqlite") }

    /// Held by the one coordinator that drives the run.
    package var lock: URL { url.appending(path: "run.lock") }

    /// The visual model's parameters.
    package var vae: URL { url.appending(path: "vae.safetensors") }

    /// The memory model's parameters.
    package var mdrnn: URL { url.appending(path: "mdrnn.safetensors") }

    /// The best controller by evaluation.
    package var controller: URL { url.appending(path: "controller.safetensors") }

    /// Exists while a model's training that the run began has not come to its end.
    ///
    /// - Parameter model: Which model: "vae" or "mdrnn".
    /// - Returns: The place of an empty file.
    package func unfinishedTraining(of model: String) -> URL {
        url.appending(path: "training/\(model)-unfinished")
    }

    /// Whether a run has been started here.
    package var holdsRun: Bool {
        FileManager.default.fileExists(atPath: database.path(percentEncoded: false))
    }

    /// Creates the directory where it is missing.
    ///
    /// - Throws: `RunStoreError.unwritable` naming the directory and the system's reason.
    package func create() throws {
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        } catch {
            throw RunStoreError.unwritable(path: path, reason: error.localizedDescription)
        }
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String {
        count > suffix.count && hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}
