// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// What an episode is driven for.
package enum Purpose: String, Sendable, Hashable, Codable, CaseIterable {
    /// A candidate of the search, on a track of its generation.
    case training
    /// The distribution's mean, on a track of the fixed evaluation set; never cut short.
    case evaluation
    /// An episode of a dataset, kept as a file.
    case recording
}

/// Which episode of a run, or of a dataset, is meant.
package struct EpisodeName: Sendable, Hashable {
    /// What it is driven for.
    package var purpose: Purpose
    /// The generation, from 1; 0 where there are none.
    package var generation: Int
    /// The candidate's index; 0 in an evaluation; a recording's index in its dataset.
    package var candidate: Int
    /// Which of the candidate's tracks.
    package var repetition: Int

    /// Collects the parts.
    package init(purpose: Purpose, generation: Int, candidate: Int, repetition: Int) {
        self.purpose = purpose
        self.generation = generation
        self.candidate = candidate
        self.repetition = repetition
    }

    /// The name of a file of a dataset.
    ///
    /// - Parameter index: Its index in the dataset.
    /// - Returns: A name without generation and repetition.
    package static func recording(_ index: Int) -> Self {
        Self(purpose: .recording, generation: 0, candidate: index, repetition: 0)
    }
}

extension EpisodeName: CustomStringConvertible {
    /// For people.
    package var description: String {
        if purpose == .recording { return "recording \(candidate)" }
        return "\(purpose) of generation \(generation), candidate \(candidate), "
            + "repetition \(repetition)"
    }
}

/// One episode to drive: with the models and its parameters it decides every bit of its outcome.
package struct Episode: Sendable, Hashable {
    /// Which one it is.
    package var name: EpisodeName
    /// The seed the track is made from; in a dream, its start and all of its draws.
    package var trackSeed: UInt64
    /// The temperature at which M dreams it, in `temperatureLimits`; nil: it is driven.
    package var dreamTemperature: Double?
    /// Ends the episode after so many steps, at least 1, if its limit does not; nil: no cap.
    package var stepCap: Int?
    /// Ends the episode where its return falls behind this, if nothing else does; nil: never.
    package var pace: Pace?
    /// The index of its parameters among its batch's vectors; without meaning where no controller's
    /// parameters are searched for.
    package var vector: Int

    /// The temperatures that there are: at 0 there is no chance in a dream.
    package static let temperatureLimits = 0.0...100.0

    /// Describes an episode.
    package init(
        name: EpisodeName, trackSeed: UInt64, dreamTemperature: Double? = nil,
        stepCap: Int? = nil, pace: Pace? = nil, vector: Int = 0
    ) {
        self.name = name
        self.trackSeed = trackSeed
        self.dreamTemperature = dreamTemperature
        self.stepCap = stepCap
        self.pace = pace
        self.vector = vector
    }
}

/// A return that grows by the same amount with each step, and how far behind it is hopeless.
package struct Pace: Sendable, Hashable {
    /// What a step brings, above 0.
    package var perStep: Double
    /// How many steps behind an episode may be, at least 1.
    package var grace: Int

    /// Collects the parts.
    package init(perStep: Double, grace: Int) {
        self.perStep = perStep
        self.grace = grace
    }

    /// The return below which an episode has fallen behind after so many steps; while those are no
    /// more than `grace` there is none.
    package func least(after steps: Int) -> Double {
        steps > grace ? perStep * Double(steps - grace) : -.infinity
    }
}

/// Episodes that are driven together, and the parameters they are driven with.
///
/// Each vector is kept once, however many episodes name it.
package struct EpisodeBatch: Sendable, Hashable {
    /// The parameters, as `ParameterPrecision` has their words; empty where none are searched for.
    package let vectors: [[Float]]
    /// The episodes.
    package let episodes: [Episode]
    /// What is said to have come of some of them, to be confirmed: each is driven once more by
    /// another party than the one that said so.
    package let claims: [EpisodeName: EpisodeResult]

    /// Collects the parts.
    ///
    /// - Parameters:
    ///   - vectors: The controllers' parameters.
    ///   - episodes: The episodes; each names one of the vectors where there are any.
    ///   - claims: Results of some of them that are to be confirmed.
    package init(
        vectors: [[Float]], episodes: [Episode], claims: [EpisodeName: EpisodeResult] = [:]
    ) {
        precondition(
            vectors.isEmpty || episodes.allSatisfy { vectors.indices.contains($0.vector) },
            "an episode names none of the \(vectors.count) vectors")
        self.vectors = vectors
        self.episodes = episodes
        self.claims = claims
    }

    /// The parameters of an episode; none where none are searched for.
    package func parameters(of episode: Episode) -> [Float] {
        vectors.isEmpty ? [] : vectors[episode.vector]
    }

    /// The batch without the episodes that a test refuses; the vectors stay.
    package func filter(_ isIncluded: (Episode) -> Bool) -> EpisodeBatch {
        EpisodeBatch(
            vectors: vectors, episodes: episodes.filter(isIncluded), claims: claims)
    }
}
