// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import RunStore

/// Complete generations.
struct GenerationList: Encodable {
    struct Generation: Encodable {
        var generation: Int
        var candidates: Int
        var tracks: Int
        var best: Double?
        var mean: Double?
        var worst: Double?
        var standardDeviation: Double?
        /// The candidates' mean returns at 0.1, 0.25, 0.5, 0.75 and 0.9 of all.
        var quantiles: [Double]
        var failed: Int
        var sigma: Double?
        var pathLength: Double?
        var axisRatio: Double?
        var leastDeviation: Double?
        var medianDeviation: Double?
        var greatestDeviation: Double?
        /// At which temperature M dreamt its rollouts; nil: they were driven.
        var dreamTemperature: Double?
        var steps: Int
        /// Environment steps of the search up to its end.
        var totalSteps: Int
        var seconds: Double?
        /// Wall time of the run up to its end.
        var elapsed: Double?
        var workers: Int
        var stateDigest: String
        var fitnessDigest: String
        var finished: String
    }

    var generations: [Generation]

    init(_ view: RunView, after: Int) throws {
        let reader = try view.reader()
        let records = try reader.generations(after: after)
        guard let first = records.first else {
            generations = []
            return
        }
        let spreads = Dictionary(
            try view.spreads().filter { $0.generation >= first.generation }
                .map { ($0.generation, $0.quantiles) }, uniquingKeysWith: { $1 })
        var total = try reader.totalSteps(before: first.generation)
        generations = records.map { record in
            total += record.environmentSteps
            return Generation(
                generation: record.generation, candidates: record.candidates,
                tracks: record.tracks, best: record.best.finite, mean: record.mean.finite,
                worst: record.worst.finite, standardDeviation: record.standardDeviation.finite,
                quantiles: spreads[record.generation] ?? [], failed: record.failed,
                sigma: record.sigma.finite, pathLength: record.pathLength.finite,
                axisRatio: record.axisRatio.finite, leastDeviation: record.leastDeviation.finite,
                medianDeviation: record.medianDeviation.finite,
                greatestDeviation: record.greatestDeviation.finite,
                dreamTemperature: record.dreamTemperature.finite, steps: record.steps,
                totalSteps: total, seconds: record.seconds.finite,
                elapsed: record.elapsed.finite, workers: record.workers,
                stateDigest: record.stateDigest, fitnessDigest: record.fitnessDigest,
                finished: Timestamp.text(record.finished))
        }
    }
}

/// A result beside the one that counts.
struct EpisodeCopy: Encodable {
    var candidate: Int
    var repetition: Int
    /// Host and process.
    var driver: String
    var core: Int
    var seconds: Double?
    /// Seconds since 1970.
    var arrived: Double
}

/// Each rollout of a generation.
///
/// Columns, not objects: a generation has a thousand of them, and a page draws several.
struct GenerationDetail: Encodable {
    var generation: Int
    var purpose: String
    /// Each track's seed, as the program takes it.
    var trackSeeds: [String]
    /// Whoever drove some.
    var drivers: [String]
    var candidate: [Int] = []
    var repetition: [Int] = []
    var episodeReturn: [Double?] = []
    var steps: [Int] = []
    var tileShare: [Double?] = []
    var end: [String] = []
    /// The driver's place in `drivers`.
    var driver: [Int] = []
    var core: [Int] = []
    var seconds: [Double?] = []
    /// Seconds since 1970 at which the coordinator had it; null where that was not kept.
    var arrived: [Double?] = []
    var isConfirmed: [Bool] = []
    /// What was driven once more, and came second: few, so objects.
    var copies: [EpisodeCopy]

    init(_ view: RunView, generation: Int, purpose: Purpose) throws {
        self.generation = generation
        self.purpose = purpose.rawValue
        let rollouts = try view.reader().summaries(generation: generation, purpose: purpose)
        copies = try view.reader().copies(generation: generation, purpose: purpose).map { copy in
            EpisodeCopy(
                candidate: copy.candidate, repetition: copy.repetition, driver: copy.worker,
                core: copy.core, seconds: copy.seconds.finite,
                arrived: Double(copy.arrived) / 1000)
        }
        var seeds: [Int: UInt64] = [:]
        var places: [String: Int] = [:]
        drivers = Set(rollouts.map(\.driver)).sorted()
        for (place, driver) in drivers.enumerated() { places[driver] = place }
        for rollout in rollouts {
            seeds[rollout.repetition] = rollout.trackSeed
            candidate.append(rollout.candidate)
            repetition.append(rollout.repetition)
            episodeReturn.append(rollout.episodeReturn.finite)
            steps.append(rollout.steps)
            tileShare.append(rollout.tileShare.finite)
            end.append(rollout.end.rawValue)
            driver.append(places[rollout.driver] ?? 0)
            core.append(rollout.core)
            seconds.append(rollout.seconds.finite)
            arrived.append(rollout.arrived?.timeIntervalSince1970)
            isConfirmed.append(rollout.isConfirmed)
        }
        // A repetition that nobody drove yet has no seed to show.
        let count = min((seeds.keys.max() ?? -1) + 1, rollouts.count)
        trackSeeds = (0..<count).map { place in seeds[place].map { "\($0)" } ?? "" }
    }
}
