// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import EvolutionStrategies
import Foundation
import RunStore
import Search
import Synchronization
import TestSupport
import Testing

/// Runs whose candidates are evaluated, not driven.
struct ObjectiveRunTests {
    private static let dimension = 4

    /// Evaluates in this process, by a formula over what the words of a vector stand for.
    private struct Formula: EpisodeService {
        var precision = ParameterPrecision.float64
        /// The candidates that fail.
        var failing: Set<Int> = []
        /// Told the seed of each evaluation.
        var onEpisode: @Sendable (Episode) -> Void = { _ in }
        /// Ends the service after so many evaluations.
        var limit = Int.max

        func perform(
            _ batch: EpisodeBatch, onNews: @Sendable (EpisodeNews) throws -> Void
        ) async throws -> [EpisodeResult] {
            var results: [EpisodeResult] = []
            for episode in batch.episodes {
                if results.count == limit { throw CancellationError() }
                onEpisode(episode)
                let point = precision.numbers(batch.parameters(of: episode)) ?? []
                var outcome = EpisodeOutcome(
                    episodeReturn: -ObjectiveRunTests.rastrigin(point), steps: 1, tilesVisited: 0,
                    trackTiles: 0,
                    end: .answered, info: ["first": point.first ?? 0])
                if failing.contains(episode.name.candidate) { outcome = .setAside }
                let result = EpisodeResult(episode: episode, outcome: outcome)
                try onNews(.finished(result, file: nil))
                results.append(result)
            }
            return results
        }
    }

    fileprivate static func rastrigin(_ point: [Double]) -> Double {
        point.reduce(0) { $0 + $1 * $1 - 10 * cos(2 * .pi * $1) + 10 }
    }

    private static func configuration(seed: UInt64 = 5) -> RestartingSearch.Configuration {
        RestartingSearch.Configuration(
            strategy: EvolutionStrategy.Configuration(
                initialMean: [Double](repeating: 2, count: dimension), initialSigma: 1, seed: seed,
                stopping: StoppingCriteria(targetCost: 1e-9, maximumEvaluations: 2000)),
            schedule: .bipop)
    }

    private func run(
        _ directory: RunDirectory, seed: UInt64 = 5, samples: String = "1",
        precision: ParameterPrecision = .float64, failures: GenerationPlan.Failures = .ranked,
        injecting solution: [Double]? = nil,
        changing change: (inout RestartingSearch.Configuration) -> Void = { _ in }
    ) throws -> ObjectiveRun {
        var configuration = Self.configuration(seed: seed)
        change(&configuration)
        var search = try RestartingSearch(configuration)
        if let solution { try search.inject(solution) }
        var plan = GenerationPlan(
            objective: Schedule(samples) { $0 > 0 } ?? Schedule(1), seed: seed,
            precision: precision)
        plan.failures = failures
        return try ObjectiveRun(
            directory, search: search, plan: plan,
            settings: [
                .init(ObjectiveRun.kind, "cost"), .init("seed", "\(seed)"),
                .init("retries", samples, isFree: true),
            ], holder: "a test", program: "tests", now: Date())
    }

    /// The search alone, told the costs at once.
    private func alone() throws -> RestartingSearch {
        var search = try RestartingSearch(Self.configuration())
        while search.stopReasons.isEmpty {
            try search.tell(costs: try search.ask().map(Self.rastrigin))
        }
        return search
    }

