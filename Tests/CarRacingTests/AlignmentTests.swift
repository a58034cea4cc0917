// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CarRacing
import Testing

struct AlignmentTests {
    @Test(arguments: Trace.names)
    func `a recorded drive comes out as in Gymnasium`(name: String) throws {
        let trace = try Trace(name)
        let environment = CarRacingEnvironment(
            rules: Rules(timeLimit: nil), trackSeed: Trace.seed(name))
        var worst = (position: 0.0, angle: 0.0, reward: 0.0, omega: 0.0)
        for step in trace.reward.indices {
            let result = try environment.step(trace.action(step))
            let hull = environment.hull
            let expected = trace.hull[(6 * step)..<(6 * step + 6)]
            let base = expected.startIndex
            worst.position = max(
                worst.position, abs(hull.x - expected[base]), abs(hull.y - expected[base + 1]))
            worst.angle = max(worst.angle, abs(hull.angle - expected[base + 2]))
            worst.reward = max(worst.reward, abs(result.reward - trace.reward[step]))
            for wheel in 0..<4 {
                worst.omega = max(
                    worst.omega,
                    abs(environment.wheelVelocity(wheel) - trace.wheelOmega[4 * step + wheel]))
            }
            #expect(environment.tilesVisited == Int(trace.visited[step]), "step \(step)")
            #expect(result.terminated == (trace.terminated[step] != 0), "step \(step)")
            #expect((result.end == .leftPlayfield) == (result.reward == -100), "step \(step)")
        }
        #expect(worst.position < 0.01)
        #expect(worst.angle < 0.01)
        #expect(worst.reward < 1e-6)
        #expect(worst.omega < 0.01)
    }
}
