// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import EvolutionStrategies
import Foundation
import Objectives
import Synchronization
import TestSupport
import Testing

@testable import DistributedSearch

@Suite(.inTurn())
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

    @Test func `as many evaluations run at once as there are to be threads, though each waits`()
        async throws
    {
        // More than there are cores, by which the threads of asynchronous functions are counted.
        let threads = ProcessInfo.processInfo.activeProcessorCount + 2
        var strategy = Self.search.strategy
        strategy.population = threads
        strategy.stopping.maximumEvaluations = threads
        let condition = NSCondition()
        let entered = Mutex(0)
        let outcome = try await SearchCoordinator(
            RestartingSearch.Configuration(strategy: strategy, schedule: .none),
            directory: directory.file("wide")
        ).run(threads: threads) { evaluation in
            condition.lock()
            defer { condition.unlock() }
            entered.withLock { $0 += 1 }
            condition.broadcast()
            // Until all are here; but not for ever, so that this test can fail.
            let end = Date(timeIntervalSinceNow: 120)
            while entered.withLock({ $0 }) < threads {
                guard condition.wait(until: end) else { return .nan }
            }
            return Self.cost(evaluation)
        }
        #expect(outcome.best != nil && outcome.evaluations == threads)
    }

    @Test func `an engine steps on while an evaluation takes long`() async throws {
        struct Broken: Error {}
        let gate = DispatchSemaphore(value: 0)
        let settings = ObjectiveSettings(dimension: 1)
        let steps = try await onThread {
            let engine = ClosureEngine(settings) { evaluation in
                gate.wait()
                if evaluation.candidate == 1 { throw Broken() }
                return evaluation.parameters[0]
            }
            func finish(_ candidate: Int, _ value: Double) throws -> [FinishedEpisode] {
                let episode = Episode(
                    name: EpisodeName(
                        purpose: .training, generation: 1, candidate: candidate, repetition: 0),
                    trackSeed: 1, vector: candidate)
                try engine.submit(
                    episode, parameters: settings.precision.words([value]), ticket: 7)
                try engine.step()
                let early = engine.takeFinished()
                gate.signal()
                var late: [FinishedEpisode] = []
                while late.isEmpty {
                    try engine.step()
                    late = engine.takeFinished()
                }
                return early + late
            }
            return [try finish(0, 0.25), try finish(1, 0.5), try finish(2, 0.75)]
        }
        #expect(steps.map(\.count) == [1, 1, 1])
        #expect(try steps[0][0].outcome.get().episodeReturn == -0.25)
        #expect(steps[0][0].ticket == 7)
        let error = #expect(throws: EpisodeFailure.self) { try steps[1][0].outcome.get() }
        #expect(error?.description.contains("the objective failed: Broken()") == true)
        #expect(try steps[2][0].outcome.get().episodeReturn == -0.75)
    }

    @Test func `another search is refused by what differs in it, a larger budget is not`()
        async throws
    {
        let first = try await coordinator("run").run(threads: 1, evaluating: Self.cost)
        var other = coordinator("run")
        other.search.strategy.initialMean[0] = 4
        let error = await #expect(throws: SearchFailure.self) {
            _ = try await other.run(threads: 1, evaluating: Self.cost)
        }
        #expect(error?.description.contains("another --x0 than") == true)
        var longer = coordinator("run")
        longer.search.strategy.stopping.maximumEvaluations = 200
        let more = try await longer.run(threads: 1, evaluating: Self.cost)
        #expect(more.evaluations > first.evaluations)
        // Who has it holds it alone.
        let gate = DispatchSemaphore(value: 0)
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        async let holder = coordinator("held").run(threads: 1) {
            begin.yield()
            gate.wait()
            return Self.cost($0)
        }
        for await _ in begun { break }
        let held = await #expect(throws: SearchFailure.self) {
            _ = try await coordinator("held").run(threads: 1, evaluating: Self.cost)
        }
        #expect(
            held?.description.contains("process \(ProcessInfo.processInfo.processIdentifier)")
                == true)
        for _ in 0..<1000 { gate.signal() }
        _ = try await holder
    }
}
