// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// A CURVE key pair: Curve25519 keys as 40 characters of Z85 text (ZeroMQ RFC 32).
package struct CurveKeys: Sendable, Hashable {
    /// What others may know.
    package var publicKey: String
    /// What nobody else may know; never printed.
    package var secretKey: String

    /// Wraps a pair.
    package init(publicKey: String, secretKey: String) {
        self.publicKey = publicKey
        self.secretKey = secretKey
    }
}

/// How a listening transport treats those who connect.
package enum ServerSecurity: Sendable {
    /// Anyone may talk, in the clear: for loopback, or where the user said so.
    case plaintext
    /// CURVE; only the clients of the list may talk.
    case curve(CurveKeys, ClientList)

    /// What clients know the server by; nil in the clear.
    package var publicKey: String? {
        if case .curve(let keys, _) = self { keys.publicKey } else { nil }
    }
}

/// How a connecting transport proves who it is.
package enum ClientSecurity: Sendable, Equatable {
    /// In the clear.
    case plaintext
    /// CURVE: own keys, and the one server key that is trusted.
    case curve(CurveKeys, serverKey: String)
}
