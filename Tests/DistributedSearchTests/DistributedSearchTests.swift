// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import DistributedSearch
import EvolutionStrategies
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite(.inTurn, .timeLimit(.minutes(20)))
struct DistributedSearchTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private static let search = RestartingSearch.Configuration(
        strategy: .init(
            initialMean: [3, -2, 1], initialSigma: 1, seed: 4,
            stopping: StoppingCriteria(maximumEvaluations: 140)), schedule: .ipop)

    /// A cost that depends on the parameters and the seed alone.
    @Sendable private static func cost(_ evaluation: Evaluation) -> Double {
        evaluation.parameters.reduce(Double(evaluation.seed % 1000) / 1e4) { $0 + $1 * $1 }
    }

    /// Counted on several threads.
    private final class Calls: Sendable {
        let count = Atomic(0)
    }

    private func coordinator(
        _ name: String, generations: Int? = nil, samples: Int = 2
    ) -> SearchCoordinator {
        SearchCoordinator(
            Self.search, directory: directory.file(name), evaluationsPerCandidate: samples,
            maximumGenerations: generations)
    }

    @Test func `threads and workers find the same, as the bare search does`() async throws {
        let alone = try await coordinator("threads", samples: 1).run(threads: 3) {
            $0.parameters.reduce(0) { $0 + $1 * $1 }
        }
        var search = try RestartingSearch(Self.search)
        while search.stopReasons.isEmpty {
            try search.tell(
                costs: try search.ask().map { $0.reduce(0) { $0 + $1 * $1 } })
        }
        #expect(alone.best == search.best && alone.evaluations == search.evaluations)
        #expect(alone.reasons == [.maximumEvaluations] && !alone.isInterrupted)

        let threads = try await coordinator("noisy").run(threads: 2, evaluating: Self.cost)
        let (addresses, listening) = AsyncStream.makeStream(of: String.self)
        let coordinator = coordinator("workers")
        async let outcome = coordinator.run(
            at: "tcp://127.0.0.1:*", listening: { listening.yield($0) })
        var iterator = addresses.makeAsyncIterator()
        let address = try #require(await iterator.next())
        let calls = Calls()
        async let first: Void = SearchWorker(address: address, threads: 1).run {
            calls.count.add(1, ordering: .relaxed)
            return Self.cost($0)
        }
        async let second: Void = SearchWorker(address: address, threads: 2).run {
            calls.count.add(1, ordering: .relaxed)
            return Self.cost($0)
        }
        #expect(try await outcome == threads)
        _ = try await (first, second)
        #expect(calls.count.load(ordering: .relaxed) >= 2 * 140)
        #expect(threads.best?.cost != alone.best?.cost)
    }

    @Test func `what was interrupted goes on as if it had not been`() async throws {
        let whole = try await coordinator("whole").run(threads: 1, evaluating: Self.cost)
        let parts = coordinator("parts")
        let count = Atomic(0)
        let task = Mutex<Task<SearchOutcome, any Error>?>(nil)
        let begun = Task {
            try await parts.run(threads: 1) { evaluation in
                if count.add(1, ordering: .relaxed).newValue == 75 {
                    task.withLock { $0?.cancel() }
                }
                return Self.cost(evaluation)
            }
        }
        task.withLock { $0 = begun }
        let interrupted = try await begun.value
        // The task may have been through before it was known whom to cancel.
        if interrupted.isInterrupted { #expect(interrupted.evaluations < whole.evaluations) }
        #expect(try await parts.run(threads: 2, evaluating: Self.cost) == whole)
        let short = try await coordinator("short", generations: 3)
            .run(threads: 2, evaluating: Self.cost)
        #expect(short.reasons.isEmpty && !short.isInterrupted)
        #expect(try await coordinator("short").run(threads: 2, evaluating: Self.cost) == whole)
    }

    @Test func `failures are tried again, and no value ranks worst`() async throws {
        struct Broken: Error {}
        let whole = try await coordinator("whole").run(threads: 2, evaluating: Self.cost)
        let seen = Mutex<Set<Evaluation>>([])
        let frail = try await coordinator("frail").run(threads: 2) { evaluation in
            guard seen.withLock({ !$0.insert(evaluation).inserted }) else { throw Broken() }
            return Self.cost(evaluation)
        }
        #expect(frail == whole)
        let partial = try await coordinator("partial").run(threads: 2) {
            $0.candidate == 0 ? .nan : Self.cost($0)
        }
        #expect(partial.best != nil && partial.best != whole.best)
        var other = coordinator("whole")
        other.search.strategy.initialSigma = 2
        await #expect(throws: SearchFailure.self) {
            _ = try await other.run(threads: 1, evaluating: Self.cost)
        }
    }

    @Test func `beyond loopback there is nothing without keys`() async throws {
        await #expect(throws: SearchFailure.self) {
            _ = try await coordinator("open").run(at: "tcp://0.0.0.0:*")
        }
        await #expect(throws: SearchFailure.self) {
            try await SearchWorker(address: "tcp://192.0.2.1:5555").run(evaluating: Self.cost)
        }
    }
}
