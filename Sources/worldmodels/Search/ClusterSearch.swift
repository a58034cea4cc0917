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
    @OptionGroup var serving: ServingOptions

    @Option(
        help: .init(
            """
            The run's directory, where everything is kept as it happens; a run that is there goes on with the \
            same options, but for --max-evaluations and --target-cost.
            """, valueName: "dir"))
    var logdir: String?

    @Option(
        help: .init(
            """
            Have this share of evaluations done by two hosts and compared, so that one with wrong results \
            is found; for objectives that give the same twice. By default the first answer counts.
            """, valueName: "share"))
    var checkResults: Double?

    func validate() throws {
        if let checkResults, !(0...1).contains(checkResults) {
            throw ValidationError("--check-results \(checkResults): from 0 to 1")
        }
        if serving.listening.isGiven {
            guard logdir != nil else {
                throw ValidationError("--bind keeps the run in a directory: give --logdir DIR")
            }
            return
        }
        let vain =
            (logdir.map { _ in ["--logdir"] } ?? []) + serving.givenInVain
            + (checkResults.map { _ in ["--check-results"] } ?? [])
        if !vain.isEmpty {
            throw ValidationError(
                "\(vain.joined(separator: ", ")): of a search with workers; give --bind, or"
                    + " --address-file")
        }
    }
}

/// A search of optimize over the workers that connect.
struct ClusterSearch {
    let options: ClusterSearchOptions
    let objective: ObjectiveOptions
    /// The search of a new run.
    let beginning: RestartingSearch
    /// Generations in a row that may fail as a whole.
    let maximumFailedGenerations: Int

    private var configuration: RestartingSearch.Configuration { beginning.configuration }

    private var log: CommandLog { options.serving.logging.log("optimize", on: .standardError) }

    /// Searches to the end, and prints the line of JSON that ends an ask-and-tell session.
    func run() async throws {
        StopSignals.setStatus(options.serving.stopped.stoppedStatus)
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
        let announcement = try options.serving.announcement(
            of: server, run: run.identifier, workerOptions: ["--objective", "'PROGRAM ARG...'"])
        let meter = RunMeter()
        let pages = try await options.serving.show(server, run.store.directory, meter, log: log)
        let limits = RunLimits(generations: options.serving.generations, goesOnInDoubt: true)
        try await CoordinatorRun(
            run: run, limits: limits, server: server, announcement: announcement, meter: meter,
            display: false, writesTensorBoard: false, log: log,
            stoppedStatus: options.serving.stopped.stoppedStatus,
            form: objective.maximise ? .values : .costs
        ).run()
        await pages.stop()
        let search = try run.search()
        let line = BestSolutionFile.stopLine(search, objective.parameters, reason: "generations")
        try FileHandle.standardOutput.write(contentsOf: line)
        if search.best == nil {
            throw AskTellFailure.nothingFound(evaluations: search.evaluations)
        }
    }

    private func open() throws -> ObjectiveRun {
        let log = log
        var plan = objective.plan(seed: configuration.strategy.seed)
        // They are looked at after each generation; so many in a row are as good as all.
        plan.failedGenerations = min(maximumFailedGenerations, 1000) + 1
        let run = try ObjectiveRun(
            RunDirectory(path: options.logdir ?? ""), search: beginning, plan: plan,
            settings: settings, holder: RunLock.thisProcess, program: WorldModels.fullVersion,
            now: Date(), waiting: { log(.warning, "database-busy", "\($0); waiting for it") })
        if run.isNew { try BestSolutionFile.refuseOther(in: run.store.directory) }
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

    private func serverConfiguration(_ run: ObjectiveRun) throws -> RolloutServer.Configuration {
        let settings = objective.settings(dimension: self.configuration.strategy.dimension)
        var configuration = RolloutServer.Configuration(
            bind: options.serving.bind, run: run.identifier, models: [],
            work: .objective(settings: try settings.encoded()))
        try options.serving.admit(&configuration, to: run.store)
        var rules = ServerCore.ObjectiveRules()
        rules.retries = objective.retries
        rules.comparesResults = options.checkResults != nil
        configuration.core.objective = rules
        configuration.core.checkedShare = options.checkResults ?? 0
        configuration.core.plausibility = { _, outcome, _ in
            ObjectiveSettings.problem(with: outcome)
        }
        return configuration
    }
}
