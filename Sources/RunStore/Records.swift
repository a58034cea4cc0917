// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
package import Episodes
package import Foundation

/// One finished generation.
///
/// A metric that is not known yet is NaN, zero or empty.
package struct GenerationRecord: Sendable, Hashable, Codable {
    package var generation: Int
    /// Candidates, each the mean of its tracks.
    package var candidates: Int
    /// Tracks a candidate.
    package var tracks: Int
    /// The best candidate's mean return.
    @NullIsNaN package var best = .nan
    /// The candidates' average.
    @NullIsNaN package var mean = .nan
    /// The candidates' standard deviation (of the population).
    @NullIsNaN package var standardDeviation = .nan
    @NullIsNaN package var worst = .nan
    /// Candidates without a usable return, ranked last.
    package var failed = 0
    /// The search's step size after the generation.
    package var sigma = 0.0
    /// The length of the step size's evolution path, of which 1 is that of a random walk.
    @NullIsNaN package var pathLength = .nan
    /// The longest axis of the search's distribution over its shortest.
    @NullIsNaN package var axisRatio = .nan
    /// The least of the variables' standard deviations.
    @NullIsNaN package var leastDeviation = .nan
    @NullIsNaN package var medianDeviation = .nan
    @NullIsNaN package var greatestDeviation = .nan
    /// Rollouts that its returns are made of: fewer than all candidates on all tracks where those
    /// raced.
    package var rollouts: Int
    /// How many of its tracks were drawn from those on which earlier candidates failed.
    package var hardTracks = 0
    /// How well the candidates' ranking would be met again on as many other tracks, of 1.
    @NullIsNaN package var rankCorrelation = .nan
    /// At which M dreamt its rollouts; NaN: they were driven.
    @NullIsNaN package var dreamTemperature = .nan
    /// Steps of its rollouts, of the environment or of dreams.
    package var steps = 0
    /// Wall time of the generation in this process.
    package var seconds = 0.0
    /// Wall time of the run up to here, over all its processes.
    package var elapsed = 0.0
    /// Workers that drove for it.
    package var workers = 0
    /// SHA-256 of the optimiser's state after the generation.
    package var stateDigest = ""
    /// SHA-256 of the candidates' mean returns.
    package var fitnessDigest = ""
    package var finished: Date

    /// Names a generation; its metrics are set afterwards.
    package init(generation: Int, candidates: Int, tracks: Int, finished: Date) {
        self.generation = generation
        self.candidates = candidates
        self.tracks = tracks
        rollouts = candidates * tracks
        self.finished = finished
    }

    /// Whether M dreamt its rollouts.
    package var isDream: Bool { !dreamTemperature.isNaN }
    /// Steps of the environment.
    package var environmentSteps: Int { isDream ? 0 : steps }
    /// Steps of M's dreams.
    package var dreamSteps: Int { isDream ? steps : 0 }
}

/// One evaluation of the distribution's mean on the fixed evaluation tracks.
package struct EvaluationRecord: Sendable, Hashable, Codable {
    /// The generation after which it was made.
    package var generation: Int
    package var episodes: Int
    @NullIsNaN package var mean: Double
    /// The standard deviation over the tracks (n - 1).
    @NullIsNaN package var standardDeviation: Double
    package var steps: Int
    /// Wall time in this process.
    package var seconds: Double
    @FloatBytes package var parameters: [Float]
    /// SHA-256 of the parameters and of each return.
    package var digest: String
    package var finished: Date

    package init(
        generation: Int, episodes: Int, mean: Double, standardDeviation: Double, steps: Int,
        seconds: Double, parameters: [Float], digest: String, finished: Date
    ) {
        self.generation = generation
        self.episodes = episodes
        self.mean = mean
        self.standardDeviation = standardDeviation
        self.steps = steps
        self.seconds = seconds
        self.parameters = parameters
        self.digest = digest
        self.finished = finished
    }
}

extension Collection<EvaluationRecord> {
    /// The evaluation with the best mean, the earliest of equals; never one without a number.
    package var best: EvaluationRecord? {
        filter(\.mean.isFinite).reduce(nil) { best, next in
            if let best, best.mean >= next.mean { best } else { next }
        }
    }
}

package struct RunIdentity: Sendable, Hashable, Codable {
    package var identifier: String
    package var program: String
    package var created: Date
}

/// The optimiser's state between two generations.
package struct OptimiserState: Sendable, Hashable, Codable {
    /// The generation after which it was taken, 0 being the start.
    package var generation: Int
    package var state: Data
}

