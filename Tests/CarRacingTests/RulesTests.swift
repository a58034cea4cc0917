// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CarRacing
import Foundation
import Testing

/// What Golden/gymnasium_variants.py recorded.
private struct Variants: Decodable {
    struct Drive: Decodable {
        var name: String
        var seed: UInt64
        var rows: [[Double]]
    }
    struct Colors: Decodable {
        var seed: UInt64
        var nodes: Int
        var drawn: [[Double]]
        var seen: [[UInt8]]
    }
    var drives: [Drive]
    var colors: [Colors]

    init() throws {
        let url = try #require(
            Bundle.module.url(
                forResource: "variants", withExtension: "json", subdirectory: "Golden"))
        self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: url))
    }
}

struct RulesTests {
    @Test func `discrete actions and a standing car follow Gymnasium`() throws {
        let script: [DiscreteAction] = [
            .gas, .gas, .gas, .right, .gas, .left, .nothing, .gas, .left, .brake,
        ]
        let drives = try Variants().drives
        #expect(drives.map(\.name) == ["discrete", "still"])
        for drive in drives {
            let environment = CarRacingEnvironment(trackSeed: drive.seed)
            for (index, row) in drive.rows.enumerated() {
                for step in (10 * index)..<(10 * index + 10) {
                    let action =
                        drive.name == "discrete" ? script[step / 10 % script.count] : .nothing
                    _ = try environment.step(Action(action))
                }
                let hull = environment.hull
                #expect(abs(hull.x - row[0]) < 0.01, "\(drive.name) \(index)")
                #expect(abs(hull.y - row[1]) < 0.01, "\(drive.name) \(index)")
                #expect(abs(hull.angle - row[2]) < 0.01, "\(drive.name) \(index)")
                #expect(abs(environment.totalReward - row[3]) < 1e-6, "\(drive.name) \(index)")
            }
        }
    }

    @Test func `drawn colours come from the track's stream as in Gymnasium`() throws {
        for colors in try Variants().colors {
            let environment = CarRacingEnvironment(
                rules: Rules(domainRandomize: true), trackSeed: colors.seed)
            #expect(environment.trackTiles == colors.nodes)
            func whole(_ levels: [Double]) -> [UInt8] { levels.map { UInt8($0) } }
            let palette = environment.palette
            #expect(levels(palette.background) == whole(colors.drawn[1]))
            #expect(levels(palette.grass) == whole(colors.drawn[2]))
            let kept = environment.palette
            environment.reset(trackSeed: colors.seed + 100, keepsColors: true)
            #expect(environment.palette == kept)
            environment.reset(trackSeed: colors.seed + 100)
            #expect(environment.palette != kept)
        }
    }

    private func levels(_ color: RGBA) -> [UInt8] { [color.x, color.y, color.z] }

    @Test func `actions out of range act as if clipped`() throws {
        let wild = CarRacingEnvironment(trackSeed: 2)
        let tame = CarRacingEnvironment(trackSeed: 2)
        for step in 0..<60 {
            let steering = step % 2 == 0 ? 5.0 : -5
            let brake = step > 40 ? 7.0 : -1
            _ = try wild.step(Action(steering: steering, gas: 9, brake: brake))
            _ = try tame.step(
                Action(steering: steering / 5, gas: 1, brake: step > 40 ? 1 : 0))
        }
        #expect(wild.hull == tame.hull)
    }

    @Test func `an action that is not finite is refused and moves nothing`() throws {
        let environment = CarRacingEnvironment(trackSeed: 2)
        let before = environment.hull
        let action = Action(steering: 0, gas: .infinity, brake: 0)
        #expect(throws: CarRacingError.actionNotFinite(action)) { try environment.step(action) }
        #expect(throws: CarRacingError.self) {
            try environment.step(Action(steering: .nan, gas: 0, brake: 0))
        }
        #expect(environment.hull == before)
        #expect(environment.steps == 0)
    }

    @Test func `the time limit truncates, a lap ends the episode`() throws {
        let short = CarRacingEnvironment(rules: Rules(timeLimit: 2), trackSeed: 1)
        let idle = Action(.nothing)
        #expect(try short.step(idle).end == nil)
        let last = try short.step(idle)
        #expect(last.end == .timeLimit && last.truncated && !last.terminated)

        let environment = CarRacingEnvironment(rules: Rules(timeLimit: 1500), trackSeed: 1)
        var driver = PursuitDriver()
        var result = StepResult(reward: 0)
        while result.end == nil { result = try environment.step(driver.action(for: environment)) }
        #expect(result.end == .lapCompleted && result.terminated && !result.truncated)
        #expect(Double(environment.tilesVisited) > 0.95 * Double(environment.trackTiles))
    }
}
