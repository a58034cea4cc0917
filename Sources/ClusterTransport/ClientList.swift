// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Synchronization

/// The clients' public keys that may connect; it may change while the server runs.
package final class ClientList: Sendable {
    private let keys: Mutex<Set<String>>

    /// A list of keys.
    ///
    /// - Parameter keys: Public keys as Z85 text.
    package init(_ keys: Set<String>) {
        self.keys = Mutex(keys)
    }

    /// Replaces the list; connections that stand are not cut.
    ///
    /// - Parameter keys: Public keys as Z85 text.
    package func replace(with keys: Set<String>) {
        self.keys.withLock { $0 = keys }
    }

    /// Whether a client with this public key, as Z85 text, may connect.
    package func contains(_ key: String) -> Bool {
        keys.withLock { $0.contains(key) }
    }
}
