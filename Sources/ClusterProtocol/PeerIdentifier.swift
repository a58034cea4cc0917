// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// Names a peer of a transport: opaque, of no meaning elsewhere, short-lived.
package struct PeerIdentifier: Sendable, Hashable {
    /// The bytes ZeroMQ routes by; empty for the one peer of a connecting transport.
    package var bytes: [UInt8]

    /// Wraps routing bytes.
    ///
    /// - Parameter bytes: At most 255 bytes.
    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The peer a connecting transport talks to.
    package static let coordinator = PeerIdentifier([])
}
