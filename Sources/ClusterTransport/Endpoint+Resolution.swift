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
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let named = getnameinfo(
                entry.ai_addr, entry.ai_addrlen, &text, socklen_t(text.count), nil, 0,
                NI_NUMERICHOST)
            if named == 0 {
                let address = String(
                    decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
                addresses.append(entry.ai_family == AF_INET6 ? "[\(address)]" : address)
            }
            next = entry.ai_next
        }
        return addresses
    }
}
