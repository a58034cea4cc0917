// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import Episodes
public import EvolutionStrategies
public import Foundation
import Objectives
import RolloutServer
import RunStore
import Search

/// A search whose candidates are evaluated in this process or by workers that connect, kept in a
/// directory as it goes.
///
/// The same search in the same directory continues where it stopped, or was killed, and ends with the
/// same bits as one that was not: `worldmodels inspect` shows it.
public struct SearchCoordinator: Sendable {
    /// What is searched and how.
    public var search: RestartingSearch.Configuration
    /// Where everything is kept.
    public var directory: URL
    /// Evaluations a candidate, each with another seed; its cost is their mean.
    public var evaluationsPerCandidate: Int
    /// When to end at the latest, generations of earlier starts included; nil: when the search is over.
    public var maximumGenerations: Int?
    /// How often a failed evaluation is tried again.
    public var retries = 2 {
        willSet { precondition(newValue >= 0, "\(newValue) retries") }
    }

    /// Describes a search; `run` does the work.
    public init(
        _ search: RestartingSearch.Configuration, directory: URL,
        evaluationsPerCandidate: Int = 1, maximumGenerations: Int? = nil
    ) {
        precondition(evaluationsPerCandidate > 0, "\(evaluationsPerCandidate) evaluations")
        self.search = search
        self.directory = directory
        self.evaluationsPerCandidate = evaluationsPerCandidate
        self.maximumGenerations = maximumGenerations
    }

    /// Searches with this process's threads.
    ///
    /// Cancelling the task ends it, with what has arrived stored.
    ///
    /// - Parameters:
    ///   - threads: How many evaluations run at once.
    ///   - progress: Told after each generation.
    ///   - objective: Gives a candidate's cost.
    /// - Returns: What was found.
    /// - Throws: `SearchFailure`: the directory cannot be used, or has a search of other settings.
    public func run(
        threads: Int = ProcessInfo.processInfo.activeProcessorCount,
        progress: @escaping @Sendable (SearchProgress) -> Void = { _ in },
        evaluating objective: @escaping Objective
    ) async throws -> SearchOutcome {
        precondition(threads > 0, "\(threads) threads")
        let run = try SearchFailure.wrapping { try open() }
        return try await drive(
            run,
            with: ClosureService(
                settings: settings, threads: threads, retries: retries, objective: objective),
            progress)
    }

    /// Searches with the workers that connect: `SearchWorker`, or `worldmodels worker --objective`.
    ///
    /// Cancelling the task ends it, with what has arrived stored; workers wait for it to return.
    ///
    /// - Parameters:
    ///   - address: Where to listen: tcp://HOST:PORT, where * takes a free port.
    ///   - security: Who may connect.
    ///   - listening: Told where it listens.
    ///   - report: Told what happens with workers, one line each.
    ///   - progress: Told after each generation.
    /// - Returns: What was found.
    /// - Throws: `SearchFailure`: the address, the keys or the directory cannot be used, or it has a
    ///   search of other settings.
    public func run(
        at address: String, security: CoordinatorSecurity = .loopback,
        listening: @escaping @Sendable (String) -> Void = { _ in },
        report: @escaping @Sendable (String) -> Void = { _ in },
        progress: @escaping @Sendable (SearchProgress) -> Void = { _ in }
    ) async throws -> SearchOutcome {
        let (run, server) = try SearchFailure.wrapping {
            let run = try open()
            return (run, try RolloutServer(configuration(run, address, security)))
        }
        listening(server.address)
        let watcher = Task {
            for await event in server.events { report(event.description) }
        }
        defer { watcher.cancel() }
        do {
            let outcome = try await drive(run, with: server, progress)
            if outcome.isInterrupted {
                server.stop(.paused, reason: "it was told to, and the search can be continued")
            } else {
                server.stop(.finished, reason: "the search is over")
            }
            return outcome
        } catch {
            server.stop(.failed, reason: "\(error)")
            throw error
        }
    }

    // MARK: Steps

    private var settings: ObjectiveSettings {
        ObjectiveSettings(dimension: search.strategy.dimension)
    }

    private func open() throws -> ObjectiveRun {
        let strategy = search.strategy
        let samples = Schedule(evaluationsPerCandidate)
        return try ObjectiveRun(
            RunDirectory(path: directory.path), search: RestartingSearch(search),
            plan: GenerationPlan(
                objective: samples, seed: strategy.seed, precision: settings.precision),
            settings: [
                .init(ObjectiveRun.kind, settings.sense.rawValue),
                .init("dimension", "\(strategy.dimension)"), .init("seed", "\(strategy.seed)"),
                .init("sigma", "\(strategy.initialSigma)"),
                .init("variant", strategy.variant.rawValue),
                .init("population", "\(strategy.populationSize)"),
                .init("restarts", search.schedule.rawValue),
                .init("parameters", settings.precision.rawValue),
                .init("n-samples", samples.description),
                .init("retries", "\(retries)", isFree: true),
            ],
            holder: RunLock.thisProcess, program: ProcessInfo.processInfo.processName, now: Date())
    }

    private func drive(
        _ run: ObjectiveRun, with service: any EpisodeService,
        _ progress: @escaping @Sendable (SearchProgress) -> Void
    ) async throws -> SearchOutcome {
        do {
            let ending = try await run.drive(
                with: service,
                limits: RunLimits(generations: maximumGenerations, goesOnInDoubt: true),
                saveSearch: { progress(SearchProgress($0)) })
            return SearchOutcome(try run.search(), isInterrupted: ending == .interrupted)
        } catch {
            throw SearchFailure.wrapped(error)
        }
    }

    private func configuration(
        _ run: ObjectiveRun, _ address: String, _ security: CoordinatorSecurity
    ) throws -> RolloutServer.Configuration {
        var configuration = RolloutServer.Configuration(
            bind: address, run: run.identifier, models: [],
            work: .objective(settings: try settings.encoded()))
        var rules = ServerCore.ObjectiveRules()
        rules.retries = retries
        rules.comparesResults = false
        configuration.core.objective = rules
        configuration.core.checkedShare = 0
        configuration.core.plausibility = { _, outcome, _ in
            ObjectiveSettings.problem(with: outcome)
        }
        configuration.security = try security.serverSecurity()
        return configuration
    }
}
