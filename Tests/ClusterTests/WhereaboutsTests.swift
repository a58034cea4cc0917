// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import ClusterTransport

/// How a worker finds its coordinator.
@Suite(.inTurn())
struct WhereaboutsTests {
    private func listening(_ bind: String, _ security: ServerSecurity = .plaintext) throws
        -> ListeningTransport
    {
        try ListeningTransport(
            listeningOn: Endpoint(parsing: bind, binding: true), security: security)
    }

    private func place(_ address: String) throws -> CoordinatorPlace {
        CoordinatorPlace(
            endpoint: try Endpoint(parsing: address, binding: false), security: .plaintext)
    }

    private func waitForConnection(_ transport: ConnectingTransport) throws {
        while try transport.receive(waitingAtMost: 5) != .connected { try Task.checkCancellation() }
    }

    @Test func `it waits until it is said where, and follows to another address`() throws {
        let first = try listening("tcp://127.0.0.1:*")
        let second = try listening("tcp://[::1]:*")
        defer { second.close() }
        let said = Mutex(Whereabouts.unknown("not yet"))
        let transport = try ConnectingTransport(source: "the file") { said.withLock { $0 } }
        defer { transport.close() }
        while transport.diagnosis() != "not yet" { _ = try transport.receive(waitingAtMost: 0.1) }
        #expect(transport.address == "the file")
        let places = [try place(first.address), try place(second.address)]
        said.withLock { $0 = .places([places[0]]) }
        try waitForConnection(transport)
        #expect(transport.address == first.address)
        said.withLock { $0 = .places([places[1]]) }
        first.close()
        try waitForConnection(transport)
        #expect(transport.address == second.address)
    }

    @Test func `of several addresses it takes the one that leads there`() throws {
        let server = try listening("tcp://127.0.0.1:*")
        defer { server.close() }
        let closed = try listening("tcp://127.0.0.1:*")
        closed.close()
        let places = try [closed.address, server.address].map(place)
        let transport = try ConnectingTransport(source: "the file") { .places(places) }
        defer { transport.close() }
        try waitForConnection(transport)
        #expect(transport.address == server.address)
    }

    /// What this host's "localhost" means: either or both, as /etc/hosts has it.
    private static var loopbacks: [String] {
        let addresses = try? Endpoint(parsing: "tcp://localhost:1", binding: false).addresses()
        return (addresses ?? []).map { $0.contains(":") ? "tcp://[::1]:*" : "tcp://\($0):*" }
    }

    @Test func `localhost means something`() { #expect(!Self.loopbacks.isEmpty) }

    @Test(arguments: loopbacks)
    func `a name leads to IPv4 and IPv6 alike`(bind: String) throws {
        let server = try listening(bind)
        defer { server.close() }
        let port = try #require(try Endpoint(parsing: server.address, binding: false).port)
        let transport = try ConnectingTransport(
            connectingTo: Endpoint(parsing: "tcp://localhost:\(port)", binding: false))
        defer { transport.close() }
        try waitForConnection(transport)
    }

    @Test func `a name leads by IPv4 and IPv6, as its addresses are`() throws {
        let place = try place("tcp://node:5555")
        let cases: [([String], [Bool])] = [
            (["[fd00::1]", "10.0.0.1"], [false, true]), (["[fd00::1]"], [true]),
            (["10.0.0.1"], [false]), ([], [false]),
        ]
        for (addresses, families) in cases {
            let locator = Locator(waker: try EventWaker(), resolve: { _ in addresses }) {
                .places([place])
            }
            locator.look()
            var finding: Locator.Finding?
            while finding == nil {
                try Task.checkCancellation()
                finding = locator.take()
            }
            #expect(finding == .ways(families.map { Way(place: place, isIPv6: $0) }))
        }
    }

    @Test func `ways get longer in each round, and those that failed no time at all`() throws {
        let ways = try ["tcp://10.0.0.1:1", "tcp://10.0.0.2:1"].map {
            Way(place: try place($0), isIPv6: false)
        }
        var choice = WayChoice()
        var times: [Double] = []
        for step in 0..<400 where choice.choose(among: ways, at: Double(step) / 10) {
            times.append(Double(step) / 10)
        }
        #expect(times == [0, 1, 2, 4, 6, 10, 14, 22, 30, 38])
        choice.failed()
        func changes(to ways: [Way], at now: Double) -> Bool { choice.choose(among: ways, at: now) }
        #expect(changes(to: ways, at: 40))
        #expect(!changes(to: ways, at: 40.5))
        #expect(changes(to: [], at: 41) && choice.current == nil)
        // A single way is kept, whatever becomes of it: connecting is tried again anyhow.
        #expect(changes(to: [ways[0]], at: 42))
        choice.failed()
        #expect(!changes(to: [ways[0]], at: 90))
    }

    @Test func `a host's addresses come in the order of their use to others`() {
        let loopback = [
            LocalAddresses.Interface(name: "lo", address: "127.0.0.1", isLoopback: true),
            LocalAddresses.Interface(name: "lo", address: "[::1]", isLoopback: true),
        ]
        let outside = [
            LocalAddresses.Interface(name: "docker0", address: "172.17.0.1", isLoopback: false),
            LocalAddresses.Interface(name: "eth0", address: "10.0.0.5", isLoopback: false),
            LocalAddresses.Interface(name: "eth0", address: "[fd00::5]", isLoopback: false),
        ]
        func hosts(_ interfaces: [LocalAddresses.Interface], _ ipv6: Bool, _ meaning: [String])
            -> [String]
        {
            LocalAddresses.hosts(
                of: interfaces, includingIPv6: ipv6, named: "node1", resolve: { _ in meaning })
        }
        #expect(
            hosts(loopback + outside, false, ["10.0.0.5"]) == ["node1", "10.0.0.5", "172.17.0.1"])
        #expect(
            hosts(loopback + outside, true, ["127.0.1.1"])
                == ["10.0.0.5", "[fd00::5]", "172.17.0.1", "node1"])
        #expect(hosts(loopback + outside, false, []) == ["10.0.0.5", "172.17.0.1"])
        #expect(hosts(loopback, true, ["127.0.1.1"]) == ["127.0.0.1", "[::1]"])
    }

    @Test func `what is listened on everywhere leads to addresses of this host`() throws {
        let server = try listening("tcp://[::]:*")
        defer { server.close() }
        let bound = try Endpoint(parsing: server.address, binding: false)
        for endpoint in LocalAddresses.endpoints(leadingTo: bound) {
            #expect(endpoint.port == bound.port && !endpoint.isWildcard)
        }
        let loopback = try Endpoint(parsing: "tcp://127.0.0.1:7", binding: false)
        #expect(LocalAddresses.endpoints(leadingTo: loopback) == [loopback])
    }
}
