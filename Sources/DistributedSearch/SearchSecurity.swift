// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterTransport
public import Foundation

/// How a coordinator proves who it is, and whom it lets in.
public enum CoordinatorSecurity: Sendable, Hashable {
    /// Nothing is encrypted; on loopback alone.
    case loopback
    /// CURVE: its own key file, and a file with the public keys of those who may connect, one a line.
    ///
    /// `worldmodels keys create` makes key files.
    case keys(own: URL, allowed: URL)

    func serverSecurity() throws -> ServerSecurity {
        switch self {
        case .loopback: .plaintext
        case .keys(let own, let allowed):
            .curve(try KeyFile.readPair(at: own), try ClientList(file: allowed))
        }
    }
}

/// How a worker proves who it is, and which coordinator it trusts.
public enum WorkerSecurity: Sendable, Hashable {
    /// Nothing is encrypted; on loopback alone.
    case loopback
    /// CURVE: its own key file, and the coordinator's public one.
    case keys(own: URL, coordinator: URL)

    func clientSecurity(for endpoint: Endpoint) throws -> ClientSecurity {
        switch self {
        case .loopback:
            guard endpoint.isLoopback else {
                throw TransportError.plaintext(endpoint.description)
            }
            return .plaintext
        case .keys(let own, let coordinator):
            return .curve(
                try KeyFile.readPair(at: own), serverKey: try KeyFile.readPublic(at: coordinator))
        }
    }
}
