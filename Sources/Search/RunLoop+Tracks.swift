// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import RunStore
import SeededRandom

extension RunLoop {
    /// The tracks of a generation, and how many of them are driven again because candidates failed
    /// on them.
    func tracks(of generation: Int) throws -> (seeds: [UInt64], hard: Int) {
        let count = try trackCount(generation: generation)
        let new = (0..<count).map {
            plan.trainingSeed(generation: generation, repetition: $0)
        }
        let wanted = HardTracks.count(
            share: plan.hardTrackShare[generation: generation], of: count)
        // A dream has no track that could be hard.
        guard wanted > 0, plan.dreamTemperature(generation: generation) == nil,
            let known = try hardTracks(after: generation - 1)
        else { return (new, 0) }
        var generator = plan.streams.generator("hard-tracks", UInt64(generation))
        let drawn = known.draw(wanted, from: &generator)
        return (HardTracks.mix(new, with: drawn), drawn.count)
    }

    /// The hard tracks after a generation; nil where the run draws none.
    ///
    /// What the database has of them is brought up to it from the stored rollouts: those of a run
    /// that was begun without hard tracks, or by an older program, are there as well.
    func hardTracks(after generation: Int) throws -> HardTracks? {
        guard plan.hardTrackShare.values.contains(where: { $0 > 0 }) else { return nil }
        var known = HardTracks(try store.reader.hardTracks())
        for next in stride(from: known.generation + 1, through: generation, by: 1) {
            known.learn(try store.reader.trackFailures(generation: next), generation: next)
        }
        return known
    }

    /// How many tracks a candidate has in a generation: what the settings say, or more, up to their
    /// limit, as the rankings so far ask for.
    private func trackCount(generation: Int) throws -> Int {
        guard plan.samplesLimit > 0 else { return plan.samples[generation: generation] }
        // Fewer than two tell nothing of their noise.
        func bounded(_ tracks: Double, _ generation: Int) -> Double {
            let least = max(2, plan.samples[generation: generation])
            return max(Double(least), min(tracks, Double(plan.samplesLimit)))
        }
        var wanted = bounded(0, 1)
        for record in try store.reader.generations() where record.generation < generation {
            let next = record.generation + 1
            wanted =
                plan.samples.change(at: next).map(Double.init)
                ?? RankNoise.next(after: wanted, correlation: record.rankCorrelation)
            wanted = bounded(wanted, next)
        }
        return Int(wanted.rounded())
    }

    /// Has the candidates driven: all of them on all tracks, or as they race.
    ///
    /// What is to be driven is told from all results each time anew, so that a result which was
    /// thrown away leaves no trace.
    ///
    /// - Returns: The rollouts that count, candidate by candidate, and the returns: a row a
    ///   candidate, as far as it drove.
    func drive(
        _ vectors: [[Float]], tracks seeds: [UInt64], cap: Int?, pace: Pace?, generation: Int
    ) async throws -> (rollouts: [EpisodeResult], returns: [[Double]]) {
        let race = Race(
            first: plan.raceTracks[generation: generation], tracks: seeds.count,
            selected: vectors.count / 2)
        var wanted = race.plan(vectors.map { _ in [] })
        while true {
            let episodes = wanted.tracks.enumerated().flatMap { candidate, count in
                seeds.prefix(count).enumerated().map { repetition, seed in
                    Episode(
                        name: EpisodeName(
                            purpose: .training, generation: generation, candidate: candidate,
                            repetition: repetition),
                        trackSeed: seed,
                        dreamTemperature: plan.dreamTemperature(generation: generation),
                        stepCap: cap, pace: pace, vector: candidate)
                }
            }
            let rollouts = try await gather(
                EpisodeBatch(vectors: vectors, episodes: episodes), generation: generation,
                purpose: .training)
            var returns: [[Double]] = vectors.map { _ in [] }
            for rollout in rollouts {
                returns[rollout.name.candidate].append(rollout.outcome.episodeReturn)
            }
            let next = race.plan(returns)
            if next.isDecided, next.tracks == wanted.tracks {
                if race.isOn { try store.keep(Set(episodes.map(\.name)), ofTraining: generation) }
                return (rollouts, returns)
            }
            wanted = next
        }
    }
}
