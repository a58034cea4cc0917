// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CarRacing
import CarRacingRendering
import Foundation
import Testing

/// Drawn colours and discrete actions together, against Golden/gymnasium_randomized.py.
struct RandomizedTests {
    @Test func `a drive in drawn colours by discrete actions is Gymnasium's, and looks like it`()
        throws
    {
        let url = try #require(
            Bundle.module.url(
                forResource: "randomized", withExtension: "npz", subdirectory: "Golden"))
        let archive = try StoredArchive(contentsOf: url)
        let seeds: [Int32] = try archive.values("seeds")
        let actions: [UInt8] = try archive.values("actions")
        let hull: [Double] = try archive.values("hull")
        let frames: [UInt8] = try archive.values("frames")
        #expect(seeds.count == 3 && actions.count == 100)
        let painter = try Painter(observation: .px96, antialiasing: .off)
        let size = 96 * 96 * 3
        let rowsEach = actions.count / 10
        for (index, seed) in seeds.enumerated() {
            let environment = CarRacingEnvironment(
                rules: Rules(timeLimit: nil, domainRandomize: true), trackSeed: UInt64(seed))
            #expect(
                environment.track == Track(seed: UInt64(seed), domainRandomize: true)
                    && environment.track != Track(seed: UInt64(seed)))
            for (step, number) in actions.enumerated() {
                let action = try #require(DiscreteAction(rawValue: Int(number)))
                _ = try environment.step(Action(action))
                if step % 10 == 9 {
                    let row = 4 * (index * rowsEach + step / 10)
                    let state = environment.hull
                    #expect(abs(state.x - hull[row]) < 0.01, "\(seed), \(step)")
                    #expect(abs(state.y - hull[row + 1]) < 0.01, "\(seed), \(step)")
                    #expect(abs(state.angle - hull[row + 2]) < 0.01, "\(seed), \(step)")
                    #expect(
                        abs(environment.totalReward - hull[row + 3]) < 1e-6, "\(seed), \(step)")
                }
                guard step == 59 else { continue }
                var pixels = [UInt8](repeating: 0, count: size)
                try pixels.withUnsafeMutableBufferPointer {
                    try painter.draw(environment, into: $0)
                }
                let expected = frames[(index * size)..<((index + 1) * size)]
                let difference = zip(pixels, expected).reduce(0) {
                    $0 + abs(Int($1.0) - Int($1.1))
                }
                #expect(Double(difference) / Double(size) < 1.6, "\(seed)")
            }
        }
    }

    @Test func `a discrete action is known by its controls in single precision, others are none`() {
        for action in DiscreteAction.allCases {
            #expect(DiscreteAction(single: Action(action).single) == action)
        }
        for controls in [SIMD3<Float>(0.6, 0.2, 0), SIMD3(0, 0, .nan), SIMD3(0, 0.19, 0)] {
            #expect(DiscreteAction(single: controls) == nil)
        }
    }
}
