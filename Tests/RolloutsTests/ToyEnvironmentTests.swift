// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import SeededRandom
import Testing

@testable import Rollouts

/// A walk along a line of 5 places from one that the seed chooses; the last one is the goal.
private final class Corridor: LockstepEnvironment {
    let slots: Int
    let observationBytes = 1
    let actionSize = 1
    let observations: UnsafePointer<UInt8>
    private let drawn: UnsafeMutablePointer<UInt8>
    private var places: [Int]
    private var furthest: [Int]

    init(slots: Int) {
        self.slots = slots
        drawn = .allocate(capacity: slots)
        drawn.initialize(repeating: 0, count: slots)
        observations = UnsafePointer(drawn)
        places = [Int](repeating: 0, count: slots)
        furthest = places
    }

    deinit { drawn.deallocate() }

    func reset(_ slot: Int, seed: UInt64) {
        places[slot] = Int(seed % 3)
        furthest[slot] = places[slot]
    }

    func draw(_ slot: Int) { drawn[slot] = UInt8(places[slot]) }

    func step(_ slot: Int, _ action: UnsafePointer<Float>) -> EnvironmentStep {
        guard action[0].isFinite else { return EnvironmentStep(reward: -9, end: .actionNotFinite) }
        places[slot] = max(0, places[slot] + (action[0] > 0 ? 1 : -1))
        furthest[slot] = max(furthest[slot], places[slot])
        let isGoal = places[slot] == 4
        return EnvironmentStep(reward: isGoal ? 10 : -1, end: isGoal ? .lapCompleted : nil)
    }

    func visited(_ slot: Int) -> Int { furthest[slot] + 1 }

    func total(_ slot: Int) -> Int { 5 }
}

/// Walks towards the goal where its one parameter says so, judging by what it sees.
private struct Walker: LockstepPolicy {
    static var usesObservations: Bool { true }
    private var ways: [Float]
    private var seen: [UInt8]

    init(slots: Int) {
        ways = [Float](repeating: 0, count: slots)
        seen = [UInt8](repeating: 0, count: slots)
    }

    mutating func begin(_ slot: Int, parameters: [Float], stream: PCG64) {
        ways[slot] = parameters[0]
    }

    mutating func perceive(
        _ slots: UnsafeBufferPointer<Int>, _ observations: UnsafePointer<UInt8>
    ) {
        for slot in slots { seen[slot] = observations[slot] }
    }

    mutating func decide(
        _ slots: UnsafeBufferPointer<Int>, into actions: UnsafeMutablePointer<Float>
    ) {
        for slot in slots { actions[slot] = seen[slot] < 4 ? ways[slot] : .nan }
    }
}

/// The engine drives another world than cars without a word of it being changed.
struct ToyEnvironmentTests {
    @Test(arguments: [1, 2, 7]) func `the engine drives a world of another kind`(slots: Int) throws
    {
        let engine = LockstepEngine(
            Corridor(slots: slots), Walker(slots: slots), ScoreSink(),
            EpisodePlan(timeLimit: 6, patience: 3))
        let walks: [(way: Float, seed: UInt64, purpose: Purpose, cap: Int?)] = [
            (1, 0, .training, nil), (1, 2, .training, nil), (-1, 1, .training, nil),
            (-1, 1, .evaluation, nil), (1, 0, .training, 2), (.nan, 0, .training, nil),
        ]
        let batch = EpisodeBatch(
            vectors: walks.map { [$0.way] },
            episodes: walks.enumerated().map { index, walk in
                Episode(
                    name: EpisodeName(
                        purpose: walk.purpose, generation: 1, candidate: index, repetition: 0),
                    trackSeed: walk.seed, stepCap: walk.cap, vector: index)
            })
        let finished = try engine.run(batch)
        func outcome(_ total: Double, _ steps: Int, _ visited: Int, _ end: EpisodeEnd)
            -> EpisodeOutcome
        {
            EpisodeOutcome(
                episodeReturn: total, steps: steps, tilesVisited: visited, trackTiles: 5, end: end)
        }
        #expect(
            try finished.map { try $0.outcome.get() } == [
                outcome(7, 4, 5, .lapCompleted), outcome(9, 2, 5, .lapCompleted),
                outcome(-3, 3, 2, .noNewTile), outcome(-6, 6, 2, .timeLimit),
                outcome(-2, 2, 3, .stepCap), outcome(-9, 1, 1, .actionNotFinite),
            ])
        #expect(finished.map(\.episode) == batch.episodes)
        #expect(engine.freeSlots == slots)
    }

    @Test func `an episode ends where its return falls behind its pace, in training alone`() throws
    {
        let engine = LockstepEngine(
            Corridor(slots: 2), Walker(slots: 2), ScoreSink(), EpisodePlan(timeLimit: 6))
        // Each step costs 1: after 4 steps -4, where the pace asks for 0.5 (4 - 3).
        let walks: [(way: Float, purpose: Purpose, pace: Pace)] = [
            (-1, .training, Pace(perStep: 0.5, grace: 3)),
            (-1, .evaluation, Pace(perStep: 0.5, grace: 3)),
            (1, .training, Pace(perStep: 0.5, grace: 3)),
            (-1, .training, Pace(perStep: 0.5, grace: 6)),
        ]
        let finished = try engine.run(
            EpisodeBatch(
                vectors: walks.map { [$0.way] },
                episodes: walks.enumerated().map { index, walk in
                    Episode(
                        name: EpisodeName(
                            purpose: walk.purpose, generation: 1, candidate: index, repetition: 0),
                        trackSeed: 0, pace: walk.pace, vector: index)
                }))
        let outcomes = try finished.map { try $0.outcome.get() }
        #expect(outcomes.map(\.end) == [.behindPace, .timeLimit, .lapCompleted, .timeLimit])
        #expect(outcomes.map(\.steps) == [4, 6, 4, 6])
        for pace in [Pace(perStep: 0, grace: 3), Pace(perStep: 1, grace: 0)] {
            #expect(throws: EpisodeFailure.self) {
                try engine.submit(
                    Episode(name: .recording(0), trackSeed: 0, pace: pace), parameters: [1],
                    ticket: 1)
            }
        }
    }
}
