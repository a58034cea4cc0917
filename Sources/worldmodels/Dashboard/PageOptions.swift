// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Dashboard
import Foundation
import TerminalOutput

/// How what is served to browsers and to Prometheus is guarded.
struct PageOptions: ParsableArguments {
    @Option(
        help: .init(
            "Serve figures for Prometheus at an address of their own, without the page and its token.",
            valueName: "host:port"))
    var metrics: String?

    @Option(
        help: .init(
            "The certificate's chain (PEM), with --tls-key: beyond loopback what is served needs TLS.",
            valueName: "file"))
    var tlsCertificate: String?

    @Option(help: .init("The certificate's key (PEM).", valueName: "file"))
    var tlsKey: String?

    @Flag(help: "Serve in the clear beyond loopback: a proxy before it adds TLS.")
    var trustedProxy = false

    @Option(
        help: .init(
            "Another name by which browsers call the server, such as a proxy's; may be given several"
                + " times.", valueName: "host[:port]"))
    var dashboardHost: [String] = []

    @Option(
        help: .init(
            "The file that keeps the link's token, made where it is missing (default: in the user's"
                + " state directory).", valueName: "file"))
    var dashboardToken: String?

    /// Where the page is where nobody says otherwise.
    static let usualAddress = "127.0.0.1:8484"

    func validate() throws {
        if (tlsCertificate == nil) != (tlsKey == nil) {
            throw ValidationError("--tls-certificate and --tls-key go together")
        }
        if let metrics { _ = try Self.address(metrics, of: "--metrics") }
        for name in dashboardHost where name.isEmpty || name.contains("/") || name.contains(" ") {
            throw ValidationError("--dashboard-host \(name): a host's name, with or without a port")
        }
    }

    /// Reads an address.
    static func address(_ text: String, of option: String) throws -> ListenAddress {
        do {
            return try ListenAddress(parsing: text)
        } catch {
            throw ValidationError("\(option) \(error)")
        }
    }

    /// Begins to serve what was asked for, and says where.
    ///
    /// - Parameters:
    ///   - page: Where the page is to be; nil for none.
    ///   - catalog: The runs.
    ///   - meter: What a coordinator counts; nil where this is none.
    /// - Returns: The servers, which live as long as somebody has them.
    /// - Throws: `DashboardError`, `AccessTokenError`.
    func serve(
        page: String?, _ catalog: RunCatalog, meter: RunMeter?
    ) async throws -> [DashboardServer] {
        var servers: [DashboardServer] = []
        if let page {
            var configuration = try settings(for: Self.address(page, of: "--dashboard"))
            configuration.token = try token()
            let site = Site(catalog, meter: meter)
            let server = try await start(configuration, site, isUsual: page == Self.usualAddress)
            Terminal.standardOutput.write("the page: \(server.link)\n")
            servers.append(server)
        }
        if let metrics {
            let site = Site(catalog, meter: meter, hasPage: false)
            let server = try await DashboardServer(
                settings(for: Self.address(metrics, of: "--metrics")), serving: site)
            Terminal.standardOutput.write("figures for Prometheus: \(server.link)metrics\n")
            servers.append(server)
        }
        return servers
    }

    /// Listens; where nobody named a port and the usual one is taken, at a free one.
    private func start(
        _ configuration: DashboardServer.Configuration, _ site: Site, isUsual: Bool
    ) async throws -> DashboardServer {
        do {
            return try await DashboardServer(configuration, serving: site)
        } catch let error as DashboardError {
            guard isUsual, case .address = error else { throw error }
            var other = configuration
            other.address.port = 0
            return try await DashboardServer(other, serving: site)
        }
    }

    private func settings(for address: ListenAddress) -> DashboardServer.Configuration {
        var configuration = DashboardServer.Configuration(address: address)
        if let tlsCertificate, let tlsKey { configuration.certificate = (tlsCertificate, tlsKey) }
        configuration.isBehindProxy = trustedProxy
        configuration.names = dashboardHost
        return configuration
    }

    /// The link's token, which outlives the program where there is a place for it.
    private func token() throws -> AccessToken {
        if let dashboardToken { return try AccessToken(in: URL(fileURLWithPath: dashboardToken)) }
        let environment = ProcessInfo.processInfo.environment
        let state =
            environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
            ?? environment["HOME"].map { "\($0)/.local/state" }
        guard let state else { return AccessToken() }
        do {
            return try AccessToken(in: URL(fileURLWithPath: "\(state)/worldmodels/dashboard.token"))
        } catch {
            // A user without a home has a link that holds until the program ends.
            guard case .unwritable = error else { throw error }
            return AccessToken()
        }
    }
}
