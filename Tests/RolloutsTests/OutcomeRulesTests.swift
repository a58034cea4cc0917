// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CarRacing
import Episodes
import Foundation
import Testing
import WorldModel

@testable import Rollouts

/// What cars really give is plausible, and what a worker may claim beside it is not.
struct OutcomeRulesTests {
    /// A drive, and the rules it was driven by.
    private struct Drive {
        var settings: RolloutSettings
        var episode: Episode
        var outcome: EpisodeOutcome

        var rules: OutcomeRules { OutcomeRules(settings) }
    }

    private static func episode(
        _ seed: UInt64, cap: Int? = nil, pace: Pace? = nil, purpose: Purpose = .training
    ) -> Episode {
        Episode(
            name: EpisodeName(purpose: purpose, generation: 1, candidate: 0, repetition: 0),
            trackSeed: seed, stepCap: cap, pace: pace)
    }

    private static func drive<Policy: LockstepPolicy>(
        _ episode: Episode, _ settings: RolloutSettings, by policy: (CarRacingSlots) -> Policy
    ) throws -> Drive {
        let cars = try CarRacingSlots(count: 1, lapCompletePercent: settings.lapCompletePercent)
        let engine = LockstepEngine(cars, policy(cars), ScoreSink(), settings.plan)
        let batch = EpisodeBatch(vectors: [], episodes: [episode])
        return Drive(
            settings: settings, episode: episode, outcome: try engine.run(batch)[0].outcome.get())
    }

    /// Off the road and straight on, until the controls are no numbers.
    private static func ahead(turn: Float = 0.3, broken step: Int = .max) -> Replay {
        Replay(
            (1...1000).flatMap { [$0 >= step ? .nan : $0 <= 25 ? turn : 0, Float(0.08), 0] })
    }

    /// Drives with each end there is, from the real engine.
    private static let drives = Result {
        var drives: [Drive] = []
        for (seed, share) in [(1, 0.95), (2, 0.95), (3, 0.95), (3, 1), (8, 0)] {
            let settings = RolloutSettings(timeLimit: 2000, lapCompletePercent: share)
            drives.append(
                try drive(episode(UInt64(seed)), settings) { RoadFollower(of: $0, speed: 80) })
        }
        for (seed, turn) in [(0, -0.3), (0, 0.3), (1, -0.3), (1, 0.3)] as [(UInt64, Float)] {
            drives.append(
                try drive(episode(seed), RolloutSettings()) { _ in ahead(turn: turn) })
        }
        for seed in [4, 0xFFFF_FFFF_FFFF_FFF0] as [UInt64] {
            for broken in [1, 2, 60] {
                drives.append(
                    try drive(episode(seed, purpose: .evaluation), RolloutSettings()) { _ in
                        ahead(broken: broken)
                    })
            }
            let short = RolloutSettings(timeLimit: 150)
            drives.append(try drive(episode(seed), short) { RoadFollower(of: $0, speed: 60) })
            drives.append(
                try drive(episode(seed, cap: 60), short) { RoadFollower(of: $0, speed: 60) })
            drives.append(
                try drive(episode(seed, cap: 150), short) { RoadFollower(of: $0, speed: 60) })
            drives.append(
                try drive(episode(seed, pace: Pace(perStep: 8, grace: 40)), short) {
                    RoadFollower(of: $0, speed: 60)
                })
            drives.append(
                try drive(episode(seed), RolloutSettings(stepsWithoutTile: 40)) { _ in ahead() })
            drives.append(
                try drive(
                    episode(seed, purpose: .evaluation),
                    RolloutSettings(timeLimit: 200, stepsWithoutTile: 40)
                ) { _ in Replay([Float](repeating: 0, count: 600)) })
        }
        return drives
    }

