// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import SeededRandom
import Testing

@testable import Rollouts

/// The driver with lapses, beside what the one without would do in the same cars.
struct ExplorerTests {
    /// In what a step differs from what is right.
    private enum Lapse: Hashable {
        case none
        /// In the gas alone.
        case fast
        /// In the steering alone.
        case steering
        case held
    }

    private final class Steps {
        var lapses: [Lapse] = []
    }

    /// Drives by the one, and asks the other.
    private struct Both: LockstepPolicy {
        var explorer: Explorer
        var follower: RoadFollower
        let steps: Steps

        mutating func begin(_ slot: Int, parameters: [Float], stream: PCG64) {
            explorer.begin(slot, parameters: parameters, stream: stream)
            // The first number is the lapses' own.
            var stream = stream
            _ = stream.next()
            follower.begin(slot, parameters: parameters, stream: stream)
        }

        mutating func decide(
            _ slots: UnsafeBufferPointer<Int>, into actions: UnsafeMutablePointer<Float>
        ) {
            follower.decide(slots, into: actions)
            let right = (actions[0], actions[1], actions[2])
            explorer.decide(slots, into: actions)
            let isSteeringRight = actions[0] == right.0
            let arePedalsRight = actions[1] == right.1 && actions[2] == right.2
            let lapse: Lapse =
                switch (isSteeringRight, arePedalsRight) {
                case (true, true): .none
                case (true, false): .fast
                case (false, true): .steering
                case (false, false): .held
                }
            steps.lapses.append(lapse)
        }
    }

    private func drive(_ seed: UInt64) throws -> [Lapse] {
        let cars = try CarRacingSlots(count: 1)
        let steps = Steps()
        let both = Both(
            explorer: Explorer(of: cars), follower: RoadFollower(of: cars), steps: steps)
        let engine = LockstepEngine(
            cars, both, ScoreSink(), RolloutSettings(timeLimit: 600).plan)
        let episode = Episode(
            name: EpisodeName(purpose: .training, generation: 1, candidate: 0, repetition: 0),
            trackSeed: seed)
        _ = try engine.run(EpisodeBatch(vectors: [], episodes: [episode]))[0].outcome.get()
        return steps.lapses
    }

    @Test func `it has each lapse for a while, and drives as it should between them`() throws {
        let drives = try (1...4).map { try drive($0) }
        var counts: [Lapse: Int] = [:]
        for lapse in drives.joined() { counts[lapse, default: 0] += 1 }
        for lapse in [Lapse.none, .fast, .steering, .held] {
            #expect(counts[lapse] ?? 0 > 40, "\(lapse): \(counts)")
        }
        let held = drives.joined().split { $0 != .held }.map(\.count)
        #expect(held.contains { $0 >= 50 } && held.contains { (5..<45).contains($0) }, "\(held)")
        for lapses in drives {
            // Held controls may last for 199 steps, other lapses for 99; after each come 20 or more
            // without one.
            let wrong = lapses.split(separator: .none)
            #expect(
                wrong.allSatisfy { $0.count < ($0.contains(.held) ? 200 : 100) },
                "\(wrong.map(\.count))")
            let right = lapses.split { $0 != .none }.map(\.count)
            #expect(right.contains { $0 >= 20 }, "\(right)")
        }
    }
}
