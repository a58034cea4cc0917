// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Foundation

/// One finished generation.
package struct GenerationRecord: Sendable, Hashable, Codable {
    /// Its number, from 1.
    package var generation: Int
    /// Candidates, each the mean of its tracks.
    package var candidates: Int
    /// Tracks a candidate.
    package var tracks: Int
    /// The best candidate's mean return.
    package var best: Double
    /// The candidates' average.
    package var mean: Double
    /// The candidates' standard deviation (of the population).
    package var standardDeviation: Double
    /// The worst candidate's mean return.
    package var worst: Double
    /// Candidates without a usable return, ranked last.
    package var failed: Int
    /// The search's step size after the generation.
    package var sigma: Double
    /// Environment steps of the generation.
    package var steps: Int
    /// Wall time of the generation in this process.
    package var seconds: Double
    /// Wall time of the run up to here, over all its processes.
    package var elapsed: Double
    /// Workers that drove for it.
    package var workers: Int
    /// SHA-256 of the optimiser's state after the generation.
    package var stateDigest: String
    /// SHA-256 of the candidates' mean returns.
    package var fitnessDigest: String
    /// When it was complete.
    package var finished: Date

    /// Collects the parts.
    package init(
        generation: Int, candidates: Int, tracks: Int, best: Double, mean: Double,
        standardDeviation: Double, worst: Double, failed: Int, sigma: Double, steps: Int,
        seconds: Double, elapsed: Double, workers: Int, stateDigest: String,
        fitnessDigest: String, finished: Date
    ) {
        self.generation = generation
        self.candidates = candidates
        self.tracks = tracks
        self.best = best
        self.mean = mean
        self.standardDeviation = standardDeviation
        self.worst = worst
        self.failed = failed
        self.sigma = sigma
        self.steps = steps
        self.seconds = seconds
        self.elapsed = elapsed
        self.workers = workers
        self.stateDigest = stateDigest
        self.fitnessDigest = fitnessDigest
        self.finished = finished
    }
}
