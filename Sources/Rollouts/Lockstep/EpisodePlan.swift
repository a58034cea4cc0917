// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import SeededRandom

/// What the episodes of an engine have in common: their limits, and where chance comes from.
package struct EpisodePlan: Sendable, Hashable {
    /// The steps after which an episode ends, at least 1.
    package var timeLimit: Int
    /// Ends a training episode after so many steps in which nothing new was visited; nil: never.
    package var patience: Int?
    /// The seed of the dataset whose files the episodes are; nil: they are no files.
    ///
    /// A file's track and random draws follow from this and its index, other episodes' from their
    /// track seed.
    package var dataset: UInt64?
    /// Whether M dreams the episodes; else they are driven.
    package var dreams: Bool

    /// Collects the parts.
    package init(
        timeLimit: Int, patience: Int? = nil, dataset: UInt64? = nil, dreams: Bool = false
    ) {
        precondition(timeLimit > 0, "episodes of \(timeLimit) steps")
        self.timeLimit = timeLimit
        self.patience = patience
        self.dataset = dataset
        self.dreams = dreams
    }

    /// Whether the engine can drive an episode.
    ///
    /// - Throws: `EpisodeFailure` if it cannot.
    func check(_ episode: Episode) throws {
        guard (episode.name.purpose == .recording) == (dataset != nil) else {
            throw EpisodeFailure("a task that does not go with the run's settings")
        }
        guard (episode.dreamTemperature != nil) == dreams else {
            throw EpisodeFailure(
                dreams
                    ? "an episode to drive, where they are dreamt"
                    : "an episode to dream, where they are driven")
        }
        if let temperature = episode.dreamTemperature,
            !Episode.temperatureLimits.contains(temperature)
        {
            throw EpisodeFailure("a temperature of \(temperature)")
        }
        if let cap = episode.stepCap, cap < 1 { throw EpisodeFailure("a cap of \(cap) steps") }
        if let pace = episode.pace,
            !(pace.perStep > 0 && pace.perStep.isFinite) || pace.grace < 1
        {
            throw EpisodeFailure("a pace of \(pace.perStep), \(pace.grace) steps behind")
        }
    }

    /// The steps after which an episode ends, and whether that is its own cap.
    func stepLimit(of episode: Episode) -> (steps: Int, isCap: Bool) {
        let cap = episode.stepCap ?? timeLimit
        return (min(cap, timeLimit), cap < timeLimit)
    }

    /// Ends an episode after so many steps in which nothing new was visited; nil: never.
    func patience(with episode: Episode) -> Int? {
        episode.name.purpose == .evaluation ? nil : patience
    }

    /// Ends an episode whose return falls behind this; nil: never.
    func pace(of episode: Episode) -> Pace? {
        episode.name.purpose == .evaluation ? nil : episode.pace
    }

    /// The seed of an episode's track.
    func trackSeed(of episode: Episode) -> UInt64 {
        guard let dataset else { return episode.trackSeed }
        // The top bit is for tracks of evaluations.
        return SeedStreams(root: dataset)
            .seed("dataset-tracks", UInt64(episode.name.candidate)) & ~(1 << 63)
    }

    /// The stream of the policy's random draws.
    func stream(of episode: Episode) -> PCG64 {
        guard let dataset else {
            return SeedStreams(root: episode.trackSeed).generator("latent-noise")
        }
        return SeedStreams(root: dataset)
            .generator("dataset-driver", UInt64(episode.name.candidate))
    }
}

/// An episode under way.
///
/// It holds no reference, so that writing to it costs nothing else.
struct EpisodeSlot {
    private(set) var episode = Episode(name: .recording(0), trackSeed: 0)
    private(set) var ticket: UInt64 = 0
    private(set) var episodeReturn = 0.0
    private(set) var steps = 0
    private(set) var visited = 0
    /// What the last step brought.
    private(set) var last = EnvironmentStep(reward: 0)
    /// Why the episode is over.
    private(set) var end: EpisodeEnd?

    private var stepLimit = 0
    private var isCapped = false
    private var patience: Int?
    private var pace: Pace?
    private var lastVisitStep = 0

    /// A slot without an episode.
    init() {}

    /// An episode at its start.
    init(_ episode: Episode, ticket: UInt64, plan: EpisodePlan, visited: Int) {
        self.episode = episode
        self.ticket = ticket
        self.visited = visited
        (stepLimit, isCapped) = plan.stepLimit(of: episode)
        patience = plan.patience(with: episode)
        pace = plan.pace(of: episode)
    }

    /// Counts a step, and finds out whether it was the last.
    mutating func add(_ step: EnvironmentStep, visited now: Int) {
        last = step
        steps += 1
        episodeReturn += step.reward
        if now > visited {
            visited = now
            lastVisitStep = steps
        }
        if let reason = step.end {
            end = reason
        } else if steps >= stepLimit {
            end = isCapped ? .stepCap : .timeLimit
        } else if let patience, steps - lastVisitStep >= patience {
            end = .noNewTile
        } else if let pace, episodeReturn < pace.least(after: steps) {
            end = .behindPace
        }
    }

    /// What an episode that is over gave, of so much that there was to visit.
    func outcome(_ end: EpisodeEnd, of total: Int) -> EpisodeOutcome {
        EpisodeOutcome(
            episodeReturn: episodeReturn, steps: steps, tilesVisited: visited, trackTiles: total,
            end: end)
    }
}
