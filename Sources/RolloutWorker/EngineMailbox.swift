// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterSessions
import Episodes
import Foundation
import Synchronization

/// Between the thread that talks to the coordinator and the thread that runs the engine.
final class EngineMailbox: Sendable {
    /// What the engine's thread found out.
    struct Finished: Sendable {
        var episode: FinishedEpisode
        var seconds: Double
    }

    private struct State {
        var waiting: [WorkerSession.Order] = []
        var finished: [Finished] = []
        var failure: String?
        var isStopped = false
    }

    private let state = Mutex(State())
    private let steps = Atomic<UInt64>(0)
    private let bell = DispatchSemaphore(value: 0)
    private let wakeSocket: @Sendable () -> Void

    /// Joins two threads.
    init(wakeSocket: @escaping @Sendable () -> Void) {
        self.wakeSocket = wakeSocket
    }

    // MARK: The socket's thread

    func add(_ tasks: [WorkerSession.Order]) {
        state.withLock { $0.waiting.append(contentsOf: tasks) }
        bell.signal()
    }

    func takeFinished() -> (finished: [Finished], failure: String?) {
        state.withLock { state in
            defer { state.finished = [] }
            return (state.finished, state.failure)
        }
    }

    /// Takes back the tasks that no engine has begun.
    func withdrawWaiting() -> [UInt64] {
        state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting.map(\.lease)
        }
    }

    var progress: UInt64 { steps.load(ordering: .relaxed) }

    func stop() {
        state.withLock { $0.isStopped = true }
        bell.signal()
    }

    // MARK: The engine's thread

    /// Tasks to begin; nil when it is over.
    func takeWaiting(atMost count: Int) -> [WorkerSession.Order]? {
        state.withLock { state in
            if state.isStopped { return nil }
            let taken = Array(state.waiting.prefix(count))
            state.waiting.removeFirst(taken.count)
            return taken
        }
    }

    func waitForWork() {
        bell.wait()
    }

    func countStep() {
        steps.add(1, ordering: .relaxed)
    }

    func deliver(_ finished: [Finished]) {
        state.withLock { $0.finished.append(contentsOf: finished) }
        wakeSocket()
    }

    func fail(_ reason: String) {
        state.withLock { $0.failure = reason }
        wakeSocket()
    }
}
