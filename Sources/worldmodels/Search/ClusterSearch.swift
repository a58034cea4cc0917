// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import ClusterProtocol
import ClusterSessions
import ClusterTransport
import Dashboard
import Episodes
import EvolutionStrategies
import Foundation
import Objectives
import RolloutServer
import RunReports
import RunStore
import Search
import TerminalOutput

/// The options of optimize for workers that evaluate.
struct ClusterSearchOptions: ParsableArguments {
    @OptionGroup var listening: ListeningOptions

    @Option(
        help: .init(
            "The run's directory, where everything is kept as it happens.", valueName: "dir"))
    var logdir: String?

    @Option(
        help: .init(
            "End after so many generations, those of earlier starts included.", valueName: "count"))
    var generations: Int?

    @Option(help: .init("Refuse workers beyond this number.", valueName: "count"))
    var maxWorkers: Int?

    @OptionGroup var security: ServerSecurityOptions

    @Option(
        help: .init(
            """
            Have this share of evaluations done by two hosts and compared, so that one with wrong results \
            is found; for objectives that give the same twice. By default the first answer counts.
            """, valueName: "share"))
    var checkResults: Double?

    @Option(
        defaultAsFlag: PageOptions.usualAddress,
        help: .init(
            "Show the run in a browser: a page at HOST:PORT, or at a port of this host alone.",
            valueName: "host:port"))
    var dashboard: String?

    @OptionGroup var page: PageOptions

    @OptionGroup var stopped: StoppedStatusOptions

    @OptionGroup var logging: LogOptions

    func validate() throws {
        guard listening.isGiven else {
            let others: [Any?] = [
                logdir, generations, maxWorkers, checkResults, dashboard, security.key,
            ]
            if others.contains(where: { $0 != nil }) {
                throw ValidationError(
                    "--logdir, --generations, --max-workers, --check-results, --dashboard and --key go"
                        + " with --bind, or --address-file")
            }
            return
        }
        guard logdir != nil else {
            throw ValidationError("--bind keeps the run in a directory: give --logdir DIR")
        }
        if let generations, generations < 1 {
            throw ValidationError("--generations \(generations): at least 1")
        }
        if let maxWorkers, maxWorkers < 1 {
            throw ValidationError("--max-workers \(maxWorkers): at least 1")
        }
        if let checkResults, !(0...1).contains(checkResults) {
            throw ValidationError("--check-results \(checkResults): from 0 to 1")
        }
        if let dashboard { _ = try PageOptions.address(dashboard, of: "--dashboard") }
    }
}

/// A search of optimize over the workers that connect.
struct ClusterSearch {
    let options: ClusterSearchOptions
    let objective: ObjectiveOptions
    let configuration: RestartingSearch.Configuration
    /// Solutions to be among the first candidates of a new run.
    let injections: [[Double]]

    private var log: CommandLog { options.logging.log("optimize", on: .standardError) }

    /// Searches to the end, and prints the line of JSON that ends an ask-and-tell session.
    func run() async throws {
        StopSignals.setStatus(options.stopped.stoppedStatus)
        guard configuration.strategy.noise == nil else {
            throw ValidationError(
                "noise handling is of a search without workers: give --n-samples, which evaluates each"
                    + " candidate so often")
        }
        let words =
            configuration.strategy.dimension * (objective.parameters == .float64 ? 2 : 1)
        guard words <= WireLimits.parameters else {
            throw InputError(
                "--dimension \(configuration.strategy.dimension): workers are sent at most"
                    + " \(WireLimits.parameters) numbers of float32, or half as many of float64")
        }
        let run = try open()
        let server = try RolloutServer(serverConfiguration(run))
        defer { server.stop() }
        let announcement = try Announcement(
            of: server.address, run: run.identifier, options: options.listening,
            security: options.security, publicKey: options.security.security().publicKey,
            workerOptions: ["--objective", "'PROGRAM ARG...'"])
        let meter = RunMeter()
        let pages = try await show(server, meter, run.store.directory)
        let limits = RunLimits(generations: options.generations, goesOnInDoubt: true)
        try await CoordinatorRun(
            run: run, limits: limits, server: server, announcement: announcement, meter: meter,
            display: false, writesTensorBoard: false, log: log,
            stoppedStatus: options.stopped.stoppedStatus,
            form: objective.maximise ? .values : .costs
        ).run()
        await pages.stop()
        let line = try BestSolutionFile.stopLine(run.search(), reason: "generations")
        try FileHandle.standardOutput.write(contentsOf: line)
    }

    private func open() throws -> ObjectiveRun {
        let process = ProcessInfo.processInfo
        let log = log
        var search = try RestartingSearch(configuration)
        for solution in injections { try search.inject(solution) }
        let directory = RunDirectory(path: options.logdir ?? "")
        var status = stat()
        let database = directory.database.path(percentEncoded: false)
        if stat(database, &status) != 0 || status.st_size == 0 {
            // Before a database is made there.
            try BestSolutionFile(directory: directory).refusePresent()
        }
        let run = try ObjectiveRun(
            directory, search: search,
            plan: objective.plan(seed: configuration.strategy.seed), settings: settings,
            holder: "process \(process.processIdentifier) on \(process.hostName)",
            program: "worldmodels \(WorldModels.configuration.version)", now: Date(),
            waiting: { log(.warning, "database-busy", "\($0); waiting for it") })
        if run.isNew { try BestSolutionFile(directory: directory).refusePresent() }
        return run
    }

    /// As the database has them.
    private var settings: [ObjectiveRun.Setting] {
        let strategy = configuration.strategy
        return [
            .init(ObjectiveRun.kind, objective.sense.rawValue),
            .init("dimension", "\(strategy.dimension)"), .init("seed", "\(strategy.seed)"),
            .init("sigma", "\(strategy.initialSigma)"),
            .init("variant", strategy.variant.rawValue),
            .init("population", "\(strategy.populationSize)"),
            .init("restarts", configuration.schedule.rawValue),
        ] + objective.listed
    }

    private func show(
        _ server: RolloutServer, _ meter: RunMeter, _ directory: RunDirectory
    ) async throws -> ServedPages {
        guard options.dashboard != nil || options.page.metrics != nil else { return ServedPages() }
        let catalog = RunCatalog(
            ServedRun(directory, status: { server.status() }, films: RunFilms()))
        return try await options.page.serve(
            page: options.dashboard, catalog, meter: meter, log: log)
    }

    private func serverConfiguration(_ run: ObjectiveRun) throws -> RolloutServer.Configuration {
        let settings = objective.settings(dimension: self.configuration.strategy.dimension)
        var configuration = RolloutServer.Configuration(
            bind: options.listening.bind ?? "tcp://127.0.0.1:*", run: run.identifier, models: [],
            work: .objective(settings: try settings.encoded()))
        configuration.core.session.maximumWorkers = options.maxWorkers
        var rules = ServerCore.ObjectiveRules()
        rules.retries = objective.retries
        rules.comparesResults = options.checkResults != nil
        configuration.core.objective = rules
        configuration.core.checkedShare = options.checkResults ?? 0
        configuration.core.plausibility = { ObjectiveSettings.problem(with: $1) }
        let now = Date()
        configuration.core.quarantined = try run.store.reader.quarantines().compactMap {
            guard $0.isDistrusted, let ends = $0.ends, ends > now else { return nil }
            return ServerCore.Quarantine(
                party: $0.party, reason: $0.reason, seconds: ends.timeIntervalSince(now))
        }
        configuration.security = try options.security.security()
        configuration.isInsecureAllowed = options.security.insecure
        return configuration
    }
}
