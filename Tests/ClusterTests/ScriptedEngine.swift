// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes

import RolloutServer

import Foundation
import RolloutWorker
import Synchronization

/// Holds every engine of a test back until it is opened.
final class Gate: Sendable {
    private let isOpen: Mutex<Bool>
    private let takenOn = Atomic(0)
    private let arrivals: AsyncStream<Void>
    private let arrive: AsyncStream<Void>.Continuation

    init(open: Bool = true) {
        isOpen = Mutex(open)
        (arrivals, arrive) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func open() { isOpen.withLock { $0 = true } }

    var lets: Bool {
        let lets = isOpen.withLock { $0 }
        if !lets { arrive.yield() }
        return lets
    }

    /// Episodes that engines of this gate have taken on.
    var taken: Int { takenOn.load(ordering: .relaxed) }

    func take() { takenOn.add(1, ordering: .relaxed) }

    /// Waits until an engine with an episode is held back.
    func isReached() async {
        for await _ in arrivals { return }
    }
}

/// An engine without environments: the return is a function of parameters and seed.
final class ScriptedEngine: EpisodeEngine {
    /// Steps of an episode.
    private let steps: Int
    private let slots: Int
    private let gate: Gate
    private let crashes: @Sendable (Episode) -> Bool
    private var running: [(episode: FinishedEpisode, left: Int)] = []
    private var ended: [FinishedEpisode] = []

    init(
        slots: Int, steps: Int = 3, gate: Gate = Gate(),
        crashes: @escaping @Sendable (Episode) -> Bool = { _ in false }
    ) {
        self.slots = slots
        self.steps = steps
        self.gate = gate
        self.crashes = crashes
    }

    var freeSlots: Int { slots - running.count }

    func submit(_ episode: Episode, parameters: [Float], ticket: UInt64) throws {
        if parameters.isEmpty { throw NoParameters() }
        gate.take()
        let outcome = EpisodeOutcome(
            episodeReturn: Self.expectedReturn(parameters, seed: episode.trackSeed), steps: steps,
            tilesVisited: 1, trackTiles: 2, end: .timeLimit)
        running.append(
            (FinishedEpisode(ticket: ticket, episode: episode, outcome: .success(outcome)), steps))
    }

    func step() throws {
        guard gate.lets else {
            // An engine's step takes time; a gated one must not spin.
            Thread.sleep(forTimeInterval: 0.001)
            return
        }
        for index in running.indices { running[index].left -= 1 }
        for (finished, left) in running where left == 0 {
            if crashes(finished.episode) { throw Crash() }
            ended.append(finished)
        }
        running.removeAll { $0.left == 0 }
    }

    func takeFinished() -> [FinishedEpisode] {
        defer { ended = [] }
        return ended
    }

    /// What engines of this kind return for a batch.
    static func expectedReturns(_ batch: EpisodeBatch) -> [Double] {
        batch.episodes.map { expectedReturn(batch.parameters(of: $0), seed: $0.trackSeed) }
    }

    /// What any engine of this kind returns for a task.
    static func expectedReturn(_ parameters: [Float], seed: UInt64) -> Double {
        var hash = seed
        for value in parameters {
            hash = (hash ^ UInt64(value.bitPattern)) &* 0x9e37_79b9_7f4a_7c15
            hash ^= hash >> 29
        }
        return Double(hash >> 11) / 1024
    }

    struct NoParameters: Error, CustomStringConvertible {
        var description: String { "a task without parameters" }
    }

    struct Crash: Error {}
}

/// Episodes that differ in every parameter.
func makeBatch(_ count: Int, generation: Int = 0, parameters: Int = 867) -> EpisodeBatch {
    EpisodeBatch(
        vectors: (0..<count).map { index in
            (0..<parameters).map { Float(index * 1000 + $0) * 0.1 }
        },
        episodes: (0..<count).map { index in
            Episode(
                name: EpisodeName(
                    purpose: .training, generation: generation, candidate: index, repetition: 0),
                trackSeed: UInt64(index) &* 0x1234_5678_9abc_def1, vector: index)
        })
}
