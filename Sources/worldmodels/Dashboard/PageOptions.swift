// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Dashboard
import Foundation
import TerminalOutput

/// What is served to browsers and to Prometheus.
struct PageOptions: ParsableArguments {
    @Option(
        help: .init(
            "Serve figures for Prometheus at an address of their own, without the page and its token.",
            valueName: "host:port"))
    var metrics: String?

    @OptionGroup var guards: PageGuards

    /// Where the page is where nobody says otherwise.
    static let usualAddress = "127.0.0.1:8484"

    func validate() throws {
        if let metrics { _ = try Self.address(metrics, of: "--metrics") }
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
    ///   - log: Where it is said.
    /// - Returns: What is served, as long as somebody has it.
    /// - Throws: `DashboardError`, `AccessTokenError`, `LinkFileError`.
    func serve(
        page: String?, _ catalog: RunCatalog, meter: RunMeter?, log: CommandLog
    ) async throws -> ServedPages {
        var servers: [DashboardServer] = []
        var link: LinkFile?
        if let page {
            var configuration = try guards.settings(for: Self.address(page, of: "--dashboard"))
            configuration.token = try guards.token()
            let site = Site(catalog, meter: meter)
            let server = try await start(configuration, site, isUsual: page == Self.usualAddress)
            servers.append(server)
            link = try guards.tell(server, log)
        }
        if let metrics {
            let site = Site(catalog, meter: meter, hasPage: false)
            let server = try await DashboardServer(
                guards.settings(for: Self.address(metrics, of: "--metrics")), serving: site)
            log(.info, "metrics", "figures for Prometheus: \(server.place)metrics")
            servers.append(server)
        }
        return ServedPages(servers: servers, link: link)
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
}

/// What is served, until it is stopped or nobody has it any more.
final class ServedPages: Sendable {
    private let servers: [DashboardServer]
    private let link: LinkFile?

    init(servers: [DashboardServer] = [], link: LinkFile? = nil) {
        self.servers = servers
        self.link = link
    }

    /// Ends all connections, and takes the link's file away.
    func stop() async {
        link?.remove()
        for server in servers { await server.stop() }
    }
}
