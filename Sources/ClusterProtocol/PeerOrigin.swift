// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// A client's public key, as 40 characters of Z85 text.
package struct ClientKey: Sendable, Hashable, CustomStringConvertible {
    /// The text.
    package var text: String

    /// Wraps a key's text.
    package init(_ text: String) {
        self.text = text
    }

    package var description: String { text }
}

/// What a client may do.
package enum ClientRole: String, Sendable, Hashable {
    /// Take part, and look.
    case work
    /// Ask for the status, and nothing else.
    case look
    /// Look, and say how many cores workers use.
    case operate
}

/// Where a message came from, as far as the transport can prove it.
package struct PeerOrigin: Sendable, Hashable {
    /// The key its sender has proved to own; nil in plaintext.
    package var key: ClientKey?
    /// The sender's IP address, without the port; nil if unknown.
    package var address: String?
    /// What it may do, by its key.
    package var role: ClientRole

    /// Who answers for what comes from here: one key on one host.
    ///
    /// Where there are no keys it is the host, as it calls itself, at its address.
    ///
    /// - Parameter host: The host's name, by its own word.
    /// - Returns: A name for people and for comparison.
    package func party(host: String) -> String {
        let address = address ?? "unknown"
        return key.map { "\($0.text)@\(address)" } ?? "\(host)@\(address)"
    }

    /// An origin; by default nothing is known.
    package init(key: ClientKey? = nil, address: String? = nil, role: ClientRole = .work) {
        self.key = key
        self.address = address
        self.role = role
    }
}
