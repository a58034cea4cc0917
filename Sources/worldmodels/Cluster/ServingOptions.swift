// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import ClusterSessions
import ClusterTransport
import Dashboard
import Foundation
import RolloutServer
import RunStore

/// How a search is served to workers and shown, whatever its candidates are tried on.
struct ServingOptions: ParsableArguments {
    @OptionGroup(title: "Where workers find it (by default a free port of 127.0.0.1)")
    var listening: ListeningOptions

    @OptionGroup var stopped: StoppedStatusOptions

    @Option(
        help: .init(
            "End after so many generations, those of earlier starts included.", valueName: "count"))
    var generations: Int?

    @Option(help: .init("Refuse workers beyond this number.", valueName: "count"))
    var maxWorkers: Int?

    @OptionGroup(title: "Who may connect")
    var security: ServerSecurityOptions

    @Option(
        defaultAsFlag: PageOptions.usualAddress,
        help: .init(
            "Show the run in a browser: a page at HOST:PORT, or at a port of this host alone.",
            valueName: "host:port"))
    var dashboard: String?

    @OptionGroup(title: "What browsers and Prometheus are shown")
    var page: PageOptions

    @OptionGroup(title: "What it tells")
    var logging: LogOptions

    func validate() throws {
        if let generations, generations < 1 {
            throw ValidationError("--generations \(generations): at least 1")
        }
        if let maxWorkers, maxWorkers < 1 {
            throw ValidationError("--max-workers \(maxWorkers): at least 1")
        }
        if let dashboard { _ = try PageOptions.address(dashboard, of: "--dashboard") }
        if dashboard == nil, page.metrics == nil, let given = page.guards.given {
            throw ValidationError("\(given) is about what browsers get: --dashboard serves it.")
        }
    }

    /// Those that were given without a place to listen at, where there has to be one.
    var givenInVain: [String] {
        guard !listening.isGiven else { return [] }
        let options: [(String, Any?)] = [
            ("--generations", generations), ("--max-workers", maxWorkers), ("--key", security.key),
            ("--allow", security.allow), ("--dashboard", dashboard), ("--metrics", page.metrics),
        ]
        return options.filter { $0.1 != nil }.map(\.0)
    }

    /// Where to listen.
    var bind: String { listening.bind ?? "tcp://127.0.0.1:*" }

    /// Says who may connect.
    ///
    /// - Throws: `KeyFileError`, `ValidationError`: a key file cannot be used, or one is missing.
    func secure(_ configuration: inout RolloutServer.Configuration) throws {
        configuration.security = try security.security()
        configuration.isInsecureAllowed = security.insecure
    }

    /// Says who may connect, and who is not to be believed by what the run knows.
    ///
    /// - Throws: As `secure`; `RunStoreError`.
    func admit(_ configuration: inout RolloutServer.Configuration, to store: RunStore) throws {
        try secure(&configuration)
        configuration.core.session.maximumWorkers = maxWorkers
        let now = Date()
        configuration.core.quarantined = try store.reader.quarantines().compactMap {
            guard $0.isDistrusted, let ends = $0.ends, ends > now else { return nil }
            return ServerCore.Quarantine(
                party: $0.party, reason: $0.reason, seconds: ends.timeIntervalSince(now))
        }
    }

    /// What people and workers are told of a server.
    ///
    /// - Parameters:
    ///   - server: What listens.
    ///   - run: The run's identifier; nil while it is being prepared.
    ///   - workerOptions: What workers are given beside where it is, as a shell takes it.
    /// - Returns: The announcement; the address's file is written where it is wanted.
    /// - Throws: As `Announcement`.
    func announcement(
        of server: RolloutServer, run: String?, workerOptions: [String] = []
    ) throws -> Announcement {
        try Announcement(
            of: server.address, run: run, options: listening, security: security,
            publicKey: security.security().publicKey, workerOptions: workerOptions)
    }

    /// Begins to show a run to browsers and to Prometheus, where that was asked for.
    ///
    /// - Parameters:
    ///   - server: Who knows its status.
    ///   - directory: The run's.
    ///   - meter: What is counted.
    ///   - log: Where it is said.
    /// - Returns: What is served, as long as somebody has it.
    /// - Throws: As `PageOptions.serve`.
    func show(
        _ server: RolloutServer, _ directory: RunDirectory, _ meter: RunMeter, log: CommandLog
    ) async throws -> ServedPages {
        guard dashboard != nil || page.metrics != nil else { return ServedPages() }
        let catalog = RunCatalog(
            ServedRun(directory, status: { server.status() }, films: RunFilms()))
        return try await page.serve(page: dashboard, catalog, meter: meter, log: log)
    }
}
