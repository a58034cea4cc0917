// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes
import SeededRandom

/// What a run's generations consist of, whatever a candidate is tried on: tracks that it drives, or
/// evaluations by a person's program.
package struct GenerationPlan: Sendable {
    /// Where the seeds of episodes come from.
    package enum Seeds: Sendable {
        /// Tracks of CarRacing; those of evaluations are never driven in training.
        case tracks
        /// Numbers of 32 bits, which the generators of all languages take.
        case objective
    }

    /// What follows where more of a generation's episodes came to nothing than may.
    package enum Failures: Sendable, Hashable {
        /// The run ends; a generation may have a quarter of such.
        case tolerated
        /// They rank worst, however many there are.
        case ranked
        /// The first one ends the run.
        case fatal
    }

    /// Candidates a generation; nil: as many as the search gives, which may change.
    package var populationSize: Int?
    /// Episodes a candidate.
    package var samples: Schedule<Int>
    /// Up to how many the noise of the ranking may ask for; 0 is what `samples` says.
    package var samplesLimit = 0
    /// Episodes that all candidates have where they race for the others; 0 is no race.
    package var raceTracks = Schedule(0)
    /// The share of a generation's tracks that are drawn from those which candidates failed on.
    package var hardTrackShare = Schedule(0.0)
    /// The part of the shortfall of the worst returns that is taken from a candidate's mean.
    package var tailWeight = Schedule(0.0)
    /// The share of a candidate's returns that are the worst.
    package var tailShare = 0.25
    /// The share of the generations that M dreams.
    package var dreamShare = Schedule(0.0)
    /// At which temperature M dreams.
    package var temperature = Schedule(1.0)
    /// A dream's limit in steps; 0 is that of a drive.
    package var dreamSteps = 0
    /// The step sizes that are set during the run; nil: none is.
    package var sigma: Schedule<Double>?
    /// A training episode's cap as a multiple of the last generation's mean steps; 0 is none.
    package var stepCapFactor = 0
    /// An episode's limit in steps.
    package var maximumSteps = 1
    /// Steps by which a training episode may be behind the pace of the last generation's best
    /// candidate; 0 is any.
    package var stepsBehind = 0
    /// Generations between two evaluations of the distribution's mean; 0 is only at the end.
    package var evaluateEvery = 0
    /// Episodes of an evaluation; 0: there are none.
    package var evaluationEpisodes = 0
    /// What candidates are rounded to.
    package var precision = ParameterPrecision.float32
    /// Where the episodes' seeds come from.
    package let seeds: Seeds
    /// The run's streams of random numbers.
    let streams: SeedStreams
    /// What follows from failures.
    package var failures = Failures.tolerated
    /// Generations in a row that may have no result at all before a person has to look.
    package var failedGenerations = 3

    /// A plan of an objective's evaluations.
    ///
    /// - Parameters:
    ///   - samples: Evaluations a candidate.
    ///   - seed: The run's seed.
    ///   - precision: What candidates are rounded to.
    package init(
        objective samples: Schedule<Int>, seed: UInt64, precision: ParameterPrecision
    ) {
        self.samples = samples
        self.precision = precision
        streams = SeedStreams(root: seed)
        seeds = .objective
    }

    /// The plan of a run that drives.
    package init(_ settings: RunSettings) {
        populationSize = settings.populationSize
        samples = settings.samples
        samplesLimit = settings.samplesLimit
        raceTracks = settings.raceTracks
        hardTrackShare = settings.hardTrackShare
        tailWeight = settings.tailWeight
        tailShare = settings.tailShare
        dreamShare = settings.dreamShare
        temperature = settings.temperature
        dreamSteps = settings.dreamSteps
        sigma = settings.sigma
        stepCapFactor = settings.stepCapFactor
        maximumSteps = settings.maximumSteps
        stepsBehind = settings.stepsBehind
        evaluateEvery = settings.evaluateEvery
        evaluationEpisodes = settings.evaluationEpisodes
        streams = SeedStreams(root: settings.seed)
        seeds = .tracks
    }

    /// The seed of an episode of a generation (from 1), the same for all of its candidates.
    package func trainingSeed(generation: Int, repetition: Int) -> UInt64 {
        switch seeds {
        case .tracks:
            TrackSeeds(streams).training(generation: generation, repetition: repetition)
        case .objective:
            streams.seed("objective", UInt64(generation), UInt64(repetition)) & 0xffff_ffff
        }
    }

    /// At which temperature M dreams a generation (from 1); nil: it is driven.
    ///
    /// Generations and not their rollouts are of one kind or the other: what M expects and what the
    /// environment gives have no common scale on which candidates could be ranked. Dreams are spread
    /// as evenly as the share allows, by the generation's number alone.
    package func dreamTemperature(generation: Int) -> Double? {
        let share = dreamShare[generation: generation]
        func dreams(_ count: Int) -> Double { (share * Double(count)).rounded(.down) }
        guard dreams(generation) > dreams(generation - 1) else { return nil }
        return temperature[generation: generation]
    }

    /// What the search is told of a candidate, by its returns in a generation.
    func cost(of returns: [Double], _ generation: Int) -> Double {
        let fitness = Fitness.tailed(
            returns, weight: tailWeight[generation: generation], share: tailShare)
        let cost = Fitness.cost(fitness)
        // A cost of 0 is a fitness of 0, whose negative is -0; a program said 0.
        return seeds == .objective ? cost + 0 : cost
    }

    /// The seed of an evaluation's episode.
    func evaluationSeed(_ index: Int) -> UInt64 {
        switch seeds {
        case .tracks: TrackSeeds(streams).evaluation(index)
        case .objective:
            streams.seed("objective-evaluation", UInt64(index)) & 0xffff_ffff
        }
    }
}
