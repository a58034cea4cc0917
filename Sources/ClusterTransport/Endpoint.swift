// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// A TCP endpoint as a user writes it: tcp://HOST:PORT.
package struct Endpoint: Sendable, Hashable, CustomStringConvertible {
    /// A host name, an address, an IPv6 address in brackets, or `*` for every interface.
    package var host: String
    /// The port; nil for any free one.
    package var port: UInt16?

    /// Collects the parts, of which the host is sound.
    package init(host: String, port: UInt16?) {
        self.host = host
        self.port = port
    }

    /// Reads an endpoint.
    ///
    /// - Parameters:
    ///   - text: tcp://HOST:PORT.
    ///   - binding: Whether it is to listen on, where the port may be 0 or `*` and the host `*`.
    /// - Throws: `TransportError.badEndpoint` saying what is wrong.
    package init(parsing text: String, binding: Bool) throws(TransportError) {
        let scheme = "tcp://"
        guard text.hasPrefix(scheme) else {
            throw .badEndpoint(text, "does not begin with tcp://")
        }
        let rest = text.dropFirst(scheme.count)
        guard let colon = rest.lastIndex(of: ":") else {
            throw .badEndpoint(text, "has no port")
        }
        host = String(rest[..<colon])
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        guard !host.isEmpty, !host.contains("/"), !host.contains(" "),
            isBracketed || !host.contains(":")
        else {
            throw .badEndpoint(text, "has no sound host name")
        }
        let portText = rest[rest.index(after: colon)...]
        if binding, portText == "*" || portText == "0" {
            port = nil
        } else {
            guard let number = UInt16(portText), number > 0 else {
                throw .badEndpoint(text, "has the port \"\(portText)\", not one of 1 to 65535")
            }
            port = number
        }
        if !binding, host == "*" {
            throw .badEndpoint(text, "names no host to connect to")
        }
    }

    /// As ZeroMQ writes it.
    package var description: String {
        "tcp://\(host):\(port.map(String.init) ?? "*")"
    }

    /// Whether the host is an IPv6 address.
    package var isIPv6: Bool { host.hasPrefix("[") }

    /// Whether the host is an address, which no name service is asked for.
    var isAddress: Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return isIPv6 || parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }

    /// Whether it stands for all interfaces of the host that listens.
    package var isWildcard: Bool { ["*", "0.0.0.0", "[::]"].contains(host) }

    /// Whether traffic stays on this host.
    package var isLoopback: Bool {
        if host == "localhost" || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
