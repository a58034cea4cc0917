// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Coordinator
import Foundation
import RolloutWorker
import Synchronization

/// Holds every engine of a test back until it is opened.
final class Gate: Sendable {
    private let isOpen: Mutex<Bool>
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
    private let crashes: @Sendable (EpisodeTask) -> Bool
    private var running: [(task: EpisodeTask, left: Int)] = []
    private var ended: [EpisodeOutcome] = []

    init(
        slots: Int, steps: Int = 3, gate: Gate = Gate(),
        crashes: @escaping @Sendable (EpisodeTask) -> Bool = { _ in false }
    ) {
        self.slots = slots
        self.steps = steps
        self.gate = gate
        self.crashes = crashes
    }

    var freeSlots: Int { slots - running.count }

    func submit(_ task: EpisodeTask) throws {
        if task.parameters.isEmpty { throw NoParameters() }
        running.append((task, steps))
    }

    func step() throws {
        guard gate.lets else {
            // An engine's step takes time; a gated one must not spin.
            Thread.sleep(forTimeInterval: 0.001)
            return
        }
        for index in running.indices { running[index].left -= 1 }
        for (task, left) in running where left == 0 {
            if crashes(task) { throw Crash() }
            ended.append(
                EpisodeOutcome(
                    id: task.id,
                    return: Self.expectedReturn(task.parameters, seed: task.trackSeed),
                    steps: steps, tilesVisited: 1, trackTiles: 2, end: "time-limit"))
        }
        running.removeAll { $0.left == 0 }
    }

    func takeOutcomes() -> [EpisodeOutcome] {
        defer { ended = [] }
        return ended
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

/// Tasks that differ in every parameter.
func makeTasks(_ count: Int, generation: Int = 0, parameters: Int = 867) -> [EvaluationTask] {
    (0..<count).map { index in
        EvaluationTask(
            id: TaskIdentifier(
                generation: generation, candidate: index, repetition: 0, purpose: .training),
            parameters: (0..<parameters).map { Float(index * 1000 + $0) * 0.1 },
            trackSeed: UInt64(index) &* 0x1234_5678_9abc_def1)
    }
}