    @Test func `a run with restarts is the search alone, in one go or in many`() async throws {
        let alone = try alone()
        #expect(alone.restarts > 0)
        let place = TemporaryRun()
        let whole = try run(place.directory)
        let ending = try await whole.drive(with: Formula(), limits: RunLimits())
        #expect(ending == .search(alone.stopReasons.map(\.description)))
        #expect(try whole.search().encodedState() == alone.encodedState())

        let other = TemporaryRun()
        var saved: [RestartingSearch] = []
        var starts = 0
        while true {
            let part = try run(other.directory)
            #expect(part.isNew == (starts == 0))
            starts += 1
            // Cut off in the middle of a generation.
            let kept = Mutex<RestartingSearch?>(nil)
            let ending = try await part.drive(
                with: Formula(limit: starts.isMultiple(of: 5) ? .max : 7), limits: RunLimits(),
                saveSearch: { search in kept.withLock { $0 = search } })
            if let search = kept.withLock({ $0 }) { saved.append(search) }
            if ending != .interrupted { break }
            try #require(starts < 100)
        }
        #expect(starts > 3)
        #expect(saved.last?.encodedState() == alone.encodedState())
    }

    @Test func `the best is kept in double precision, and what was told beside it`() async throws {
        let place = TemporaryRun()
        let run = try run(place.directory)
        _ = try await run.drive(with: Formula(), limits: RunLimits(generations: 2))
        var search = try RestartingSearch(Self.configuration())
        let candidates = try search.ask()
        let costs = candidates.map(Self.rastrigin)
        let best = try #require(costs.firstIndex(of: costs.min() ?? .nan))
        let reader = run.store.reader
        #expect(try reader.bestCandidate(generation: 1)?.numbers == candidates[best])
        #expect(
            try reader.bestCandidate(generation: 1)?.parameters
                == candidates[best].map { Float($0) })
        let rollouts = try reader.rollouts(generation: 1, purpose: .training)
        #expect(rollouts.map(\.outcome.info) == candidates.map { ["first": $0[0]] })
    }

    @Test func `single precision is what is evaluated where it is asked for`() async throws {
        let place = TemporaryRun()
        let run = try run(place.directory, precision: .float32)
        _ = try await run.drive(
            with: Formula(precision: .float32), limits: RunLimits(generations: 1))
        let rollout = try #require(
            try run.store.reader.rollouts(generation: 1, purpose: .training).first)
        var search = try RestartingSearch(Self.configuration())
        let candidate = try search.ask()[0].map { Double(Float($0)) }
        #expect(rollout.outcome.episodeReturn == -Self.rastrigin(candidate))
        #expect(try run.store.reader.bestCandidate(generation: 1)?.doubles == nil)
    }

    @Test func `candidates share their seeds of 32 bits, each repetition has another`()
        async throws
    {
        let seeds = Mutex<[Int: Set<UInt64>]>([:])
        let place = TemporaryRun()
        let run = try run(place.directory, samples: "2,3@2")
        let service = Formula(onEpisode: { episode in
            seeds.withLock {
                _ = $0[episode.name.generation * 10 + episode.name.repetition, default: []]
                    .insert(episode.trackSeed)
            }
        })
        _ = try await run.drive(with: service, limits: RunLimits(generations: 2))
        let found = seeds.withLock { $0 }
        #expect(found.keys.sorted() == [10, 11, 20, 21, 22])
        #expect(found.values.allSatisfy { $0.count == 1 && $0.allSatisfy { $0 <= UInt32.max } })
        #expect(Set(found.values).count == 5)
    }

    @Test func `failures rank worst, however many, or end the run as asked`() async throws {
        let place = TemporaryRun()
        let ranked = try run(place.directory)
        let service = Formula(failing: [0, 1, 2, 3, 4])
        _ = try await ranked.drive(with: service, limits: RunLimits(generations: 2))
        #expect(try ranked.store.reader.lastGeneration()?.failed == 5)
        let other = TemporaryRun()
        let fatal = try run(other.directory, failures: .fatal)
        await #expect(
            throws: RunError.objectiveFailed(generation: 1, candidate: 0, repetition: 0)
        ) { _ = try await fatal.drive(with: service, limits: RunLimits()) }
    }

    @Test func `what failed before a stop is tried again by the next start`() async throws {
        let place = TemporaryRun()
        let ending = try await run(place.directory).drive(
            with: Formula(failing: [0], limit: 3), limits: RunLimits(generations: 1))
        #expect(ending == .interrupted)
        let later = try run(place.directory)
        _ = try await later.drive(with: Formula(), limits: RunLimits(generations: 1))
        #expect(try later.store.reader.lastGeneration()?.failed == 0)
    }

    @Test func `another search, or a run of another kind, is refused`() async throws {
        let place = TemporaryRun()
        _ = try await run(place.directory).drive(with: Formula(), limits: RunLimits(generations: 1))
        let error = #expect(throws: RunError.self) { _ = try run(place.directory, seed: 6) }
        #expect(error?.description.hasPrefix("seed 6: the run in") == true)
        let store = try RunStore(place.directory, holder: "a test")
        #expect(throws: RunError.otherKind(path: place.directory.path, isObjective: true)) {
            _ = try RunStart(
                store, given: [:], profile: nil, program: "tests", now: Date()
            ) { try EvolutionStrategy($0) }
        }
        let cars = TemporaryRun()
        try await cars.drive(generations: 1)
        #expect(throws: RunError.otherKind(path: cars.directory.path, isObjective: false)) {
            _ = try run(cars.directory)
        }
    }

    @Test func `the option by which a search is another one is named`() async throws {
        let place = TemporaryRun()
        _ = try await run(place.directory, injecting: [1, 1, 1, 1])
            .drive(with: Formula(), limits: RunLimits(generations: 1))
        func option(
            _ solution: [Double]? = [1, 1, 1, 1],
            _ change: (inout RestartingSearch.Configuration) -> Void = { _ in }
        ) throws -> String? {
            let error = #expect(throws: RunError.self) {
                _ = try run(place.directory, injecting: solution, changing: change)
            }
            guard case .otherSearch(let option, place.directory.path) = error else { return nil }
            return option
        }
        #expect(try option { $0.strategy.initialMean[2] = 2.5 } == "x0")
        let bounds = EvolutionStrategy.Bounds(
            lower: [-9, -9, -9, -9], upper: [9, 9, 9, 9])
        #expect(try option { $0.strategy.bounds = bounds } == "lower or --upper")
        #expect(try option { $0.startingBox = bounds } == "restart-lower or --restart-upper")
        #expect(try option { $0.strategy.stopping.costTolerance = 1e-3 } == "tol...")
        #expect(try option { $0.populationGrowth = 3 } == "population-growth")
        #expect(try option([2, 2, 2, 2]) == "inject")
        #expect(try option(nil) == "inject")
        #expect(!(try run(place.directory, injecting: [1, 1, 1, 1]).isNew))
    }

    @Test func `a budget that was spent may be raised, and the search is that of the larger one`()
        async throws
    {
        func allow(_ evaluations: Int) -> (inout RestartingSearch.Configuration) -> Void {
            { $0.strategy.stopping.maximumEvaluations = evaluations }
        }
        let place = TemporaryRun()
        func drive(_ evaluations: Int, in place: TemporaryRun) async throws -> RestartingSearch {
            let run = try run(place.directory, changing: allow(evaluations))
            _ = try await run.drive(with: Formula(), limits: RunLimits())
            return try run.search()
        }
        let over = try await drive(100, in: place)
        #expect(over.stopReasons == [.maximumEvaluations])
        // Also before anything has come of it.
        #expect(try run(place.directory, changing: allow(300)).search().stopReasons.isEmpty)
        let larger = try await drive(300, in: place)
        let whole = try await drive(300, in: TemporaryRun())
        #expect(larger.evaluations > over.evaluations)
        #expect(larger.encodedState() == whole.encodedState())
    }

    @Test func `settings that do not touch the search may change`() async throws {
        let place = TemporaryRun()
        _ = try await run(place.directory).drive(with: Formula(), limits: RunLimits(generations: 1))
        let later = try run(place.directory, samples: "3")
        #expect(!later.isNew)
        let stored = try later.store.reader.settings()
        #expect(stored.first { $0.name == "retries" }?.value == "3")
    }
}
