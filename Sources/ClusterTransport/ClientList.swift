// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Foundation
import Synchronization

/// The clients' public keys that may connect; the list may change while the server runs.
package final class ClientList: Sendable {
    private struct State {
        var keys: Set<String>
        var modified: Date?
    }

    private let state: Mutex<State>
    private let file: URL?

    /// A list of keys as Z85 text, which `replace` changes.
    package init(_ keys: Set<String>) {
        state = Mutex(State(keys: keys))
        file = nil
    }

    /// A list kept in a file, which is read again whenever it has changed.
    ///
    /// - Parameter file: Public keys, one a line, also as "public KEY"; "#" begins a comment.
    /// - Throws: `KeyFileError` if it cannot be read or has another line.
    package init(file: URL) throws {
        state = Mutex(State(keys: try Self.read(file), modified: Self.modification(of: file)))
        self.file = file
    }

    /// Replaces the list; connections that stand are not cut.
    package func replace(with keys: Set<String>) {
        state.withLock { $0.keys = keys }
    }

    /// Whether a client with this public key, as Z85 text, may connect.
    package func contains(_ key: String) -> Bool {
        state.withLock { state in
            if let file {
                let modified = Self.modification(of: file)
                // A file that is being written may be broken for a moment: the old list stays.
                if modified != state.modified, let keys = try? Self.read(file) {
                    state.keys = keys
                    state.modified = modified
                }
            }
            return state.keys.contains(key)
        }
    }

    private static func modification(of file: URL) -> Date? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: file.path)
        return attributes?[.modificationDate] as? Date
    }

    private static func read(_ file: URL) throws -> Set<String> {
        guard let text = try? String(contentsOf: file, encoding: .utf8) else {
            throw KeyFileError.unreadable(file.path)
        }
        var keys: Set<String> = []
        for line in text.split(separator: "\n") {
            // "#" is a character of Z85: only a line that begins with it and a space is a comment.
            let words = line.split(separator: " ")
            if words.isEmpty || words[0] == "#" { continue }
            guard words.count <= 2, let key = words.last.map(String.init), KeyFile.isKey(key),
                words.count == 1 || words[0] == "public"
            else { throw KeyFileError.malformed(file.path, "has a line that is no public key") }
            keys.insert(key)
        }
        return keys
    }
}
