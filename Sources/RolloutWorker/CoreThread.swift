// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterSessions
import Episodes
import Foundation

/// Runs one core's engine on a thread of its own, until the pool has no use for it.
///
/// The engine is made on that thread: drawing contexts are current on one thread.
struct CoreThread: Sendable {
    let pool: CorePool
    let core: Int
    /// Which of the core's engines it is.
    let life: Int
    let line: CoreLine

    func start() {
        let thread = Thread {
            do {
                try run(try pool.makeEngine())
            } catch {
                pool.fail(oneLine(error), core: core, life: life)
            }
        }
        thread.name = "core-\(core)"
        // Recursion in a drawing library's compiler has been seen to need more than the default.
        thread.stackSize = 8 << 20
        thread.start()
    }

    private func run(_ engine: any EpisodeEngine) throws {
        let start = ContinuousClock.now
        var clock = CoreClock()
        while let orders = pool.takeWaiting(core: core, life: life, atMost: engine.freeSlots) {
            for order in orders {
                do {
                    try engine.submit(
                        order.episode, parameters: order.parameters, ticket: order.lease)
                    clock.begin(order.lease, at: (ContinuousClock.now - start) / .seconds(1))
                } catch {
                    deliver([failure(of: order, oneLine(error))])
                }
            }
            guard !clock.isIdle else {
                if orders.isEmpty { line.bell.wait() }
                continue
            }
            try engine.step()
            line.countStep()
            let now = (ContinuousClock.now - start) / .seconds(1)
            clock.pass(to: now)
            let finished = engine.takeFinished()
            guard !finished.isEmpty else { continue }
            deliver(
                finished.map { episode in
                    let time = clock.end(episode.ticket)
                    return CorePool.Finished(
                        episode: episode, seconds: time.wall, coreSeconds: time.share, core: core)
                })
        }
    }

    private func deliver(_ finished: [CorePool.Finished]) {
        pool.deliver(finished, core: core, life: life)
    }

    /// An episode that could not be run.
    private func failure(of order: WorkerSession.Order, _ reason: String) -> CorePool.Finished {
        CorePool.Finished(
            episode: FinishedEpisode(
                ticket: order.lease, episode: order.episode,
                outcome: .failure(EpisodeFailure(reason))),
            seconds: 0, coreSeconds: nil, core: core)
    }
}
