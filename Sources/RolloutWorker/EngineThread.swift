// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Synchronization

/// Runs an engine on a thread of its own until the mailbox is stopped.
///
/// The engine is made on that thread: drawing contexts are current on one thread.
enum EngineThread {
    static func start(
        mailbox: EngineMailbox, models: [String: Data], settings: Data, environments: Int,
        factory: @escaping EngineFactory
    ) {
        // The thread keeps what its body refers to for as long as it runs.
        let handover = Mutex(models)
        let thread = Thread {
            do {
                let engine = try factory(
                    handover.withLock { models in
                        defer { models = [:] }
                        return models
                    }, settings, environments)
                try run(engine, mailbox, environments: environments)
            } catch {
                mailbox.fail(oneLine(error))
            }
        }
        thread.name = "rollout-engine"
        // Recursion in a drawing library's compiler has been seen to need more than the default.
        thread.stackSize = 8 << 20
        thread.start()
    }

    private static func run(
        _ engine: any EpisodeEngine, _ mailbox: EngineMailbox, environments: Int
    ) throws {
        var begun: [UInt64: ContinuousClock.Instant] = [:]
        while let tasks = mailbox.takeWaiting(atMost: engine.freeSlots) {
            for task in tasks {
                do {
                    try engine.submit(task)
                    begun[task.id] = .now
                } catch {
                    mailbox.deliver([.failure(of: task.id, oneLine(error))])
                }
            }
            guard !begun.isEmpty else {
                if tasks.isEmpty { mailbox.waitForWork() }
                continue
            }
            try engine.step()
            mailbox.countStep()
            let outcomes = engine.takeOutcomes()
            guard !outcomes.isEmpty else { continue }
            mailbox.deliver(
                outcomes.map { outcome in
                    let start = begun.removeValue(forKey: outcome.id)
                    let elapsed = start.map { ContinuousClock.now - $0 } ?? .zero
                    return EngineMailbox.Finished(outcome: outcome, seconds: elapsed.seconds)
                })
        }
    }
}

extension EngineMailbox.Finished {
    /// An episode that could not be run.
    static func failure(of id: UInt64, _ reason: String) -> Self {
        Self(
            outcome: EpisodeOutcome(
                id: id, return: 0, steps: 0, tilesVisited: 0, trackTiles: 0, end: "",
                failure: reason),
            seconds: 0)
    }
}

/// An error as one line.
func oneLine(_ error: any Error) -> String {
    String(describing: error).split(separator: "\n").joined(separator: " ")
}

extension Duration {
    /// As a number of seconds.
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
