// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import ClusterTransport
import Foundation

/// Where a coordinator is.
struct CoordinatorOptions: ParsableArguments {
    @Option(
        help: .init("The coordinator's address, tcp://HOST:PORT.", valueName: "tcp://host:port"))
    var connect: String?

    @Option(
        help: .init(
            """
            The file that the coordinator writes with --address-file, in place of --connect; it is waited \
            for, and read again before each connection.
            """, valueName: "file"))
    var coordinatorFile: String?

    @OptionGroup var security: ClientSecurityOptions

    func validate() throws {
        guard (connect == nil) != (coordinatorFile == nil) else {
            throw ValidationError("give --connect or --coordinator-file")
        }
    }

    /// What says where the coordinator is.
    var text: String { connect ?? coordinatorFile ?? "" }

    /// Begins to connect.
    ///
    /// - Parameter onFinished: Told that the file says that the run is finished, from another thread.
    /// - Returns: The connection, or what waits for one.
    /// - Throws: `TransportError`, `KeyFileError`, `ValidationError`: an address or keys are wrong.
    func transport(
        onFinished: @escaping @Sendable () -> Void = {}
    ) throws -> ConnectingTransport {
        if coordinatorFile != nil {
            return try ConnectingTransport(
                source: text, whereabouts: whereabouts(onFinished: onFinished))
        }
        let endpoint = try Endpoint(parsing: text, binding: false)
        return try ConnectingTransport(
            connectingTo: endpoint, security: try security.security(for: endpoint))
    }

    /// Says where the coordinator is, as often as it is asked.
    ///
    /// - Parameter onFinished: Told that the file says that the run is finished, by who asks.
    /// - Returns: What to ask, from any thread.
    /// - Throws: As `transport`: keys are read once, and what is wrong with them is said at once.
    func whereabouts(
        onFinished: @escaping @Sendable () -> Void = {}
    ) throws -> @Sendable () -> Whereabouts {
        guard let path = coordinatorFile else {
            let endpoint = try Endpoint(parsing: text, binding: false)
            let place = CoordinatorPlace(
                endpoint: endpoint, security: try security.security(for: endpoint))
            return { .places([place]) }
        }
        let keys = try security.keys()
        let isInsecure = security.insecure
        return {
            do {
                let file = try AddressFile(reading: path)
                if file.state == .finished { onFinished() }
                guard file.state == .running else {
                    let run = file.run.map { " of run \($0)" } ?? ""
                    return .unknown("the coordinator\(run) \(file.state.past)")
                }
                return .places(
                    try file.addresses.map { address in
                        let endpoint = try Endpoint(parsing: address, binding: false)
                        return CoordinatorPlace(
                            endpoint: endpoint,
                            security: try keys.security(
                                for: endpoint, serverKey: file.publicKey,
                                isInsecureAllowed: isInsecure), run: file.run)
                    })
            } catch {
                return .unknown((error as? any LocalizedError)?.errorDescription ?? "\(error)")
            }
        }
    }
}

extension AddressFile.State {
    /// After "the coordinator".
    var past: String {
        switch self {
        case .running: "runs"
        case .paused: "was told to stop, and will return"
        case .finished: "has finished"
        case .failed: "has failed"
        }
    }
}
