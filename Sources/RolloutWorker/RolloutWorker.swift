// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterSessions
package import ClusterTransport
import Foundation
import Synchronization

/// Drives episodes for a coordinator: connects, fetches the models, runs, replies, and comes back
/// whenever the coordinator does.
///
/// It keeps nothing that a coordinator could not give it again. One thread owns the transport, and
/// each core's thread an engine.
package final class RolloutWorker: Sendable {
    /// What people are told: connected, waiting, draining.
    package typealias Report = @Sendable (WorkerReport) -> Void

    private enum Order: Int {
        case work
        case drain
        case leaveNow
        case finish
    }

    private let configuration: Configuration
    private let order = Atomic<Int>(Order.work.rawValue)
    private let waker = Mutex<(any TransportWaker)?>(nil)

    /// Describes a worker; `run` does the work.
    package init(configuration: Configuration) {
        self.configuration = configuration
    }

    /// Asks it to finish what runs, within the grace time, and to leave; from any thread.
    package func drain() {
        _ = order.compareExchange(
            expected: Order.work.rawValue, desired: Order.drain.rawValue, ordering: .relaxed)
        waker.withLock { $0?.wake() }
    }

    /// Asks it to hand back what runs and to leave at once; from any thread.
    package func leaveNow() {
        order.store(Order.leaveNow.rawValue, ordering: .relaxed)
        waker.withLock { $0?.wake() }
    }

    /// Tells it that nothing is left to do, as somebody else than the coordinator says; from any thread.
    package func finish() {
        _ = order.compareExchange(
            expected: Order.work.rawValue, desired: Order.finish.rawValue, ordering: .relaxed)
        waker.withLock { $0?.wake() }
    }

    /// Works until told to leave; the calling thread owns the transport.
    ///
    /// - Parameters:
    ///   - transport: The connection to the coordinator.
    ///   - engine: Reads the models, and makes engines on their threads.
    ///   - report: What people are told, one line each.
    /// - Returns: How it ended.
    /// - Throws: `Failure` when it can never work with this coordinator; `TransportError`.
    package func run(
        over transport: any Transport, engine: @escaping EngineFactory, report: @escaping Report
    ) throws -> End {
        waker.withLock { $0 = transport.waker }
        let loop = WorkerLoop(
            session: WorkerSession(configuration: configuration), transport: transport,
            factory: engine, report: report)
        defer {
            loop.end()
            waker.withLock { $0 = nil }
            transport.close()
        }
        while true {
            switch Order(rawValue: order.load(ordering: .relaxed)) ?? .leaveNow {
            case .work: break
            case .drain: loop.drain()
            case .leaveNow: loop.leave("told to leave at once")
            case .finish: return .finished("the run was over before this worker began")
            }
            switch try loop.turn() {
            case nil: break
            case .drained:
                try loop.awaitAnswer()
                return .drained
            case .finished(let reason): return .finished(reason)
            case .idle(let seconds):
                try loop.awaitAnswer()
                return .idle(seconds)
            case .expired:
                try loop.awaitAnswer()
                return .expired
            case .refused(let kind, let reason): throw Failure.refused(kind, reason)
            case .protocolVersion(let theirs, let ours):
                throw Failure.protocolVersion(theirs: theirs, ours: ours)
            case .engine(let reason):
                // Its last words are of use to whoever looks at the coordinator.
                try? loop.awaitAnswer()
                throw Failure.engine(reason)
            }
        }
    }
}
