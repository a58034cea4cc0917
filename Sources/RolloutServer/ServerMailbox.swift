// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import ClusterTransport
import Episodes
import Foundation
import Synchronization

/// How many bytes of recordings the server has delivered and their taker has not taken.
final class Backlog: Sendable {
    private let count = Atomic(0)

    var bytes: Int { count.load(ordering: .relaxed) }

    /// Counts bytes, or with a negative number takes them off.
    ///
    /// - Returns: How many there are now.
    @discardableResult
    func add(_ bytes: Int) -> Int {
        count.add(bytes, ordering: .relaxed).newValue
    }
}

/// What other threads ask of the server's thread, and what it shows them.
final class ServerMailbox: Sendable {
    typealias Sink = AsyncThrowingStream<News, any Error>.Continuation

    /// What whoever submitted a batch is told.
    enum News: Sendable {
        case delivered([ServerCore.Delivery])
        case distrusted(party: String, reason: String)
    }

    enum Command: Sendable {
        case submit(ticket: Int, EpisodeBatch, Sink, Backlog)
        case cancel(ticket: Int)
        case release(String)
        case report(ReportRequest)
        case prepare(String)
        case serve(ServerCore.Configuration)
        case stop(Farewell, reason: String)
    }

    /// A question that another thread waits with.
    final class ReportRequest: Sendable {
        /// Whether the workers are asked for: thousands take a while.
        let includesWorkers: Bool
        private let answer = Mutex(Report())
        private let isAnswered = DispatchSemaphore(value: 0)

        init(includesWorkers: Bool) {
            self.includesWorkers = includesWorkers
        }

        func answer(_ report: Report) {
            answer.withLock { $0 = report }
            isAnswered.signal()
        }

        func wait() -> Report {
            isAnswered.wait()
            return answer.withLock { $0 }
        }
    }

    struct Report: Sendable {
        var workers: [WorkerSnapshot] = []
        var counters = ServerCounters()
    }

    private struct State {
        var commands: [Command] = []
        var nextTicket = 1
        /// The last one, once the thread has ended.
        var report = Report()
        var runStatus: RunProgress?
        var stopReason: String?
    }

    private let state = Mutex(State())
    private let stopped = NSCondition()
    private let waker: any TransportWaker

    init(waker: any TransportWaker) {
        self.waker = waker
    }

    func submit(_ batch: EpisodeBatch, sink: Sink, backlog: Backlog) -> Int {
        let (ticket, stopReason) = state.withLock { state in
            defer { state.nextTicket += 1 }
            if state.stopReason == nil {
                state.commands.append(
                    .submit(ticket: state.nextTicket, batch, sink, backlog))
            }
            return (state.nextTicket, state.stopReason)
        }
        if let stopReason { sink.finish(throwing: ServerStopped(reason: stopReason)) }
        waker.wake()
        return ticket
    }

    func post(_ command: Command) {
        state.withLock { $0.commands.append(command) }
        waker.wake()
    }

    /// Makes the server's thread look about.
    func wake() { waker.wake() }

    func takeCommands() -> [Command] {
        state.withLock { state in
            guard !state.commands.isEmpty else { return [] }
            defer { state.commands = [] }
            return state.commands
        }
    }

    /// Asks the server's thread, which answers between two of its turns.
    func report(includingWorkers: Bool) -> Report {
        let request = ReportRequest(includesWorkers: includingWorkers)
        let last = state.withLock { state -> Report? in
            guard state.stopReason == nil else { return state.report }
            state.commands.append(.report(request))
            return nil
        }
        if let last { return last }
        waker.wake()
        return request.wait()
    }

    var runStatus: RunProgress? { state.withLock { $0.runStatus } }
    func setRunStatus(_ progress: RunProgress) { state.withLock { $0.runStatus = progress } }

    /// The thread ends: nobody reads the mailbox from here on.
    func markStopped(reason: String, report: Report) {
        let orphans = state.withLock { state in
            state.stopReason = reason
            state.report = report
            defer { state.commands = [] }
            return state.commands
        }
        for case .submit(_, _, let sink, _) in orphans {
            sink.finish(throwing: ServerStopped(reason: reason))
        }
        for case .report(let request) in orphans { request.answer(report) }
        stopped.lock()
        stopped.broadcast()
        stopped.unlock()
    }

    func waitUntilStopped() {
        stopped.lock()
        while state.withLock({ $0.stopReason == nil }) { stopped.wait() }
        stopped.unlock()
    }
}
