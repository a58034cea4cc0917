// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes
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
    package func trackSeed(of episode: Episode) -> UInt64 {
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
