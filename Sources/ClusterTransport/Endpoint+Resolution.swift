// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CZeroMQ
import Foundation

extension Endpoint {
    /// The endpoint with an address in its host's place, as ZeroMQ wants it for listening.
    ///
    /// - Returns: Itself where its host is an address, an interface's name or `*`; else with the first
    ///   address of that name, IPv4 before IPv6.
    /// - Throws: `TransportError.unknownHost`.
    func resolved() throws(TransportError) -> Endpoint {
        guard host != "*", !isIPv6, if_nametoindex(host) == 0 else { return self }
        let addresses = try Self.addresses(of: host)
        var endpoint = self
        endpoint.host = addresses.first { !$0.hasPrefix("[") } ?? addresses.first ?? host
        return endpoint
    }

    /// The addresses of its host, as text, IPv6 in brackets; waits for the name service.
    ///
    /// - Throws: `TransportError.unknownHost`.
    package func addresses() throws(TransportError) -> [String] {
        isAddress ? [host] : try Self.addresses(of: host)
    }

    /// The addresses of a name, as text, IPv6 in brackets; waits for the name service.
    ///
    /// - Throws: `TransportError.unknownHost`.
    static func addresses(of host: String) throws(TransportError) -> [String] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, nil, &hints, &list)
        guard status == 0 else {
            throw .unknownHost(host, String(cString: gai_strerror(status)))
        }
        defer { freeaddrinfo(list) }
        var addresses: [String] = []
        var next = list
        while let entry = next?.pointee {
            if let address = entry.ai_addr.flatMap(text) { addresses.append(address) }
            next = entry.ai_next
        }
        return addresses
    }

    /// An IP address as text, IPv6 in brackets; nil for others.
    static func text(of address: UnsafeMutablePointer<sockaddr>) -> String? {
        let size: Int
        switch Int32(address.pointee.sa_family) {
        case AF_INET: size = MemoryLayout<sockaddr_in>.size
        case AF_INET6: size = MemoryLayout<sockaddr_in6>.size
        default: return nil
        }
        var buffer = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        guard
            getnameinfo(
                address, socklen_t(size), &buffer, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST)
                == 0
        else { return nil }
        let text = String(
            decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return Int32(address.pointee.sa_family) == AF_INET6 ? "[\(text)]" : text
    }
}
