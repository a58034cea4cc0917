// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import ClusterTransport
import Foundation

/// How a program that connects proves who it is.
struct ClientSecurityOptions: ParsableArguments {
    @Option(help: .init("This client's key file, as made by keys create.", valueName: "file"))
    var key: String?

    @Option(
        help: .init(
            "The coordinator's public key file (.public), which alone is trusted.",
            valueName: "file"))
    var serverKey: String?

    @Flag(help: "Take a key file that its group can read, too.")
    var allowGroupReadableKey = false

    @Flag(help: "Talk in the clear beyond loopback.")
    var insecure = false

    /// CURVE with keys; without, plaintext where the address is on loopback or it is spelled out.
    func security(for endpoint: Endpoint) throws -> ClientSecurity {
        switch (key, serverKey) {
        case (let key?, let serverKey?):
            return .curve(
                try KeyFile.readPair(
                    at: URL(fileURLWithPath: key), allowsGroup: allowGroupReadableKey),
                serverKey: try KeyFile.readPublic(at: URL(fileURLWithPath: serverKey)))
        case (nil, nil):
            guard endpoint.isLoopback || insecure else {
                throw TransportError.plaintext(endpoint.description)
            }
            return .plaintext
        default:
            throw ValidationError("--key and --server-key belong together")
        }
    }
}

/// How a program that listens treats those who connect.
struct ServerSecurityOptions: ParsableArguments {
    @Option(help: .init("The coordinator's key file, as made by keys create.", valueName: "file"))
    var key: String?

    @Option(
        help: .init(
            """
            A file with the public keys of the clients that may connect, one a line; 'look' behind a \
            key lets its owner ask for the status and nothing else, 'operate' scale workers, too.
            """, valueName: "file"))
    var allow: String?

    @Flag(help: "Take a key file that its group can read, too.")
    var allowGroupReadableKey = false

    @Flag(help: "Talk in the clear beyond loopback.")
    var insecure = false

    /// The security to listen with; whether plaintext is allowed is for the server to judge.
    func security() throws -> ServerSecurity {
        switch (key, allow) {
        case (let key?, let allow?):
            return .curve(
                try KeyFile.readPair(
                    at: URL(fileURLWithPath: key), allowsGroup: allowGroupReadableKey),
                try ClientList(file: URL(fileURLWithPath: allow)))
        case (nil, nil): return .plaintext
        default: throw ValidationError("--key and --allow belong together")
        }
    }
}
