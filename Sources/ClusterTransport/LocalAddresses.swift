// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CZeroMQ
import Foundation

/// The addresses by which others may reach what listens on this host.
package enum LocalAddresses {
    /// An address of an interface that is up.
    struct Interface: Equatable {
        var name: String
        /// As text, IPv6 in brackets.
        var address: String
        var isLoopback: Bool
    }

    /// Bridges that containers and virtual machines are behind have the same address on many hosts.
    private static let bridges = ["docker", "podman", "cni", "virbr", "lxcbr", "lxdbr", "veth"]

    /// Endpoints that lead to a listening one, the one that most can use first.
    ///
    /// - Parameter endpoint: What is listened on, with its port.
    /// - Returns: Itself, unless it is of all interfaces: then the host's name, if it leads here, and
    ///   the interfaces' addresses, loopback only where there is nothing else.
    package static func endpoints(leadingTo endpoint: Endpoint) -> [Endpoint] {
        guard endpoint.isWildcard else { return [endpoint] }
        return hosts(
            of: interfaces(), includingIPv6: endpoint.isIPv6,
            named: ProcessInfo.processInfo.hostName
        ).map { Endpoint(host: $0, port: endpoint.port) }
    }

    static func hosts(
        of interfaces: [Interface], includingIPv6: Bool, named name: String,
        resolve: (String) -> [String] = { (try? Endpoint.addresses(of: $0)) ?? [] }
    ) -> [String] {
        let usable = interfaces.filter { includingIPv6 || !$0.address.hasPrefix("[") }
        let isBridge = { (interface: Interface) in
            bridges.contains { interface.name.hasPrefix($0) }
        }
        let outside = usable.filter { !$0.isLoopback }
        guard !outside.isEmpty else { return usable.map(\.address) }
        var hosts = (outside.filter { !isBridge($0) } + outside.filter(isBridge)).map(\.address)
        // Debian gives a host its own name as 127.0.1.1: what others know it by is anybody's guess.
        let meanings = resolve(name)
        if meanings.contains(where: hosts.contains) {
            hosts.insert(name, at: 0)
        } else if !meanings.isEmpty {
            hosts.append(name)
        }
        return hosts
    }

    private static func interfaces() -> [Interface] {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return [] }
        defer { freeifaddrs(list) }
        var found: [Interface] = []
        var next = list
        while let entry = next?.pointee {
            next = entry.ifa_next
            guard entry.ifa_flags & UInt32(IFF_UP) != 0, let address = entry.ifa_addr,
                let text = Endpoint.text(of: address)
            else { continue }
            // Link-local ones mean nothing without the interface that they are seen through.
            if text.hasPrefix("169.254.") || text.lowercased().hasPrefix("[fe80") { continue }
            found.append(
                Interface(
                    name: String(cString: entry.ifa_name), address: text,
                    isLoopback: entry.ifa_flags & UInt32(IFF_LOOPBACK) != 0))
        }
        return found
    }
}
