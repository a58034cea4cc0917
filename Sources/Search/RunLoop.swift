// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import Digests
package import Episodes
package import Foundation
package import RunStore
import SeededRandom

/// The generation loop: ask, hand out, gather, tell, write down; and now and then evaluate.
///
/// Every step starts from the database and ends in it. What the search needs is the state after
/// the last complete generation and the stored results of the next one, so a loop that is killed
/// anywhere continues as if nothing had been: the same candidates, the same tracks, only the
/// missing rollouts.
package struct RunLoop<Search: SearchStrategy>: Sendable {
    let store: RunStore
    let service: any EpisodeService
    let settings: RunSettings
    let limits: RunLimits
    let saveController: @Sendable (EvaluationRecord) throws -> Void
    let observe: @Sendable (RunEvent) -> Void
    let now: @Sendable () -> Date
    let tracks: TrackSeeds
    /// Whether a result is stored by whoever brings it, before the next one is taken: slower, but
    /// one order of all that happens, which a test can tell again.
    package var storesInline = false

    /// Generations in a row that may have no result at all before a person has to look.
    private static var failedGenerations: Int { 3 }

    /// A loop over a run that has begun.
    ///
    /// `saveController` keeps the best controller by evaluation and is called again on each start;
    /// `now` is written down and shown, and never decides anything.
    package init(
        store: RunStore, service: any EpisodeService, settings: RunSettings, limits: RunLimits,
        saveController: @escaping @Sendable (EvaluationRecord) throws -> Void,
        observe: @escaping @Sendable (RunEvent) -> Void = { _ in },
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.store = store
        self.service = service
        self.settings = settings
        self.limits = limits
        self.saveController = saveController
        self.observe = observe
        self.now = now
        tracks = TrackSeeds(SeedStreams(root: settings.seed))
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
        var generation = latest.generation
        let earlier = try store.reader.lastGeneration()?.elapsed ?? 0
        let start = now()
        let partial = try store.reader.rollouts(generation: generation + 1, purpose: .training)
        observe(.started(generation: generation, stored: partial.count))
        var best = try store.reader.evaluations().best
        // The file is written after the row: a crash between the two is healed here.
        if let best { try saveController(best) }

        while true {
            try Task.checkCancellation()
            let ended = ending(search, generation)
            if generation > 0, isDue(generation) || ended != nil {
                let evaluation = try await evaluate(search, generation: generation, best: &best)
                if let wanted = limits.targetReturn, evaluation.mean >= wanted {
                    return .target(wanted, reached: evaluation.mean)
                }
            }
            if let ended { return ended }
            generation += 1
            try await advance(&search, generation: generation, earlier: earlier, start: start)
            let latest = try store.reader.lastGenerations(Self.failedGenerations)
            if latest.count == Self.failedGenerations,
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
        settings.evaluateEvery > 0 && generation.isMultiple(of: settings.evaluateEvery)
    }

    private func advance(
        _ search: inout Search, generation: Int, earlier: Double, start: Date
    ) async throws {
        let began = now()
        if let sigma = settings.sigma.change(at: generation) { try search.setSigma(sigma) }
        let candidates = try search.ask()
        guard candidates.count == settings.populationSize else {
            throw RunError.populationSize(
                expected: settings.populationSize, found: candidates.count)
        }
        let count = settings.samples[generation: generation]
        let seeds = (0..<count).map { tracks.training(generation: generation, repetition: $0) }
        let cap = try stepCap(generation: generation)
        let episodes = candidates.indices.flatMap { candidate in
            seeds.enumerated().map { repetition, seed in
                Episode(
                    name: EpisodeName(
                        purpose: .training, generation: generation, candidate: candidate,
                        repetition: repetition),
                    trackSeed: seed, stepCap: cap, vector: candidate)
            }
        }
        let batch = EpisodeBatch(
            vectors: candidates.map { $0.map { Float($0) } }, episodes: episodes)
        let rollouts = try await gather(batch, generation: generation, purpose: .training)
        let fitnesses = candidates.indices.map { candidate in
            Fitness.mean(
                rollouts[candidate * count..<(candidate + 1) * count].map(\.outcome.episodeReturn))
        }
        if fitnesses.contains(where: \.isFinite) {
            try search.tell(costs: fitnesses.map(Fitness.cost))
        } else {
            try search.tellAllFailed()
        }

        let state = try search.encodedState()
        var fitnessBits = Data()
        fitnessBits.appendLittleEndian(fitnesses)
        let (statistics, failed) = Fitness.summary(fitnesses, divisor: .population)
        let finished = now()
        var record = GenerationRecord(
            generation: generation, candidates: candidates.count, tracks: count,
            finished: finished)
        if let statistics {
            record.best = statistics.maximum
            record.mean = statistics.mean
            record.standardDeviation = statistics.standardDeviation
            record.worst = statistics.minimum
        }
        record.failed = failed
        record.sigma = search.sigma
        record.describe(search.shape)
        record.steps = rollouts.reduce(0) { $0 + $1.outcome.steps }
        record.seconds = finished.timeIntervalSince(began)
        record.elapsed = earlier + finished.timeIntervalSince(start)
        record.workers = Set(rollouts.map(\.driver.name)).count
        record.stateDigest = SHA256.digest(state).hexadecimal
        record.fitnessDigest = SHA256.digest(fitnessBits).hexadecimal
        let best = fitnesses.firstIndex { $0.isFinite && $0 == record.best }.map { candidate in
            BestCandidate(
                generation: generation, candidate: candidate,
                parameters: batch.vectors[candidate])
        }
        try store.finish(record, meanReturns: fitnesses, state: state, best: best)
        observe(.generation(record))
    }

    /// The cap of a generation's episodes, from what is stored of the one before: k (mean + 1), as
    /// `cap_time_mode` of hardmaru/estool has it with k = 2.
    private func stepCap(generation: Int) throws -> Int? {
        guard settings.stepCapFactor > 0, let last = try store.reader.lastGeneration(),
            last.generation == generation - 1
        else { return nil }
        let mean = Double(last.steps) / Double(last.candidates * last.tracks)
        let cap = settings.stepCapFactor * Int(mean + 1)
        return cap < settings.maximumSteps ? cap : nil
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
