// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CarRacing
import CarRacingRendering
import Testing

struct VectorEnvironmentTests {
    private func action(_ index: Int, _ step: Int) -> (Float, Float, Float) {
        (index == 0 ? 0.1 : -0.2, step < 40 ? 0.6 : 0.1, step % 50 > 45 ? 0.5 : 0)
    }

    @Test(arguments: ObservationSize.allCases)
    func `two environments in one vector equal the same two alone`(size: ObservationSize) throws {
        let pair = try VectorEnvironment(count: 2, observationSize: size)
        let singles = try (0..<2).map { _ in
            try VectorEnvironment(count: 1, observationSize: size)
        }
        #expect(pair.observations.count == 2 * size.side * size.side * 3)
        for index in 0..<2 {
            pair.reset(index, trackSeed: UInt64(7 + index))
            singles[index].reset(0, trackSeed: UInt64(7 + index))
        }
        for step in 0..<120 {
            for index in 0..<2 {
                let (steering, gas, brake) = action(index, step)
                let together = try pair.step(index, steering: steering, gas: gas, brake: brake)
                let alone = try singles[index].step(0, steering: steering, gas: gas, brake: brake)
                #expect(together == alone)
                #expect(pair.environment(index).hull == singles[index].environment(0).hull)
                if step % 30 == 2 {
                    try pair.draw(index)
                    try singles[index].draw(0)
                    #expect(Array(pair.observation(index)) == Array(singles[index].observations))
                }
            }
        }
        #expect(pair.tilesVisited(0) != pair.trackTiles(0))
        #expect(Array(pair.observation(0)) != Array(pair.observation(1)))
    }

    @Test func `an episode does not depend on the one before`() throws {
        let vector = try VectorEnvironment(count: 1, observationSize: .px64)
        func drive(_ seed: UInt64) throws -> ([Double], [UInt8]) {
            vector.reset(0, trackSeed: seed)
            let rewards = try (0..<100).map { step in
                try vector.step(0, steering: 0.3, gas: Float(step % 10) / 10, brake: 0).reward
            }
            try vector.draw(0)
            return (rewards, Array(vector.observations))
        }
        let first = try drive(3)
        let other = try drive(4)
        let again = try drive(3)
        #expect(first == again)
        #expect(first.1 != other.1)
    }

    @Test func `ended episodes begin the next one with the given seed`() throws {
        let vector = try VectorEnvironment(
            count: 2, observationSize: .px64, rules: Rules(timeLimit: 3))
        let actions: [Float] = [0, 0, 0, 0, 1, 0]
        var asked: [Int] = []
        for step in 1...3 {
            try actions.withUnsafeBufferPointer {
                try vector.stepAll(actions: $0) { index in
                    asked.append(index)
                    return 11
                }
            }
            #expect(vector.truncations.allSatisfy { $0 == (step == 3 ? 1 : 0) })
            #expect(vector.terminations.allSatisfy { $0 == 0 })
        }
        #expect(asked == [0, 1])
        #expect(vector.environment(0).track == Track(seed: 11))
        #expect(vector.environment(1).steps == 0)
        #expect(Array(vector.observation(0)) == Array(vector.observation(1)))
    }

    @Test func `arrays drive as pointers do, and actions in double precision`() throws {
        let vectors = try (0..<3).map { _ in
            try VectorEnvironment(
                count: 2, observationSize: .px64, rules: Rules(timeLimit: 40))
        }
        var sawEnd = false
        for step in 0..<50 {
            // In single precision a brake of 0.9 does not block the wheels.
            let actions = [
                Action(steering: 0.25, gas: 0.5, brake: step > 25 ? 0.9 : 0),
                Action(steering: -0.25, gas: step < 30 ? 0.75 : 0, brake: 0),
            ]
            let numbers = actions.flatMap { [Float($0.steering), Float($0.gas), Float($0.brake)] }
            try numbers.withUnsafeBufferPointer { try vectors[0].stepAll(actions: $0) { _ in 5 } }
            try vectors[1].stepAll(actions: numbers) { _ in 5 }
            try vectors[2].stepAll(actions: actions) { _ in 5 }
            for index in 0..<2 {
                let last = vectors[0].last(index)
                sawEnd = sawEnd || last.isTruncated
                #expect(last.reward == vectors[0].rewards[index])
                #expect(vectors[1].last(index) == last)
                #expect(vectors[1].picture(index) == Array(vectors[0].observation(index)))
            }
            #expect(vectors[2].picture(1) == vectors[0].picture(1))
        }
        #expect(sawEnd)
        #expect(vectors[2].environment(0).hull != vectors[0].environment(0).hull)
        #expect(vectors[2].environment(1).hull == vectors[0].environment(1).hull)
    }
}
