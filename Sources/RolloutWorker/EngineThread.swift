// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterSessions
package import Episodes
package import Foundation
import Synchronization

/// Runs an engine on a thread of its own until the mailbox is stopped.
///
/// The engine is made on that thread: drawing contexts are current on one thread.
enum EngineThread {
    static func start(
        mailbox: EngineMailbox, models: [String: Data], work: Work, environments: Int,
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
                    }, work, environments)
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
                    try engine.submit(
                        task.episode, parameters: task.parameters, ticket: task.lease)
                    begun[task.lease] = .now
                } catch {
                    mailbox.deliver([.failure(of: task, oneLine(error))])
                }
            }
            guard !begun.isEmpty else {
                if tasks.isEmpty { mailbox.waitForWork() }
                continue
            }
            try engine.step()
            mailbox.countStep()
            let finished = engine.takeFinished()
            guard !finished.isEmpty else { continue }
            mailbox.deliver(
                finished.map { episode in
                    let start = begun.removeValue(forKey: episode.ticket)
                    let elapsed = start.map { ContinuousClock.now - $0 } ?? .zero
                    return EngineMailbox.Finished(episode: episode, seconds: elapsed / .seconds(1))
                })
        }
    }
}

extension EngineMailbox.Finished {
    /// An episode that could not be run.
    static func failure(of task: WorkerSession.Order, _ reason: String) -> Self {
        Self(
            episode: FinishedEpisode(
                ticket: task.lease, episode: task.episode,
                outcome: .failure(EpisodeFailure(reason))),
            seconds: 0)
    }
}

/// An error as one line.
func oneLine(_ error: any Error) -> String {
    String(describing: error).split(separator: "\n").joined(separator: " ")
}

/// Makes an engine from what the coordinator serves: models by name, the kind of work, and
/// the number of episodes to run at once.
///
/// The factory owns the models' bytes, so that it can let go of them before it needs memory for
/// other things.
package typealias EngineFactory =
    @Sendable (_ models: consuming [String: Data], _ work: Work, _ environments: Int) throws
    -> any EpisodeEngine