    @Test func `each end of a real drive is plausible`() throws {
        let drives = try Self.drives.get()
        for drive in drives {
            #expect(drive.rules.problem(with: drive.outcome, of: drive.episode) == nil, "\(drive)")
        }
        let ends = Set(drives.map(\.outcome.end))
        #expect(
            ends
                == Set(EpisodeEnd.allCases)
                .subtracting([.setAside, .answered, .noValue, .dreamEnded]))
        // Some of the laps were real ones.
        #expect(drives.contains { $0.outcome.end == .lapCompleted && $0.outcome.steps > 300 })
    }

    @Test func `what a dream cannot be is found, and what it can is not`() throws {
        let rules = OutcomeRules(RolloutSettings(timeLimit: 40, stepsWithoutTile: 3))
        var dream = Self.episode(5)
        dream.dreamTemperature = 1
        func problem(
            _ steps: Int, _ end: EpisodeEnd, _ value: Double = -7.5, tiles: Int = 0,
            of total: Int = 0, cap: Int? = nil
        ) -> String? {
            var episode = dream
            episode.stepCap = cap
            return rules.problem(
                with: EpisodeOutcome(
                    episodeReturn: value, steps: steps, tilesVisited: tiles, trackTiles: total,
                    end: end), of: episode)
        }
        #expect(problem(12, .dreamEnded) == nil)
        #expect(problem(40, .timeLimit) == nil)
        #expect(problem(9, .stepCap, cap: 9) == nil)
        #expect(problem(1, .actionNotFinite, -100) == nil)
        #expect(problem(12, .dreamEnded, .nan) != nil)
        #expect(problem(12, .dreamEnded, .infinity) != nil)
        #expect(problem(41, .dreamEnded) != nil)
        #expect(problem(39, .timeLimit) != nil)
        for end in [EpisodeEnd.lapCompleted, .leftPlayfield, .noNewTile, .setAside, .answered] {
            #expect(problem(12, end) != nil, "\(end)")
        }
        #expect(problem(12, .dreamEnded, tiles: 0, of: 300) != nil)
        // Nor is a drive a dream.
        let drive = EpisodeOutcome(
            episodeReturn: -7.5, steps: 12, tilesVisited: 0, trackTiles: 0, end: .dreamEnded)
        #expect(rules.problem(with: drive, of: Self.episode(5)) != nil)
    }

    @Test func `no value of a real drive can be another`() throws {
        for drive in try Self.drives.get() {
            var lies: [EpisodeOutcome] = []
            func lie(_ change: (inout EpisodeOutcome) -> Void) {
                var outcome = drive.outcome
                change(&outcome)
                lies.append(outcome)
            }
            for value in [1e6, .nan, .infinity, -.infinity, -1e9, 0.123] {
                lie { $0.episodeReturn = value }
            }
            for difference in [1e-5, -1e-5, 0.1, 1000.0 / 300, 100, -100] {
                lie { $0.episodeReturn += difference }
            }
            for steps in [
                0, -1, .min, .max, 1_000_000, drive.outcome.steps + 1, drive.outcome.steps + 10,
            ] { lie { $0.steps = steps } }
            for tiles in [-1, .min, .max, 12_345, drive.outcome.tilesVisited + 1] {
                lie { $0.tilesVisited = tiles }
            }
            for tiles in [0, -1, .min, .max, drive.outcome.trackTiles + 1] {
                lie { $0.trackTiles = tiles }
            }
            lie { $0.fileDigest = [1] }
            // Leaving the field and a broken action cost the same.
            let twins: Set<EpisodeEnd> = [.leftPlayfield, .actionNotFinite]
            for end in EpisodeEnd.allCases
            where end != drive.outcome.end && !twins.isSuperset(of: [end, drive.outcome.end]) {
                lie { $0.end = end }
            }
            for lie in lies {
                let problem = drive.rules.problem(with: lie, of: drive.episode)
                // A broken first action costs 100 whatever tiles the car stood on.
                if lie.end == .actionNotFinite, lie.steps == 1,
                    lie.tilesVisited == drive.outcome.tilesVisited + 1
                {
                    continue
                }
                #expect(problem != nil, "\(lie) for \(drive)")
                #expect(problem?.contains("\n") != true)
            }
        }
    }

    /// An outcome whose return is that of its other values.
    private func consistent(
        seed: UInt64, tiles: (Int) -> Int, steps: Int, end: EpisodeEnd
    ) -> EpisodeOutcome {
        let total = Track(seed: seed).nodes.count
        let visited = tiles(total)
        return EpisodeOutcome(
            episodeReturn: 1000 * Double(visited) / Double(total) - 0.1 * Double(steps),
            steps: steps, tilesVisited: visited, trackTiles: total, end: end)
    }

    @Test func `an end that does not fit is refused though the return does`() {
        func problem(
            _ end: EpisodeEnd, steps: Int, tiles: (Int) -> Int, cap: Int? = nil,
            pace: Pace? = nil, purpose: Purpose = .training, patience: Int? = nil
        ) -> String? {
            OutcomeRules(RolloutSettings(timeLimit: 500, stepsWithoutTile: patience)).problem(
                with: consistent(seed: 6, tiles: tiles, steps: steps, end: end),
                of: Self.episode(6, cap: cap, pace: pace, purpose: purpose))
        }
        let all = { (total: Int) in total }
        let few = { (_: Int) in 20 }
        let most = { (total: Int) in total * 95 / 100 }
        #expect(problem(.lapCompleted, steps: 400, tiles: all) == nil)
        #expect(problem(.lapCompleted, steps: 400, tiles: { $0 * 95 / 100 + 1 }) == nil)
        #expect(problem(.lapCompleted, steps: 400, tiles: most) != nil)
        #expect(problem(.lapCompleted, steps: 400, tiles: { $0 + 1 }) != nil)
        #expect(problem(.timeLimit, steps: 500, tiles: { _ in -1 }) != nil)
        #expect(problem(.lapCompleted, steps: 501, tiles: all) != nil)
        #expect(problem(.lapCompleted, steps: 301, tiles: all, cap: 300) != nil)
        #expect(problem(.timeLimit, steps: 500, tiles: few) == nil)
        #expect(problem(.timeLimit, steps: 499, tiles: few) != nil)
        #expect(problem(.timeLimit, steps: 500, tiles: all) != nil)
        #expect(problem(.timeLimit, steps: 300, tiles: few, cap: 300) != nil)
        #expect(problem(.timeLimit, steps: 500, tiles: few, cap: 500) == nil)
        #expect(problem(.stepCap, steps: 300, tiles: few, cap: 300) == nil)
        #expect(problem(.stepCap, steps: 299, tiles: few, cap: 300) != nil)
        #expect(problem(.stepCap, steps: 500, tiles: few) != nil)
        #expect(problem(.stepCap, steps: 500, tiles: few, cap: 500) != nil)
        #expect(problem(.noNewTile, steps: 300, tiles: few, patience: 100) == nil)
        #expect(problem(.noNewTile, steps: 300, tiles: few) != nil)
        #expect(problem(.noNewTile, steps: 99, tiles: few, patience: 100) != nil)
        #expect(problem(.noNewTile, steps: 500, tiles: few, patience: 100) != nil)
        #expect(
            problem(.noNewTile, steps: 300, tiles: few, purpose: .evaluation, patience: 100) != nil)
        // 20 tiles and 300 steps are a return of about 40.
        let pace = Pace(perStep: 1, grace: 200)
        #expect(problem(.behindPace, steps: 300, tiles: few, pace: pace) == nil)
        #expect(problem(.behindPace, steps: 300, tiles: few) != nil)
        #expect(problem(.behindPace, steps: 500, tiles: few, pace: pace) != nil)
        #expect(problem(.behindPace, steps: 200, tiles: few, pace: pace) != nil)
        #expect(
            problem(.behindPace, steps: 300, tiles: few, pace: Pace(perStep: 0.1, grace: 200))
                != nil)
        #expect(
            problem(.behindPace, steps: 300, tiles: few, pace: pace, purpose: .evaluation) != nil)
        // 20 tiles end an episode after 21 times the patience at the latest.
        #expect(problem(.timeLimit, steps: 500, tiles: few, patience: 24) == nil)
        #expect(problem(.timeLimit, steps: 500, tiles: few, patience: 23) != nil)
        #expect(
            problem(.timeLimit, steps: 500, tiles: few, purpose: .evaluation, patience: 23) == nil)
        #expect(problem(.setAside, steps: 400, tiles: few) != nil)
        #expect(
            OutcomeRules(RolloutSettings()).problem(with: .setAside, of: Self.episode(6)) != nil)
    }

    @Test func `a track's tiles are those of its seed`() {
        let rules = OutcomeRules(RolloutSettings())
        // Asked twice, since what was found is remembered.
        for _ in 0..<2 {
            for seed in 0..<20 as Range<UInt64> {
                let outcome = consistent(
                    seed: seed, tiles: { _ in 20 }, steps: 1000, end: .timeLimit)
                #expect(rules.problem(with: outcome, of: Self.episode(seed)) == nil)
                let problem = rules.problem(with: outcome, of: Self.episode(seed + 1))
                let isEqual =
                    Track(seed: seed).nodes.count == Track(seed: seed + 1).nodes.count
                #expect((problem == nil) == isEqual)
            }
        }
    }

    @Test func `a recording has a file of a size that its steps can take`() throws {
        let settings = RecordingSettings(policy: .driver, steps: 60, seed: 5)
        let rules = OutcomeRules(settings)
        let engine = try CarRacingEngine(recording: settings, agent: nil, environments: 2)
        let episodes = (0..<2).map { Episode(name: .recording($0), trackSeed: 0) }
        for finished in try engine.run(EpisodeBatch(vectors: [], episodes: episodes)) {
            var outcome = try finished.outcome.get()
            let size = try #require(finished.file).count
            let episode = finished.episode
            #expect(rules.problem(with: outcome, of: episode, fileSize: size) != nil)
            outcome.fileDigest = [UInt8](repeating: 1, count: 32)
            #expect(rules.problem(with: outcome, of: episode, fileSize: size) == nil)
            #expect(rules.problem(with: outcome, of: episode) == nil)
            for wrong in [0, 100, settings.largestFile + 1, .max] {
                #expect(rules.problem(with: outcome, of: episode, fileSize: wrong) != nil)
            }
            // The track follows from the dataset's seed and the index.
            var other = episode
            other.name.candidate += 1
            #expect(rules.problem(with: outcome, of: other) != nil)
            // No file is made of a broken action.
            outcome.end = .actionNotFinite
            outcome.episodeReturn -= 99.9
            #expect(rules.problem(with: outcome, of: episode) != nil)
        }
    }
}
