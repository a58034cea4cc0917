// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import RolloutWorker
import ClusterProtocol
import ClusterSessions
import ClusterTransport
import Foundation
import RolloutServer
import TestSupport
import Testing

@testable import Episodes

/// What people are told when there is no coordinator to talk to.
@Suite(.inTurn())
struct ReachabilityTests {
    private func probe(_ address: String) throws -> Reachability {
        Reachability.probe(try Endpoint(parsing: address, binding: false), waitingAtMost: 20)
    }

    @Test
    func `a name without an address, a port without a listener and a listener are told apart`()
        throws
    {
        guard case .unknownHost = try probe("tcp://no-such-host.invalid:5555") else {
            Issue.record("a name that cannot be (RFC 6761) has an address")
            return
        }
        let transport = try ListeningTransport(
            listeningOn: Endpoint(parsing: "tcp://127.0.0.1:*", binding: true))
        let address = transport.address
        #expect(try probe(address) == .open)
        transport.close()
        #expect(try probe(address) == .refused)
    }

    @Test func `a name is resolved to listen on, and one without an address is named`() throws {
        let transport = try ListeningTransport(
            listeningOn: Endpoint(parsing: "tcp://localhost:*", binding: true))
        #expect(transport.address.hasPrefix("tcp://127."))
        transport.close()
        let error = #expect(throws: TransportError.self) {
            try ListeningTransport(
                listeningOn: Endpoint(parsing: "tcp://no-such-host.invalid:*", binding: true))
        }
        #expect(error?.description.hasPrefix("no-such-host.invalid: no address") == true)
    }

    @Test func `a worker says why, once the coordinator has ended`() async throws {
        let server = try RolloutServer(
            RolloutServer.Configuration(
                bind: "tcp://127.0.0.1:*", run: "end", models: [], work: .score(settings: Data())))
        let worker = try TestWorker(server.address, change: { $0.noticeSeconds = 0.3 })
        _ = try await server.perform(makeBatch(4)) { _, _ in }
        server.stop(.paused, reason: "the run is over")
        let line = await worker.line { $0.hasPrefix("no coordinator") }
        #expect(line?.contains("nobody listens at the port") == true)
        #expect(worker.lines.contains { $0.contains("stopped: the run is over") })
        #expect(!worker.lines.contains { $0.contains("is there but does not answer") })
        worker.worker.leaveNow()
        _ = try await worker.end()
    }
}
