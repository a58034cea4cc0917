// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// The names by which an address may be called.
struct HostNames {
    /// The one for people.
    let first: String
    /// As a Host header may have them, in lower case.
    let all: Set<String>

    /// Collects them.
    ///
    /// - Parameters:
    ///   - address: Where the server listens.
    ///   - names: Others that it was told, with or without a port: a proxy has one of its own.
    ///   - isSecure: Whether it has TLS, whose own port a browser leaves out.
    init(of address: ListenAddress, named names: [String], isSecure: Bool) {
        var hosts = [address.host]
        if address.isLoopback {
            hosts += ["localhost", "127.0.0.1", "[::1]"]
        } else if address.isWildcard {
            hosts =
                [ProcessInfo.processInfo.hostName] + Self.interfaces() + ["localhost", "127.0.0.1"]
        }
        var all: Set<String> = []
        for host in hosts {
            all.insert("\(host):\(address.port)".lowercased())
            if address.port == (isSecure ? 443 : 80) { all.insert(host.lowercased()) }
        }
        for name in names {
            all.insert(name.lowercased())
            if !Self.hasPort(name) { all.insert("\(name):\(address.port)".lowercased()) }
        }
        self.all = all
        let name = names.first ?? hosts[0]
        first = Self.hasPort(name) ? name : "\(name):\(address.port)"
    }

    private static func hasPort(_ name: String) -> Bool {
        name.hasPrefix("[") ? name.contains("]:") : name.contains(":")
    }

    /// The addresses of this host's interfaces that are up.
    private static func interfaces() -> [String] {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return [] }
        defer { freeifaddrs(list) }
        var found: [String] = []
        var next = list
        while let entry = next?.pointee {
            next = entry.ifa_next
            guard entry.ifa_flags & UInt32(IFF_UP) != 0, let address = entry.ifa_addr,
                [AF_INET, AF_INET6].contains(Int32(address.pointee.sa_family))
            else { continue }
            let isIPv6 = Int32(address.pointee.sa_family) == AF_INET6
            var text = [CChar](repeating: 0, count: 64)
            let size =
                isIPv6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size
            guard
                getnameinfo(
                    address, socklen_t(size), &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
                    == 0
            else { continue }
            let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            let name = String(decoding: bytes, as: UTF8.self)
            // Without the interface that it is seen through.
            found.append(isIPv6 ? "[\(name.prefix { $0 != "%" })]" : name)
        }
        return found
    }
}
