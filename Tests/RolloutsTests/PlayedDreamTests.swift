// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import SeededRandom
import Testing
import WorldModel

@testable import Rollouts

/// Keys as values: what is held, and for how long.
struct HeldKeysTests {
    @Test func `keys that are down are an action, opposite ones are none`() {
        var keys = HeldKeys()
        #expect(keys.action == SIMD3(0, 0, 0) && keys.keys == [])
        keys.press(.left)
        keys.press(.gas)
        #expect(keys.action == SIMD3(-1, 1, 0) && keys.keys == [.left, .gas])
        keys.press(.right)
        #expect(keys.action == SIMD3(0, 1, 0))
        keys.release(.left)
        keys.release(.gas)
        keys.press(.brake)
        #expect(keys.action == SIMD3(1, 0, 0.8))
        for _ in 0..<1000 { keys.passStep() }
        #expect(keys.action == SIMD3(1, 0, 0.8))
        keys.releaseAll()
        #expect(keys == HeldKeys())
    }

    @Test func `a key that is typed counts for some steps, again from each time`() {
        var keys = HeldKeys()
        keys.type(.left, for: 3)
        var steering: [Float] = []
        for step in 0..<6 {
            if step == 2 { keys.type(.left, for: 3) }
            steering.append(keys.action.x)
            keys.passStep()
        }
        #expect(steering == [-1, -1, -1, -1, -1, 0])
        keys.type(.gas, for: 9)
        keys.type(.brake, for: 9)
        #expect(keys.keys == [.brake])
        keys.release(.brake)
        #expect(keys.keys == [])
    }
}

/// Dreams with a person in C's place.
struct PlayedDreamTests {
    private static func dream(
        seed: UInt64 = 7, temperature: Double = 1, limit: Int = 60, endLogit: Float = -30
    ) throws -> PlayedDream {
        PlayedDream(
            try Dreams.model(endLogit: endLogit), seed: seed, temperature: temperature,
            limit: limit)
    }

    /// Plays with inputs before some steps; gives z after each.
    private static func play(
        _ dream: PlayedDream, _ inputs: [Int: [PlayedDream.Input]], steps: Int = 30
    ) -> [[Float]] {
        (0..<steps).map { step in
            for input in inputs[step] ?? [] { dream.take(input) }
            dream.step()
            return Array(dream.latent)
        }
    }

    private static let inputs: [Int: [PlayedDream.Input]] = [
        0: [.press(.gas)], 5: [.press(.left)], 9: [.release(.left), .type(.right)],
        20: [.releaseAll, .press(.brake)],
    ]

    @Test func `the same keys between the same steps give the same dream, others another`() throws {
        let first = Self.play(try Self.dream(), Self.inputs)
        #expect(Self.play(try Self.dream(), Self.inputs) == first)
        var later = Self.inputs
        later[6] = later.removeValue(forKey: 5)
        let other = Self.play(try Self.dream(), later)
        #expect(other[..<5] == first[..<5] && other[5] != first[5])
        #expect(Self.play(try Self.dream(seed: 8), Self.inputs)[0] != first[0])
        #expect(Self.play(try Self.dream(temperature: 0.5), Self.inputs)[0] != first[0])
    }

    @Test func `it is M's step and its head's draw under the keys, as in a worker's dream`() throws
    {
        let dream = try Self.dream(temperature: 0.8, endLogit: -4)
        let memory = Dreams.memory(endLogit: -4)
        let cell = try RecurrentCell(memory)
        let reference = DreamReference(parameters: memory)
        let states = RecurrentCell.States(count: 1)
        let streams = SeedStreams(root: 7)
        var generator = streams.generator("dream-start")
        Dreams.starts(5).begin(0, at: Int(generator.integer(below: 5)), states)
        var (sum, steps) = (0.0, 0)
        while dream.state.end == nil {
            for input in Self.inputs[steps] ?? [] { dream.take(input) }
            let action = dream.keys.action
            dream.step()
            states.setAction(0, [action.x, action.y, action.z])
            cell.step([0], states)
            let draw = reference.draw(
                states.hiddenValues(0), seed: streams.seed("dream-draws"), step: steps,
                temperature: 0.8)
            states.setLatent(0, draw.latent.map { Float($0) })
            sum += draw.reward
            steps += 1
            #expect(dream.state.action == action)
            #expect(abs(dream.state.reward - draw.reward) < 1e-3)
            #expect((dream.state.end == .dreamEnded) == draw.isEnd)
        }
        #expect(dream.state.steps == steps && abs(dream.state.predictedReturn - sum) < 1e-2)
        #expect((0...1).contains(dream.state.endProbability) && dream.state.endProbability > 0)
    }

    @Test func `a dream that is over stays so, until it is begun again or another one is`() throws {
        let dream = try Self.dream(limit: 4)
        let first = Self.play(dream, Self.inputs, steps: 6)
        #expect(dream.state.end == .timeLimit && dream.state.steps == 4)
        #expect(first[4] == first[3])
        dream.take(.again)
        #expect(dream.state == PlayedDream.State() && dream.keys == HeldKeys())
        #expect(Self.play(dream, Self.inputs, steps: 6) == first)
        dream.take(.next)
        #expect(dream.state.dream == 1 && dream.state.end == nil)
        let second = Self.play(dream, Self.inputs, steps: 6)
        #expect(second[0] != first[0])
        #expect(second == Self.play(try Self.dream(seed: 8, limit: 4), Self.inputs, steps: 6))
        dream.take(.first)
        #expect(Self.play(dream, Self.inputs, steps: 6) == first)
    }

    @Test func `what is said is told with its step`() throws {
        let dream = try Self.dream()
        var told: [String] = []
        dream.onInput = { told.append("\($1.dream) \($1.steps) \($0)") }
        _ = Self.play(dream, [0: [.press(.gas)], 3: [.type(.left), .next], 4: [.releaseAll]])
        #expect(told == ["0 0 press gas", "0 3 type left", "0 3 next", "1 1 release all"])
    }
}
