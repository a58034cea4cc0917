// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import CarRacing
import CarRacingRendering
import Episodes
import Foundation
import SeededRandom
import Testing
import WorldModel

@testable import Rollouts

/// What is slow to make in a debug build and the same for every test.
enum Shared {
    static let models = Result {
        try FrozenModels(
            vae: VAEParameters(tensors: tensors(VAEParameters.specification()), name: "V"),
            mdrnn: MDRNNParameters(tensors: tensors(MDRNNParameters.specification()), name: "M"))
    }

    /// Random weights where rollouts look; the decoder's and the head's are 0.
    private static func tensors(_ entries: [TensorSpecification]) -> [String: Tensor] {
        var generator = PCG64(seed: 17)
        var result: [String: Tensor] = [:]
        for entry in entries {
            var tensor = Tensor(zeros: entry.shape)
            if entry.name.hasPrefix("encoder") || entry.name.hasPrefix("rnn") {
                let bound = Float(entry.initialBound)
                tensor.values = tensor.values.map { _ in
                    bound * (Float(generator.next() >> 40) * 0x1p-23 - 1)
                }
            }
            result[entry.name] = tensor
        }
        return result
    }

    /// Episodes whose controllers and tracks all differ; some drive off, some crawl.
    static func batch(
        _ count: Int, shape: ControllerShape = ControllerShape(), caps: [Int?] = [nil]
    ) -> EpisodeBatch {
        EpisodeBatch(
            vectors: (0..<UInt64(count)).map { index in
                var generator = PCG64(seed: 1000 + index)
                return (0..<shape.parameterCount).map { _ in
                    Float(0.2 * generator.normalPair().0)
                }
            },
            episodes: (0..<count).map { index in
                Episode(
                    name: EpisodeName(
                        purpose: .training, generation: 1, candidate: index, repetition: 0),
                    trackSeed: UInt64(index) * 13, stepCap: caps[index % caps.count], vector: index)
            })
    }
}

/// Keeps the bits of all actions by slot: in few steps returns alone say little.
///
/// A slot's list begins anew with each episode; `finished` has them in the order of their ends.
struct ActionBits: LockstepSink {
    private var current: [[UInt32]]
    private(set) var finished: [[UInt32]] = []

    init(slots: Int) { current = [[UInt32]](repeating: [], count: slots) }

    mutating func begin(_ slot: Int) { current[slot] = [] }

    mutating func didStep(
        _ slot: Int, observation: UnsafePointer<UInt8>, action: UnsafePointer<Float>,
        result: EnvironmentStep
    ) {
        current[slot] += (0..<3).map { action[$0].bitPattern }
    }

    mutating func end(_ slot: Int, _ outcome: EpisodeOutcome) -> Data? {
        finished.append(current[slot])
        return nil
    }
}

struct RolloutEngineTests {
    private func run(
        _ batch: EpisodeBatch, environments: Int, _ settings: RolloutSettings
    ) throws -> [EpisodeOutcome] {
        let engine = try CarRacingEngine(
            scoring: settings, models: Shared.models.get(), environments: environments)
        return try engine.run(batch).map { try $0.outcome.get() }
    }

    private struct Trace: Equatable {
        var outcomes: [EpisodeOutcome] = []
        var actions: [UInt64: [UInt32]] = [:]
    }

    private func trace(
        _ batch: EpisodeBatch, environments: Int, _ settings: RolloutSettings
    ) throws -> Trace {
        let engine = LockstepEngine(
            try CarRacingSlots(
                count: environments, antialiasing: settings.antialiasing),
            ControllerPolicy(
                try Shared.models.get(), settings.form(), isShared: false, slots: environments),
            ActionBits(slots: environments), settings.plan)
        var trace = Trace()
        var indices = batch.episodes.indices.makeIterator()
        var ended: [UInt64] = []
        try engine.drive(
            batch, next: { indices.next() },
            onFinished: { finished in
                ended.append(finished.episode.trackSeed)
            })
        for (seed, actions) in zip(ended, engine.sink.finished) { trace.actions[seed] = actions }
        trace.outcomes = try run(batch, environments: environments, settings)
        return trace
    }

    @Test func `outcomes do not depend on how many episodes are driven at once`() throws {
        var settings = RolloutSettings(timeLimit: 16)
        // Ends at different times, so that slots are filled anew while others are under way.
        let batch = Shared.batch(9, caps: [6, 11, 16, 21])
        let alone = try trace(batch, environments: 1, settings)
        #expect(Set(alone.outcomes.map(\.steps)).count == 3)
        #expect(Set(alone.actions.values).count == batch.episodes.count)
        for environments in [3, 8, 16] {
            #expect(try trace(batch, environments: environments, settings) == alone)
        }
        let reversed = EpisodeBatch(vectors: batch.vectors, episodes: batch.episodes.reversed())
        #expect(try trace(reversed, environments: 3, settings).actions == alone.actions)
        settings.latent = .sampled
        let sampled = try trace(batch, environments: 1, settings)
        #expect(sampled.actions != alone.actions)
        #expect(try trace(batch, environments: 4, settings).actions == sampled.actions)
    }

