// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CarRacing
import SeededRandom
import ArrayFiles
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

    /// Tasks whose controllers and tracks all differ; some drive off, some crawl.
    static func tasks(_ count: Int, inputs: ControllerInputs = .latentHidden) -> [RolloutTask] {
        (0..<UInt64(count)).map { index in
            var generator = PCG64(seed: 1000 + index)
            let parameters = (0..<inputs.parameterCount).map { _ in
                Float(0.2 * generator.normalPair().0)
            }
            return RolloutTask(id: 70 + index, parameters: parameters, trackSeed: index * 13)
        }
    }
}

struct RolloutEngineTests {
    private func run(
        _ tasks: [RolloutTask], environments: Int, _ settings: RolloutSettings
    ) throws -> [RolloutOutcome] {
        let engine = try RolloutEngine(
            models: Shared.models.get(), settings: settings, environments: environments)
        return try engine.run(tasks)
    }

    /// The bits of all actions by track seed: in few steps returns alone say little.
    private func trace(
        _ tasks: [RolloutTask], environments: Int, _ settings: RolloutSettings
    ) throws -> (outcomes: [RolloutOutcome], actions: [UInt64: [UInt32]]) {
        let engine = try RolloutEngine(
            models: Shared.models.get(), settings: settings, environments: environments)
        var actions: [UInt64: [UInt32]] = [:]
        engine.onAction = { id, action in
            let bits = (0..<3).map { action[$0].bitPattern }
            actions[tasks[Int(id)].trackSeed, default: []] += bits
        }
        return (try engine.run(tasks), actions)
    }

    @Test func `outcomes do not depend on how many episodes are driven at once`() throws {
        var settings = RolloutSettings(timeLimit: 16)
        var tasks = Shared.tasks(9)
        // Ends at different times, so that slots are filled anew while others are under way.
        for index in tasks.indices { tasks[index].stepCap = 6 + 5 * (index % 4) }
        let alone = try trace(tasks, environments: 1, settings)
        #expect(Set(alone.outcomes.map(\.steps)).count == 3)
        #expect(Set(alone.actions.values).count == tasks.count)
        for environments in [3, 8, 16] {
            let found = try trace(tasks, environments: environments, settings)
            #expect(found.outcomes == alone.outcomes)
            #expect(found.actions == alone.actions)
        }
        #expect(try trace(tasks.reversed(), environments: 3, settings).actions == alone.actions)
        settings.latent = .sampled
        let sampled = try trace(tasks, environments: 1, settings)
        #expect(sampled.actions != alone.actions)
        #expect(try trace(tasks, environments: 4, settings).actions == sampled.actions)
    }

    @Test func `a pool of threads gives the same outcomes in the tasks' order`() throws {
        let settings = RolloutSettings(timeLimit: 8)
        let tasks = Shared.tasks(5)
        let alone = try run(tasks, environments: 1, settings)
        let pooled = try RolloutPool.run(
            tasks, models: Shared.models.get(), settings: settings, threads: 2, environments: 2)
        #expect(pooled == alone)
        #expect(pooled.map(\.id) == tasks.map(\.id))
    }

    @Test func `every controller form drives`() throws {
        for inputs in ControllerInputs.allCases {
            for mapping in ControllerMapping.allCases {
                let settings = RolloutSettings(mapping: mapping, inputs: inputs, timeLimit: 5)
                let outcomes = try run(Shared.tasks(2, inputs: inputs), environments: 2, settings)
                #expect(outcomes.count == 2)
                #expect(outcomes.allSatisfy { $0.end == .timeLimit && $0.steps == 5 })
            }
        }
    }

    @Test func `an episode ends for each reason there is, and says which`() throws {
        let still = [Float](repeating: 0, count: 864) + [0, -20, 20]
        func end(_ parameters: [Float], cap: Int? = nil, _ settings: RolloutSettings) throws
            -> RolloutOutcome
        {
            let task = RolloutTask(id: 1, parameters: parameters, trackSeed: 5, stepCap: cap)
            return try #require(try run([task], environments: 1, settings).first)
        }
        let limited = try end(still, RolloutSettings(timeLimit: 12))
        #expect(limited.end == .timeLimit && limited.steps == 12)
        let capped = try end(still, cap: 7, RolloutSettings(timeLimit: 12))
        #expect(capped.end == .stepCap && capped.steps == 7)
        let uncapped = try end(still, cap: 12, RolloutSettings(timeLimit: 12))
        #expect(uncapped.end == .timeLimit)
        let stuck = try end(still, RolloutSettings(timeLimit: 60, stepsWithoutTile: 10))
        #expect(stuck.end == .noNewTile && stuck.steps < 30)
        let judged = try #require(
            try run(
                [RolloutTask(id: 1, parameters: still, trackSeed: 5, isEvaluation: true)],
                environments: 1, RolloutSettings(timeLimit: 30, stepsWithoutTile: 10)
            ).first)
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

    @Test func `leaving the playfield and completing the lap are told apart`() {
        let left = StepResult(reward: -100, terminated: true, truncated: false)
        #expect(RolloutEnd(of: left) == .leftPlayfield)
        let lap = StepResult(reward: 3.2, terminated: true, truncated: false)
        #expect(RolloutEnd(of: lap) == .lapCompleted)
        let slow = StepResult(reward: -0.1, terminated: true, truncated: false)
        #expect(RolloutEnd(of: slow) == .lapCompleted)
        let onTheWay = StepResult(reward: -0.1, terminated: false, truncated: false)
        #expect(RolloutEnd(of: onTheWay) == nil)
    }
}

struct ReturnStatisticsTests {
    @Test func `figures are the textbook's`() {
        let statistics = ReturnStatistics([2, 4, 4, 4, 5, 5, 7, 9])
        #expect(statistics.mean == 5)
        #expect(abs(statistics.standardDeviation - 2.13809) < 1e-5)
        // t(0.975, 7) = 2.3646, t(0.975, 99) = 1.9842
        #expect(abs(statistics.confidence95 - 2.3646 * 2.13809 / 8.0.squareRoot()) < 2e-3)
        #expect(abs(ReturnStatistics.studentQuantile975(freedom: 99) - 1.9842) < 1e-4)
        #expect(abs(ReturnStatistics.studentQuantile975(freedom: 5) - 2.5706) < 4e-3)
        let single = ReturnStatistics([3])
        #expect(single.standardDeviation == 0 && single.confidence95 == 0)
    }
}
