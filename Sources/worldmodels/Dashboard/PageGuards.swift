// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Dashboard
import Foundation
import TerminalOutput

/// How what is served to browsers is guarded.
struct PageGuards: ParsableArguments {
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

    @Option(
        help: .init(
            """
            Where no terminal is there to print the link on: the file that holds it, for its owner alone \
            to read, until the page ends (default: dashboard-HOST-PORT.link in the user's state \
            directory).
            """, valueName: "file"))
    var dashboardLink: String?

    func validate() throws {
        if (tlsCertificate == nil) != (tlsKey == nil) {
            throw ValidationError("--tls-certificate and --tls-key go together")
        }
        for name in dashboardHost where name.isEmpty || name.contains("/") || name.contains(" ") {
            throw ValidationError("--dashboard-host \(name): a host's name, with or without a port")
        }
    }

    /// The first option that was given; nil: none was.
    var given: String? {
        let options: [(String, Bool)] = [
            ("--tls-certificate", tlsCertificate != nil), ("--trusted-proxy", trustedProxy),
            ("--dashboard-host", !dashboardHost.isEmpty),
            ("--dashboard-token", dashboardToken != nil),
            ("--dashboard-link", dashboardLink != nil),
        ]
        return options.first(where: \.1)?.0
    }

    /// Says where the page is; the link, which has the token, goes to a terminal or into a file, and
    /// never into a log.
    func tell(_ server: DashboardServer, _ log: CommandLog) throws -> LinkFile? {
        let terminal = [Terminal.standardOutput, .standardError].first(where: \.isTerminal)
        terminal?.write("the page: \(server.link)\n")
        let file = try dashboardLink == nil && terminal != nil ? nil : linkFile(server)
        guard terminal == nil || !log.isPlain else { return file }
        let rest =
            file.map { "; the link with its token is in \($0.path)" }
            ?? (terminal == nil ? "; --dashboard-link FILE gives the link with its token" : "")
        log(.info, "page", "the page: \(server.place)\(rest)")
        return file
    }

    /// The file with the link; nil where nobody named one and there is no place for it.
    private func linkFile(_ server: DashboardServer) throws -> LinkFile? {
        if let dashboardLink {
            return try LinkFile(server.link, at: URL(fileURLWithPath: dashboardLink))
        }
        let host = ProcessInfo.processInfo.hostName.prefix { $0 != "." }
            .filter { $0.isLetter || $0.isNumber || $0 == "-" }
        let name = "dashboard-\(host)-\(server.address.port).link"
        return Self.stateDirectory.flatMap {
            try? LinkFile(server.link, at: $0.appending(path: name))
        }
    }

    func settings(for address: ListenAddress) -> DashboardServer.Configuration {
        var configuration = DashboardServer.Configuration(address: address)
        if let tlsCertificate, let tlsKey { configuration.certificate = (tlsCertificate, tlsKey) }
        configuration.isBehindProxy = trustedProxy
        configuration.names = dashboardHost
        return configuration
    }

    /// The link's token, which outlives the program where there is a place for it.
    func token() throws -> AccessToken {
        if let dashboardToken { return try AccessToken(in: URL(fileURLWithPath: dashboardToken)) }
        guard let directory = Self.stateDirectory else { return AccessToken() }
        do {
            return try AccessToken(in: directory.appending(path: "dashboard.token"))
        } catch {
            // A user without a home has a link that holds until the program ends.
            guard case .unwritable = error else { throw error }
            return AccessToken()
        }
    }

    /// Where the user's programs keep what they need again.
    private static var stateDirectory: URL? {
        // A path that is no UTF-8 is no place: its text would be another one's.
        let state: String?
        if let given = getenv("XDG_STATE_HOME"), given.pointee == CChar(UInt8(ascii: "/")) {
            state = String(validatingCString: given)
        } else {
            state = getenv("HOME").flatMap { String(validatingCString: $0) }
                .map { "\($0)/.local/state" }
        }
        return state.map { URL(fileURLWithPath: "\($0)/worldmodels") }
    }
}
