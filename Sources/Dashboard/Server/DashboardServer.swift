// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOPosix
import NIOSSL

/// An HTTP server for looking on: it answers GET and HEAD, and changes nothing; or one of a dream that
/// its visitor drives, which is told keys beside.
package final class DashboardServer: Sendable {
    /// How it is reached, and what it bears.
    package struct Configuration: Sendable {
        /// Where it listens.
        package var address: ListenAddress
        /// The certificate's chain and its key, both PEM; nil serves in the clear.
        package var certificate: (chain: String, key: String)?
        /// Whether a proxy before it adds TLS.
        package var isBehindProxy = false
        /// Names by which it is called beside those of its address.
        package var names: [String] = []
        /// What has to be known; nil lets in whoever calls the server by its name.
        package var token: AccessToken?
        /// Connections at once; more wait in the kernel.
        package var connections = 96
        /// Streams of events at once; more are refused.
        package var streams = 32
        /// How long a connection may say nothing, or not take what it asked for.
        package var patience: Duration = .seconds(20)

        /// Serves at an address.
        package init(address: ListenAddress) {
            self.address = address
        }
    }

    /// Where it listens, with the port that was taken.
    package let address: ListenAddress
    /// How it is called, without a token.
    package let place: String
    /// The link for people, with the token where there is one: not for a log.
    package let link: String
    private let group: MultiThreadedEventLoopGroup
    private let service: Task<Void, any Error>
    private let arrivals = Arrivals()

    /// Listens, and begins to serve.
    ///
    /// - Parameters:
    ///   - configuration: How it is reached, and what it bears.
    ///   - site: What it serves.
    /// - Throws: `DashboardError`: the address cannot be listened on, it is beyond loopback in the
    ///   clear, or the certificate is of no use.
    package convenience init(_ configuration: Configuration, serving site: Site) async throws {
        try await self.init(configuration, site: site)
    }

    /// Listens, and begins to serve a dream.
    ///
    /// - Throws: `DashboardError`, as for runs.
    package convenience init(
        _ configuration: Configuration, serving site: PlaySite
    ) async throws {
        try await self.init(configuration, site: site)
    }

    private init(_ configuration: Configuration, site: any ServedSite) async throws {
        let wanted = configuration.address
        guard wanted.isLoopback || configuration.certificate != nil || configuration.isBehindProxy
        else { throw DashboardError.plaintext(wanted.description) }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let responder = Responder(
            site: site,
            isSecure: configuration.certificate != nil || configuration.isBehindProxy,
            streams: configuration.streams, patience: configuration.patience)
        let (bound, announce) = AsyncThrowingStream.makeStream(of: Int.self)
        let arrivals = arrivals
        do {
            let server = try Self.server(
                configuration, group: group, responder: responder, arrivals: arrivals
            ) { channel in
                announce.yield(channel.localAddress?.port ?? wanted.port)
                announce.finish()
            }
            service = Task {
                do {
                    try await server.run()
                } catch {
                    announce.finish(throwing: error)
                    throw error
                }
            }
            var port: Int?
            for try await number in bound { port = number }
            guard let port else { throw CancellationError() }
            address = ListenAddress(host: wanted.host, port: port)
        } catch let error as DashboardError {
            try? await group.shutdownGracefully()
            throw error
        } catch {
            try? await group.shutdownGracefully()
            let code = (error as? IOError)?.errnoCode
            throw DashboardError.address(
                wanted.description,
                reason: code.map { String(cString: strerror($0)) } ?? "\(error)")
        }
        self.group = group
        let names = HostNames(
            of: address, named: configuration.names,
            isSecure: configuration.certificate != nil)
        let scheme = configuration.certificate == nil ? "http" : "https"
        place = "\(scheme)://\(names.first)/"
        link = place + (configuration.token.map { "?token=\($0.text)" } ?? "")
        var gate = RequestGate(
            hosts: names.all, token: configuration.token, cookie: "worldmodels_\(address.port)")
        gate.posts = site.posts
        responder.open(gate)
    }

    /// Ends all connections.
    package func stop() async {
        service.cancel()
        _ = await service.result
        // What was under way in the loop when it was told has its turn first.
        try? await group.next().submit {}.get()
        await arrivals.end()
        try? await group.shutdownGracefully()
    }

    private static func server(
        _ configuration: Configuration, group: MultiThreadedEventLoopGroup, responder: Responder,
        arrivals: Arrivals, onBound: @escaping @Sendable (any Channel) async -> Void
    ) throws -> any RunsUntilCancelled {
        let http = HTTP1Channel(
            responder: { try await responder.respond(to: $0, with: $1, over: $2) },
            configuration: .init(
                additionalChannelHandlers: [FaultEnd()],
                idleTimeout: .nanoseconds(
                    Int64(configuration.patience / .nanoseconds(1))),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: 8192, maxHeaderListSize: 16_384, maxHeaderFieldCount: 100)))
        let settings = ServerConfiguration(
            address: .hostname(configuration.address.bindHost, port: configuration.address.port),
            availableConnectionsDelegate: MaximumAvailableConnections(configuration.connections))
        let logger = Logger(label: "dashboard") { _ in SwiftLogNoOpLogHandler() }
        guard let certificate = configuration.certificate else {
            return Server(
                childChannelSetup: AttendedChannel(base: http, arrivals: arrivals),
                configuration: settings, onServerRunning: onBound,
                eventLoopGroup: group, logger: logger)
        }
        do {
            var tls = TLSConfiguration.makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMFile(certificate.chain)
                    .map { .certificate($0) },
                privateKey: .privateKey(
                    try NIOSSLPrivateKey(file: certificate.key, format: .pem)))
            tls.minimumTLSVersion = .tlsv12
            return Server(
                childChannelSetup: AttendedChannel(
                    base: try TLSChannel(http, tlsConfiguration: tls), arrivals: arrivals),
                configuration: settings, onServerRunning: onBound, eventLoopGroup: group,
                logger: logger)
        } catch {
            throw DashboardError.certificate(
                chain: certificate.chain, key: certificate.key, reason: "\(error)")
        }
    }
}

/// Ends a connection whose bytes are no request, or too many: they would be read on, and thrown away.
private final class FaultEnd: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

/// A server of either kind of connection.
private protocol RunsUntilCancelled: Sendable {
    func run() async throws
}

extension Server: RunsUntilCancelled {}

/// Why nothing is served.
package enum DashboardError: Error, Equatable, CustomStringConvertible {
    case address(String, reason: String)
    case plaintext(String)
    case certificate(chain: String, key: String, reason: String)

    package var description: String {
        switch self {
        case .address(let address, let reason): "cannot listen at \(address): \(reason)"
        case .plaintext(let address):
            "\(address) is beyond this host, where everybody could read what is sent: give"
                + " --tls-certificate and --tls-key, or --trusted-proxy where a proxy before it adds"
                + " TLS"
        case .certificate(let chain, let key, let reason):
            "\(chain) and \(key) are no certificate and its key in PEM form (\(reason))"
        }
    }
}
