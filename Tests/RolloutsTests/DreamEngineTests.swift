// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import SeededRandom
import Testing
import WorldModel

@testable import Rollouts

/// Episodes that nobody drives.
struct DreamEngineTests {
    /// With it dreams of 40 steps end by chance, if nothing else ends them.
    private static let endLogit: Float = -4

    private static func batch(_ count: Int, temperature: Double? = 1) -> EpisodeBatch {
        let batch = Shared.batch(count, caps: [nil, 7])
        return EpisodeBatch(
            vectors: batch.vectors,
            episodes: batch.episodes.map { episode in
                var episode = episode
                // Two candidates a seed.
                episode.trackSeed = UInt64(episode.name.candidate / 2)
                episode.dreamTemperature = temperature
                return episode
            })
    }

    private static func outcomes(
        _ batch: EpisodeBatch, slots: Int, endLogit: Float = endLogit, kernels: Kernels = .best,
        settings: RolloutSettings = RolloutSettings(timeLimit: 40)
    ) throws -> [EpisodeOutcome] {
        let engine = DreamEngine(
            try Dreams.model(endLogit: endLogit, kernels: kernels), settings: settings,
            environments: slots)
        let outcomes = try engine.run(batch).map { try $0.outcome.get() }
        #expect(engine.freeSlots == slots)
        #expect(engine.steps == outcomes.reduce(0) { $0 + $1.steps })
        return outcomes
    }

    @Test(
        arguments: [(-4, [.dreamEnded, .stepCap]), (-30, [.timeLimit, .stepCap])]
            as [(Float, Set<EpisodeEnd>)])
    func `an outcome has the same bits in every batch and every form`(
        endLogit: Float, ends: Set<EpisodeEnd>
    ) throws {
        let batch = Self.batch(16)
        let expected = try Self.outcomes(batch, slots: 8, endLogit: endLogit)
        #expect(Set(expected.map(\.end)) == ends)
        #expect(Set(expected.map(\.episodeReturn)).count == expected.count)
        for kernels in Kernels.VectorUnit.allCases.compactMap({ Kernels($0) }) {
            for slots in [1, 3, 8] {
                let found = try Self.outcomes(
                    batch, slots: slots, endLogit: endLogit, kernels: kernels)
                #expect(found == expected, "\(slots) slots, \(kernels.name)")
            }
        }
        let warmer = try Self.outcomes(
            Self.batch(16, temperature: 1.1), slots: 8, endLogit: endLogit)
        #expect(warmer != expected)
    }

