// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// Where a page is served, as a user writes it: HOST:PORT, or a port of this host alone.
package struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// A host name or an address, IPv6 in brackets.
    package var host: String
    /// The port; 0 takes a free one.
    package var port: Int

    /// Collects the parts.
    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads an address.
    ///
    /// - Throws: `ListenAddressError` saying what is wrong.
    package init(parsing text: String) throws(ListenAddressError) {
        if let port = Int(text) {
            guard (0...65_535).contains(port) else { throw .badPort(text) }
            self.init(host: "127.0.0.1", port: port)
            return
        }
        guard let colon = text.lastIndex(of: ":") else { throw .noPort(text) }
        let host = String(text[..<colon])
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        let isPlain = host.allSatisfy {
            $0.isASCII && ($0.isLetter || $0.isNumber || ".-_".contains($0))
        }
        guard host == "*" || isBracketed || isPlain && !host.isEmpty else { throw .badHost(text) }
        guard let port = Int(text[text.index(after: colon)...]), (0...65_535).contains(port) else {
            throw .badPort(text)
        }
        self.init(host: host, port: port)
    }

    package var description: String { "\(host):\(port)" }

    /// What the system is asked to listen on: an address without brackets.
    var bindHost: String {
        if host == "*" { return "0.0.0.0" }
        return host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    }

    /// Whether traffic stays on this host.
    package var isLoopback: Bool {
        if host == "localhost" || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// Whether it stands for all interfaces.
    package var isWildcard: Bool { ["*", "0.0.0.0", "[::]"].contains(host) }
}

/// What is wrong with an address.
package enum ListenAddressError: Error, Equatable, CustomStringConvertible {
    case noPort(String)
    case badPort(String)
    case badHost(String)

    package var description: String {
        switch self {
        case .noPort(let text): "\(text): has no port; give HOST:PORT, or a port"
        case .badPort(let text): "\(text): the port is not one of 0 to 65535"
        case .badHost(let text): "\(text): has no sound host name; give HOST:PORT"
        }
    }
}
