// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import Digests
package import Episodes
package import Foundation
package import RunStore

/// The generation loop: ask, hand out, gather, tell, write down; and now and then evaluate.
///
/// Every step starts from the database and ends in it. What the search needs is the state after
/// the last complete generation and the stored results of the next one, so a loop that is killed
/// anywhere continues as if nothing had been: the same candidates, the same tracks, only the
/// missing rollouts.
package struct RunLoop<Search: SearchStrategy>: Sendable {
    let store: RunStore
    let service: any EpisodeService
    let plan: GenerationPlan
    let limits: RunLimits
    let saveController: @Sendable (EvaluationRecord) throws -> Void
    let observe: @Sendable (RunEvent) -> Void
    let now: @Sendable () -> Date
    /// Whether a result is stored by whoever brings it, before the next one is taken: slower, but
    /// one order of all that happens, which a test can tell again.
    package var storesInline = false

    /// Changes what is stored of the search on each start, before it goes on.
    var prepareSearch: (@Sendable (inout Search) throws -> Void)?

    /// Told the search after each generation that is stored, and on each start.
    package var saveSearch: (@Sendable (Search) throws -> Void)?

    /// A loop over a run that has begun.
    ///
    /// `saveController` keeps the best controller by evaluation and is called again on each start;
    /// `now` is written down and shown, and never decides anything.
    package init(
        store: RunStore, service: any EpisodeService, plan: GenerationPlan, limits: RunLimits,
        saveController: @escaping @Sendable (EvaluationRecord) throws -> Void = { _ in },
        observe: @escaping @Sendable (RunEvent) -> Void = { _ in },
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.store = store
        self.service = service
        self.plan = plan
        self.limits = limits
        self.saveController = saveController
        self.observe = observe
        self.now = now
    }

    /// A loop over a run that drives.
    package init(
        store: RunStore, service: any EpisodeService, settings: RunSettings, limits: RunLimits,
        saveController: @escaping @Sendable (EvaluationRecord) throws -> Void,
        observe: @escaping @Sendable (RunEvent) -> Void = { _ in },
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.init(
            store: store, service: service, plan: GenerationPlan(settings), limits: limits,
            saveController: saveController, observe: observe, now: now)
    }

    /// Runs as `run`, and keeps in the run's events why it ended.
    package func drive() async throws -> RunEnding {
        do {
            let ending = try await run()
            try store.note("stopped", ending.description)
            return ending
        } catch {
            // On a full disk the note fails as well; the error itself is what counts.
            try? store.note("failed", "\(error)")
            throw error
        }
    }

    /// Runs until a limit is reached or the calling task is cancelled; what was stored before an
    /// error stands.
    package func run() async throws -> RunEnding {
        do {
            return try await loop()
        } catch is CancellationError {
            return .interrupted
        }
    }

    private func loop() async throws -> RunEnding {
        guard let latest = try store.reader.latestState() else {
            throw RunError.noState(path: store.reader.path)
        }
        var search = try Search(encodedState: latest.state)
        try prepareSearch?(&search)
        var generation = latest.generation
        let earlier = try store.reader.lastGeneration()?.elapsed ?? 0
        let start = now()
        let partial = try store.reader.rollouts(generation: generation + 1, purpose: .training)
        observe(.started(generation: generation, stored: partial.count))
        var best = try store.reader.evaluations().best
        // The file is written after the row: a crash between the two is healed here.
        if let best { try saveController(best) }
        if generation > 0 { try saveSearch?(search) }

        while true {
            try Task.checkCancellation()
            let ended = ending(search, generation)
            if generation > 0, plan.evaluationEpisodes > 0, isDue(generation) || ended != nil {
                let evaluation = try await evaluate(search, generation: generation, best: &best)
                if let wanted = limits.targetReturn, evaluation.mean >= wanted {
                    return .target(wanted, reached: evaluation.mean)
                }
            }
            if let ended { return ended }
            generation += 1
            try await advance(&search, generation: generation, earlier: earlier, start: start)
            try saveSearch?(search)
            let latest = try store.reader.lastGenerations(plan.failedGenerations)
            if latest.count == plan.failedGenerations,
                latest.allSatisfy({ $0.failed == $0.candidates })
            {
                throw RunError.allFailed(generations: latest.count)
            }
        }
    }

    private func ending(_ search: Search, _ generation: Int) -> RunEnding? {
        if let wanted = limits.generations, generation >= wanted {
            return .generations(generation)
        }
        let reasons = search.endReasons
        return reasons.isEmpty ? nil : .search(reasons)
    }

    private func isDue(_ generation: Int) -> Bool {
        plan.evaluateEvery > 0 && generation.isMultiple(of: plan.evaluateEvery)
    }

    private func advance(
        _ search: inout Search, generation: Int, earlier: Double, start: Date
    ) async throws {
        let began = now()
        if let sigma = plan.sigma?.change(at: generation) { try search.setSigma(sigma) }
        let candidates = try search.ask()
        if let expected = plan.populationSize, candidates.count != expected {
            throw RunError.populationSize(expected: expected, found: candidates.count)
        }
        let (seeds, hard) = try tracks(of: generation)
        let vectors = candidates.map(plan.precision.words)
        let driven = try await drive(
            vectors, tracks: seeds, cap: try stepCap(generation: generation),
            pace: try pace(generation: generation), generation: generation)
        let returns = Race.filled(driven.returns)
        let fitnesses = returns.map { Fitness.mean($0) }
        if fitnesses.contains(where: \.isFinite) {
            try search.tell(costs: returns.map { plan.cost(of: $0, generation) })
        } else {
            try search.tellAllFailed()
        }

        let state = try search.encodedState()
        var fitnessBits = Data()
        fitnessBits.appendLittleEndian(fitnesses)
        let (statistics, failed) = Fitness.summary(fitnesses, divisor: .population)
        let finished = now()
        var record = GenerationRecord(
            generation: generation, candidates: candidates.count,
            tracks: returns.map(\.count).max() ?? 0, finished: finished)
        if let statistics {
            record.best = statistics.maximum
            record.mean = statistics.mean
            record.standardDeviation = statistics.standardDeviation
            record.worst = statistics.minimum
        }
        record.failed = failed
        record.sigma = search.sigma
        record.describe(search.shape)
        record.rollouts = driven.rollouts.count
        record.hardTracks = hard
        record.dreamTemperature = plan.dreamTemperature(generation: generation) ?? .nan
        record.rankCorrelation = RankNoise.correlation(driven.returns, tracks: record.tracks)
        record.steps = driven.rollouts.reduce(0) { $0 + $1.outcome.steps }
        record.seconds = finished.timeIntervalSince(began)
        record.elapsed = earlier + finished.timeIntervalSince(start)
        record.workers = Set(driven.rollouts.map(\.driver.name)).count
        record.stateDigest = SHA256.digest(state).hexadecimal
        record.fitnessDigest = SHA256.digest(fitnessBits).hexadecimal
        let best = fitnesses.firstIndex { $0.isFinite && $0 == record.best }.map { candidate in
            plan.precision == .float64
                ? BestCandidate(
                    generation: generation, candidate: candidate, exact: candidates[candidate])
                : BestCandidate(
                    generation: generation, candidate: candidate,
                    parameters: vectors[candidate])
        }
        try store.finish(
            record, meanReturns: fitnesses, state: state, best: best,
            hardTracks: try hardTracks(after: generation)?.tracks)
        observe(.generation(record))
    }
}

extension GenerationRecord {
    fileprivate mutating func describe(_ shape: SearchShape?) {
        guard let shape else { return }
        pathLength = shape.pathLength
        axisRatio = shape.axisRatio
        leastDeviation = shape.deviations.least
        medianDeviation = shape.deviations.median
        greatestDeviation = shape.deviations.greatest
    }
}