/// A result of an episode beside the one that counts, with the same outcome.
package struct CopyRecord: Sendable, Hashable, Codable {
    package var purpose: Purpose
    package var generation: Int
    package var candidate: Int
    package var repetition: Int
    /// Host and process that drove it.
    package var worker: String
    /// Which of its cores.
    package var core: Int
    /// Wall clock from its start to its end.
    package var seconds: Double
    /// When the coordinator had it, in milliseconds since 1970.
    package var arrived: Int64

    /// One that has just arrived.
    package init(
        _ name: EpisodeName, by driver: EpisodeDriver, seconds: Double, arrived: Date
    ) {
        purpose = name.purpose
        generation = name.generation
        candidate = name.candidate
        repetition = name.repetition
        worker = driver.name
        core = driver.core
        self.seconds = seconds
        self.arrived = Int64(exactly: (arrived.timeIntervalSince1970 * 1000).rounded()) ?? 0
    }
}

/// The parameters of a generation's best candidate.
package struct BestCandidate: Sendable, Hashable, Codable {
    package var generation: Int
    /// Its number in the generation, from 0.
    package var candidate: Int
    /// C's weights by output, then its biases.
    @FloatBytes package var parameters: [Float]
    /// The same in double precision, as little-endian bytes, where that is what was evaluated.
    package var doubles: Data?

    package init(generation: Int, candidate: Int, parameters: [Float]) {
        self.generation = generation
        self.candidate = candidate
        self.parameters = parameters
    }

    /// One that was evaluated in double precision.
    package init(generation: Int, candidate: Int, exact parameters: [Double]) {
        self.init(
            generation: generation, candidate: candidate, parameters: parameters.map { Float($0) })
        var data = Data()
        data.appendLittleEndian(parameters)
        doubles = data
    }

    /// The parameters that were evaluated.
    package var numbers: [Double] {
        doubles?.littleEndian(arrayOf: Double.self) ?? parameters.map { Double($0) }
    }
}

/// A worker that has driven for the run, with what it did.
package struct WorkerRecord: Sendable, Hashable, Codable {
    package var name: String
    /// Its processor and library versions.
    package var fingerprint: String
    /// Who answers for it (`EpisodeDriver.party`); empty where an older program did not say.
    package var party = ""
    /// Its first result's arrival.
    package var firstSeen: Date
    /// Its last result's arrival.
    package var lastSeen: Date
    /// Results that counted.
    package var rollouts = 0
    /// Environment steps of those.
    package var steps = 0
    /// Steps of those that M dreamt.
    package var dreamSteps = 0
}

/// A time in which a party gets no tasks.
package struct QuarantineRecord: Sendable, Hashable, Codable {
    /// Who answers for the workers (`EpisodeDriver.party`).
    package var party: String
    /// The party's workers that were known then, host and process of each, with a space between two.
    package var workers: String
    /// A sentence for people.
    package var reason: String
    /// Whether their results are not to be believed either.
    package var isDistrusted: Bool
    /// Its beginning.
    package var time: Date
    /// Its end, which a release sets; nil: that of the run.
    package var ends: Date?

    package init(
        party: String, workers: [String] = [], reason: String, isDistrusted: Bool = true,
        time: Date, ends: Date?
    ) {
        self.party = party
        self.workers = workers.joined(separator: " ")
        self.reason = reason
        self.isDistrusted = isDistrusted
        self.time = time
        self.ends = ends
    }

    /// Whether it lasts still.
    package func lasts(at now: Date) -> Bool { ends.map { now < $0 } ?? true }
}

/// Something worth knowing that happened to the run.
package struct EventRecord: Sendable, Hashable, Codable {
    package var time: Date
    /// A short word for programs, such as "started".
    package var kind: String
    /// A sentence for people.
    package var message: String

    package init(time: Date, kind: String, message: String) {
        self.time = time
        self.kind = kind
        self.message = message
    }
}

/// One epoch's loss of a model's training.
package struct LossRecord: Sendable, Hashable, Codable {
    /// Which model: "vae" or "mdrnn".
    package var model: String
    package var epoch: Int
    /// Which examples: "training" or "held-out".
    package var split: String
    /// Which term, such as "total".
    package var term: String
    /// The mean over the examples.
    @NullIsNaN package var value: Double

    package init(model: String, epoch: Int, split: String, term: String, value: Double) {
        self.model = model
        self.epoch = epoch
        self.split = split
        self.term = term
        self.value = value
    }
}
