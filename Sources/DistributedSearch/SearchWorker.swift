// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterSessions
import ClusterTransport
import Episodes
public import Foundation
import Objectives
import RolloutWorker

/// Evaluates candidates for a coordinator, on every core.
///
/// The coordinator may be a `SearchCoordinator` or `worldmodels optimize --bind`; any number of workers
/// come and go, and one that dies costs the repetition of what it had in hand.
public struct SearchWorker: Sendable {
    /// Where the coordinator is: tcp://HOST:PORT.
    public var address: String
    /// How this worker proves who it is.
    public var security: WorkerSecurity
    /// How many evaluations run at once.
    public var threads: Int

    /// Describes a worker; `run` does the work.
    public init(
        address: String, security: WorkerSecurity = .loopback,
        threads: Int = ProcessInfo.processInfo.activeProcessorCount
    ) {
        precondition(threads > 0, "\(threads) threads")
        self.address = address
        self.security = security
        self.threads = threads
    }

    /// Works until the search is over; waits for a coordinator that is not there, or not yet.
    ///
    /// Cancelling the task lets the evaluations in hand finish and leaves.
    ///
    /// - Parameters:
    ///   - report: Told what happens, one line each.
    ///   - objective: Gives a candidate's cost.
    /// - Throws: `SearchFailure`: the address or keys are wrong, or the coordinator will not have it.
    public func run(
        report: @escaping @Sendable (String) -> Void = { _ in },
        evaluating objective: @escaping Objective
    ) async throws {
        let worker = RolloutWorker(
            configuration: {
                var configuration = RolloutWorker.Configuration(
                    environments: 1, cores: threads, availableCores: threads)
                configuration.endsWhenFinished = true
                return configuration
            }())
        let endpoint = try SearchFailure.wrapping { try Endpoint(parsing: address, binding: false) }
        let security = try SearchFailure.wrapping {
            try self.security.clientSecurity(for: endpoint)
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation {
                (done: CheckedContinuation<Void, any Error>) in
                // It owns the socket and waits on it.
                let thread = Thread {
                    done.resume(
                        with: Result {
                            _ = try worker.run(
                                over: ConnectingTransport(
                                    connectingTo: endpoint, security: security),
                                engine: { _, work in try Self.engines(work, objective) },
                                report: { report($0.text) })
                        }.mapError(SearchFailure.wrapped))
                }
                thread.name = "search-worker"
                thread.start()
            }
        } onCancel: {
            worker.drain()
        }
    }

    private static func engines(
        _ work: Work, _ objective: @escaping Objective
    ) throws -> @Sendable (_ environments: Int) throws -> any EpisodeEngine {
        guard case .objective(let data) = work else {
            throw SearchFailure("the coordinator searches for no objective")
        }
        let settings = try ObjectiveSettings(data)
        guard settings.sense == .cost else {
            throw SearchFailure("the coordinator maximises, and this worker gives costs")
        }
        return { _ in ClosureEngine(settings, objective) }
    }
}