    @Test func `a dream is C, M's step and the head's draw in turn`() throws {
        let batch = Self.batch(6, temperature: 0.8)
        let found = try Self.outcomes(batch, slots: 4)
        let memory = Dreams.memory(endLogit: Self.endLogit)
        let cell = try RecurrentCell(memory)
        let reference = DreamReference(parameters: memory)
        let starts = Dreams.starts(5)
        for (episode, outcome) in zip(batch.episodes, found) {
            let states = RecurrentCell.States(count: 1)
            let bank = ControllerBank(count: 1)
            bank.set(0, batch.parameters(of: episode))
            let streams = SeedStreams(root: episode.trackSeed)
            var generator = streams.generator("dream-start")
            starts.begin(0, at: Int(generator.integer(below: 5)), states)
            var (sum, steps, isEnd) = (0.0, 0, false)
            while !isEnd, steps < (episode.stepCap ?? 40) {
                bank.act(0, states)
                cell.step([0], states)
                let draw = reference.draw(
                    states.hiddenValues(0), seed: streams.seed("dream-draws"), step: steps,
                    temperature: 0.8)
                states.setLatent(0, draw.latent.map { Float($0) })
                sum += draw.reward
                isEnd = draw.isEnd
                steps += 1
            }
            #expect(outcome.steps == steps)
            #expect(
                outcome.end
                    == (isEnd ? .dreamEnded : episode.stepCap == nil ? .timeLimit : .stepCap))
            #expect(abs(outcome.episodeReturn - sum) < 1e-2)
            #expect(outcome.tilesVisited == 0 && outcome.trackTiles == 0)
        }
    }

    /// Keeps what it is told.
    private final class Witness: DreamOnlooker {
        private(set) var latents: [[Float]] = []
        private(set) var results: [EnvironmentStep] = []

        func willStep(_ slot: Int, latent: UnsafeBufferPointer<Float>) {
            latents.append(Array(latent))
        }

        func didStep(_ slot: Int, _ result: EnvironmentStep) { results.append(result) }
    }

    @Test func `who looks on sees each step, and changes nothing`() throws {
        let batch = Self.batch(1)
        let engine = DreamEngine(
            try Dreams.model(endLogit: Self.endLogit), settings: RolloutSettings(timeLimit: 40),
            environments: 1)
        let witness = Witness()
        engine.onlooker = witness
        let outcome = try engine.run(batch)[0].outcome.get()
        #expect(outcome == (try Self.outcomes(batch, slots: 1)[0]))
        #expect(witness.results.count == outcome.steps)
        #expect(witness.results.reduce(0) { $0 + $1.reward } == outcome.episodeReturn)
        #expect(Set(witness.latents).count == outcome.steps)
        // The first is where it begins.
        var generator = SeedStreams(root: batch.episodes[0].trackSeed).generator("dream-start")
        let states = RecurrentCell.States(count: 1)
        Dreams.starts(5).begin(0, at: Int(generator.integer(below: 5)), states)
        #expect(witness.latents[0] == states.latentValues(0))
    }

    @Test func `an action that is no number ends a dream as it ends a drive`() throws {
        var batch = Self.batch(2)
        batch = EpisodeBatch(
            vectors: [batch.vectors[0].map { _ in .nan }, batch.vectors[1]],
            episodes: batch.episodes)
        let found = try Self.outcomes(batch, slots: 2)
        #expect(found[0].end == .actionNotFinite)
        #expect(found[0].episodeReturn == -100 && found[0].steps == 1)
        #expect(found[1] == (try Self.outcomes(Self.batch(2), slots: 2)[1]))
    }

    @Test func `what an engine cannot dream is refused by name`() throws {
        let engine = DreamEngine(
            try Dreams.model(), settings: RolloutSettings(timeLimit: 40), environments: 1)
        var episode = Self.batch(1).episodes[0]
        let fault = EpisodeFailure("a task with 3 parameters, where the controller has 867")
        #expect(throws: fault) {
            try engine.submit(episode, parameters: [1, 2, 3], ticket: 1)
        }
        episode.dreamTemperature = nil
        #expect(throws: EpisodeFailure("an episode to drive, where they are dreamt")) {
            try engine.submit(episode, parameters: Self.batch(1).vectors[0], ticket: 1)
        }
        for temperature in [-1, .nan, 101] {
            episode.dreamTemperature = temperature
            #expect(throws: EpisodeFailure.self) {
                try engine.submit(episode, parameters: Self.batch(1).vectors[0], ticket: 1)
            }
        }
        #expect(engine.freeSlots == 1)
        episode.dreamTemperature = 1
        #expect(throws: EpisodeFailure("an episode to dream, where they are driven")) {
            try EpisodePlan(timeLimit: 40).check(episode)
        }
    }

    /// Ends each episode after as many steps as its seed says.
    private final class Counting: EpisodeEngine {
        var freeSlots: Int { 4 - active.count }
        private var active: [(episode: Episode, ticket: UInt64, steps: Int)] = []
        private var finished: [FinishedEpisode] = []

        func submit(_ episode: Episode, parameters: [Float], ticket: UInt64) {
            active.append((episode, ticket, 0))
        }

        func step() {
            for index in active.indices { active[index].steps += 1 }
            let ended = active.filter { $0.steps > Int($0.episode.trackSeed) }
            active.removeAll { $0.steps > Int($0.episode.trackSeed) }
            finished += ended.map {
                FinishedEpisode(
                    ticket: $0.ticket, episode: $0.episode,
                    outcome: .success(
                        EpisodeOutcome(
                            episodeReturn: 5, steps: $0.steps, tilesVisited: 1, trackTiles: 2,
                            end: .leftPlayfield)))
            }
        }

        func takeFinished() -> [FinishedEpisode] {
            defer { finished = [] }
            return finished
        }
    }

    @Test func `drives and dreams share an engine's slots, and do not disturb one another`() throws
    {
        let dreams = Self.batch(8)
        let mixed = EpisodeBatch(
            vectors: dreams.vectors,
            episodes: dreams.episodes.enumerated().map { index, episode in
                var episode = episode
                if index % 3 == 0 { episode.dreamTemperature = nil }
                return episode
            })
        let engine = DreamingEngine(
            driving: Counting(),
            dreaming: DreamEngine(
                try Dreams.model(endLogit: Self.endLogit),
                settings: RolloutSettings(timeLimit: 40), environments: 4))
        var most = 0
        var indices = mixed.episodes.indices.makeIterator()
        var found: [UInt64: EpisodeOutcome] = [:]
        try engine.drive(
            mixed,
            next: {
                most = max(most, 4 - engine.freeSlots)
                return indices.next()
            }, onFinished: { found[$0.ticket] = try $0.outcome.get() })
        #expect(most < 4 && engine.freeSlots == 4)
        let expected = try Self.outcomes(dreams, slots: 8)
        for (index, episode) in mixed.episodes.enumerated() {
            if episode.dreamTemperature == nil {
                #expect(found[UInt64(index)]?.end == .leftPlayfield)
            } else {
                #expect(found[UInt64(index)] == expected[index])
            }
        }
    }
}