    @Test func `a pool of threads gives the same outcomes in the batch's order`() throws {
        let settings = RolloutSettings(timeLimit: 8)
        let batch = Shared.batch(5, caps: [nil, 3])
        let models = try Shared.models.get()
        let pooled = try RolloutPool.run(
            batch, threads: 2, environments: 2,
            engine: {
                try CarRacingEngine(scoring: settings, models: models, environments: $0)
            })
        #expect(pooled == (try run(batch, environments: 1, settings)))
        #expect(pooled.map(\.steps) == [8, 3, 8, 3, 8])
    }

    @Test func `agents see smooth edges where the settings say so`() throws {
        let batch = Shared.batch(2)
        var settings = RolloutSettings(timeLimit: 8)
        let plain = try trace(batch, environments: 2, settings)
        settings.antialiasing = .samples4
        // As a worker is told.
        settings = try JSONDecoder().decode(
            RolloutSettings.self, from: JSONEncoder().encode(settings))
        #expect(settings.antialiasing == .samples4)
        let smooth = try trace(batch, environments: 2, settings)
        #expect(smooth.actions != plain.actions)
        #expect(try trace(batch, environments: 1, settings) == smooth)
    }

    @Test func `every controller form drives`() throws {
        for inputs in ControllerInputs.allCases {
            for mapping in ControllerMapping.allCases {
                let settings = RolloutSettings(mapping: mapping, inputs: inputs, timeLimit: 5)
                let batch = Shared.batch(2, shape: settings.form().shape)
                let outcomes = try run(batch, environments: 2, settings)
                #expect(outcomes.count == 2)
                #expect(outcomes.allSatisfy { $0.end == .timeLimit && $0.steps == 5 })
            }
        }
    }

    @Test func `an episode ends for each reason there is, and says which`() throws {
        let still = [Float](repeating: 0, count: 864) + [0, -20, 20]
        func end(
            _ parameters: [Float], cap: Int? = nil, purpose: Purpose = .training,
            _ settings: RolloutSettings
        ) throws -> EpisodeOutcome {
            let name = EpisodeName(purpose: purpose, generation: 1, candidate: 0, repetition: 0)
            let batch = EpisodeBatch(
                vectors: [parameters], episodes: [Episode(name: name, trackSeed: 5, stepCap: cap)])
            return try #require(try run(batch, environments: 1, settings).first)
        }
        let limited = try end(still, RolloutSettings(timeLimit: 12))
        #expect(limited.end == .timeLimit && limited.steps == 12)
        let capped = try end(still, cap: 7, RolloutSettings(timeLimit: 12))
        #expect(capped.end == .stepCap && capped.steps == 7)
        let uncapped = try end(still, cap: 12, RolloutSettings(timeLimit: 12))
        #expect(uncapped.end == .timeLimit)
        let stuck = try end(still, RolloutSettings(timeLimit: 60, stepsWithoutTile: 10))
        #expect(stuck.end == .noNewTile && stuck.steps < 30)
        let judged = try end(
            still, purpose: .evaluation, RolloutSettings(timeLimit: 30, stepsWithoutTile: 10))
        #expect(judged.end == .timeLimit && judged.steps == 30)
        #expect(stuck.tilesVisited > 0 && stuck.trackTiles > 200)
        // All tiles but a share of 0: the start's own tile completes the lap.
        let lap = try end(still, RolloutSettings(timeLimit: 12, lapCompletePercent: 0))
        #expect(lap.end == .lapCompleted && lap.steps == 1)
        let broken = try end(
            [Float](repeating: .nan, count: 867), RolloutSettings(timeLimit: 12))
        #expect(broken.end == .actionNotFinite && broken.steps == 1)
        #expect(broken.episodeReturn == -100)
    }

    @Test func `a car's end keeps its reason`() {
        #expect(EpisodeEnd(of: .leftPlayfield) == .leftPlayfield)
        #expect(EpisodeEnd(of: .lapCompleted) == .lapCompleted)
        #expect(EpisodeEnd(of: .timeLimit) == .timeLimit)
    }

    @Test func `an episode that does not fit is refused, and leaves its slot free`() throws {
        let engine = try CarRacingEngine(
            scoring: RolloutSettings(timeLimit: 2), models: Shared.models.get(), environments: 1)
        let good = Shared.batch(1)
        var episode = good.episodes[0]
        #expect(throws: EpisodeFailure("a task with 3 parameters, where the controller has 867")) {
            try engine.submit(episode, parameters: [1, 2, 3], ticket: 0)
        }
        episode.stepCap = 0
        #expect(throws: EpisodeFailure("a cap of 0 steps")) {
            try engine.submit(episode, parameters: good.vectors[0], ticket: 0)
        }
        episode = Episode(name: .recording(0), trackSeed: 0)
        #expect(throws: EpisodeFailure.self) {
            try engine.submit(episode, parameters: good.vectors[0], ticket: 0)
        }
        #expect(engine.freeSlots == 1)
        #expect(try engine.run(good).count == 1)
    }
}
