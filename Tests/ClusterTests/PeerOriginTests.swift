// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import ClusterTransport
import Testing
import TestSupport

/// Whom a message came from is known to the coordinator, by what the sender cannot choose.
@Suite(.inTurn())
struct PeerOriginTests {
    @Test(arguments: [false, true])
    func `a message carries its sender's key and address`(isEncrypted: Bool) throws {
        let folder = try TemporaryDirectory()
        let server = try KeyPair(in: folder, "server").keys
        let client = try KeyPair(in: folder, "client").keys
        let listening = try ListeningTransport(
            listeningOn: Endpoint(parsing: "tcp://127.0.0.1:*", binding: true),
            security: isEncrypted ? .curve(server, ClientList([client.publicKey])) : .plaintext)
        defer { listening.close() }
        let connecting = try ConnectingTransport(
            connectingTo: Endpoint(parsing: listening.address, binding: false),
            security: isEncrypted ? .curve(client, serverKey: server.publicKey) : .plaintext)
        defer { connecting.close() }
        var origin: PeerOrigin?
        while origin == nil {
            if try connecting.receive(waitingAtMost: 0.01) == .connected {
                _ = try connecting.send([1, 2], to: .coordinator)
            }
            if case .message(_, [1, 2], let found)? = try listening.receive(waitingAtMost: 0.01) {
                origin = found
            }
        }
        #expect(origin?.key?.text == (isEncrypted ? client.publicKey : nil))
        #expect(origin?.address == "127.0.0.1")
    }
}
