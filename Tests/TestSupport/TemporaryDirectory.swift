// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Foundation

/// A new, empty directory that is removed with all it holds when the value goes away.
package final class TemporaryDirectory: Sendable {
    /// Where it is.
    package let url: URL

    /// Makes the directory.
    ///
    /// - Throws: What the system says against it.
    package init() throws {
        url = FileManager.default.temporaryDirectory.appending(
            path: "worldmodels-test-\(UUID().uuidString)", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    /// The path, without a closing slash.
    package var path: String { url.path }

    /// The place of a file or a directory in it, whether or not there is one.
    package func file(_ path: String) -> URL { url.appending(path: path) }

    /// The names of what lies directly in it, or in a directory of it, sorted.
    package func contents(_ path: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: url.appending(path: path).path).sorted()
    }
}
