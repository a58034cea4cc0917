// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import ClusterTransport
import Foundation
import TerminalOutput

/// How a program that connects proves who it is.
struct ClientSecurityOptions: ParsableArguments {
    @Option(help: .init("This client's key file, as made by keys create.", valueName: "file"))
    var key: String?

    @Option(
        help: .init(
            "The coordinator's public key file (.public), which alone is trusted; with"
                + " --coordinator-file it may be left out.",
            valueName: "file"))
    var serverKey: String?

    @Flag(help: "Take a key file that its group can read, too.")
    var allowGroupReadableKey = false

    @Flag(help: "Talk in the clear beyond loopback.")
    var insecure = false

    /// A client's keys, as far as they are given.
    struct Keys: Sendable {
        var own: CurveKeys?
        /// The one server key that is trusted; nil leaves it to the coordinator's file.
        var server: String?

        /// How to prove who this is to a coordinator that a file names.
        ///
        /// - Throws: `ValidationError`, `TransportError`: what is given does not fit what it says.
        func security(
            for endpoint: Endpoint, serverKey: String?, isInsecureAllowed: Bool
        ) throws -> ClientSecurity {
            switch (own, server ?? serverKey) {
            case (let own?, let server?): return .curve(own, serverKey: server)
            case (nil, nil):
                guard endpoint.isLoopback || isInsecureAllowed else {
                    throw TransportError.plaintext(endpoint.description)
                }
                return .plaintext
            case (nil, _): throw InputError("the coordinator at \(endpoint) has keys: give --key")
            case (_, nil):
                throw InputError("the coordinator at \(endpoint) has no keys: leave --key out")
            }
        }
    }

    /// Reads the key files that are given; --server-key may be left out.
    func keys() throws -> Keys {
        if serverKey != nil, key == nil { throw ValidationError("--server-key needs --key") }
        return Keys(
            own: try key.map {
                try KeyFile.readPair(
                    at: URL(fileURLWithPath: $0), allowsGroup: allowGroupReadableKey)
            }, server: try serverKey.map { try KeyFile.readPublic(at: URL(fileURLWithPath: $0)) })
    }

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
