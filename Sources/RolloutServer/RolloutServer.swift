// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import ClusterTransport
package import ClusterProtocol
package import Episodes
import Foundation
import Synchronization

/// Has episodes driven by whatever workers connect: the coordinator's side of the cluster.
///
/// One thread owns the listening socket and the dispatcher; everything else talks to it through a
/// mailbox. A task is given out again as often as it takes, so `perform` ends as soon as one worker
/// lives long enough.
package final class RolloutServer: EpisodeService {
    /// Where workers connect to, with the port that was taken.
    package let address: String
    /// What happens, for people; one consumer, the newest 4,096 kept.
    package let events: AsyncStream<ServerEvent>

    private let mailbox: ServerMailbox
    private let backlogBytes: Int

    /// Listens, and begins to serve.
    ///
    /// - Parameter configuration: How to behave, and what to serve.
    /// - Throws: `TransportError`: the address is in use, malformed or not this host's, or it is
    ///   beyond loopback without keys.
    package convenience init(_ configuration: Configuration) throws {
        let endpoint = try Endpoint(parsing: configuration.bind, binding: true)
        if case .plaintext = configuration.security, !endpoint.isLoopback,
            !configuration.isInsecureAllowed
        {
            throw TransportError.plaintext(configuration.bind)
        }
        self.init(
            configuration.core,
            transport: try ListeningTransport(
                listeningOn: endpoint, security: configuration.security))
    }

    /// Serves over a given transport, which the caller must not use any more.
    ///
    /// - Parameters:
    ///   - configuration: How to behave, and what to serve.
    ///   - transport: The listening end.
    package init(_ configuration: ServerCore.Configuration, transport: sending any Transport) {
        address = transport.address
        let (events, sink) = AsyncStream.makeStream(
            of: ServerEvent.self, bufferingPolicy: .bufferingNewest(4096))
        self.events = events
        backlogBytes = configuration.backlogBytes
        mailbox = ServerMailbox(waker: transport.waker)
        let loop = ServerLoop(
            core: ServerCore(configuration: configuration, seed: UInt64.random(in: 0...(.max))),
            transport: transport, mailbox: mailbox, events: sink)
        let handOver = HandOver(loop)
        let thread = Thread { handOver.value.run() }
        thread.name = "rollout-server"
        thread.start()
    }

    deinit {
        mailbox.post(.stop(.failed, reason: "the coordinator ended"))
    }

    /// Has tasks done, whatever workers do meanwhile.
    ///
    /// With no worker it waits. Cancelling the calling task gives the work up.
    ///
    /// - Parameters:
    ///   - batch: The episodes.
    ///   - onNews: Called once for every episode, in the order they end, before `perform` returns.
    /// - Returns: One result an episode, in the batch's order; one that kills workers comes back
    ///   set aside.
    /// - Throws: What `onNews` throws; `CancellationError`; `ServerStopped`.
    package func perform(
        _ batch: EpisodeBatch, onNews: @Sendable (EpisodeNews) throws -> Void
    ) async throws -> [EpisodeResult] {
        guard !batch.episodes.isEmpty else { return [] }
        let (stream, sink) = AsyncThrowingStream.makeStream(of: ServerMailbox.News.self)
        let backlog = Backlog()
        let ticket = mailbox.submit(batch, sink: sink, backlog: backlog)
        var results = [EpisodeResult?](repeating: nil, count: batch.episodes.count)
        do {
            for try await news in stream {
                let items: [ServerCore.Delivery]
                switch news {
                case .delivered(let deliveries): items = deliveries
                case .distrusted(let party, let reason):
                    try onNews(.distrusted(party: party, reason: reason))
                    continue
                }
                for item in items {
                    try onNews(.finished(item.result, file: item.file))
                    results[item.index] = item.result
                    guard let bytes = item.file?.count else { continue }
                    let left = backlog.add(-bytes)
                    // The server may have stopped handing out.
                    if left <= backlogBytes, left + bytes > backlogBytes { mailbox.wake() }
                }
            }
            try Task.checkCancellation()
        } catch {
            mailbox.post(.cancel(ticket: ticket))
            throw error
        }
        return results.compactMap { $0 }
    }

    /// The workers that are connected now; the calling thread waits for the server's to answer.
    package func workers() -> [WorkerSnapshot] {
        mailbox.report(includingWorkers: true).workers
    }

    /// Counts since the start; the calling thread waits for the server's to answer.
    package func counters() -> ServerCounters {
        mailbox.report(includingWorkers: false).counters
    }

    /// All of it with what the run says of itself; the calling thread waits for the server's to
    /// answer.
    package func status() -> ClusterStatus {
        let report = mailbox.report(includingWorkers: true)
        return ClusterStatus(
            counters: report.counters, workers: report.workers, run: mailbox.runStatus)
    }

    /// Ends a quarantine.
    ///
    /// - Parameter name: The party as it is told of, or a host, or a worker's host and process.
    package func release(_ name: String) {
        mailbox.post(.release(name))
    }

    /// Says what the run loop is doing, for status clients.
    ///
    /// - Parameter progress: How far it is.
    package func setRunStatus(_ progress: RunProgress) {
        mailbox.setRunStatus(progress)
    }

    /// Tells workers why they wait, until `serve`; it was made with a preparation.
    ///
    /// - Parameter reason: One line for people.
    package func prepare(_ reason: String) {
        mailbox.post(.prepare(reason))
    }

    /// Lets workers in, to what was prepared.
    ///
    /// - Parameter configuration: How to behave, and what to serve.
    package func serve(_ configuration: ServerCore.Configuration) {
        mailbox.post(.serve(configuration))
    }

    /// Tells the workers that the coordinator stops, and ends the thread; `perform` throws.
    ///
    /// - Parameters:
    ///   - farewell: What follows, as workers are told.
    ///   - reason: One line for people.
    package func stop(
        _ farewell: Farewell = .failed, reason: String = "the coordinator ended"
    ) {
        mailbox.post(.stop(farewell, reason: reason))
        mailbox.waitUntilStopped()
    }
}

/// Hosts gave different results, and nobody was left who could say which is right.
package struct UndecidedResults: Error, Equatable, CustomStringConvertible {
    /// Which, and whose.
    package var reason: String

    /// One line for people.
    package var description: String { reason }
}

/// The server was stopped while work was open.
package struct ServerStopped: Error, Equatable, CustomStringConvertible {
    /// Why.
    package var reason: String

    /// One line for people.
    package var description: String { "the rollout server stopped: \(reason)" }
}

/// Passes the loop to its thread.
///
/// Sendable without checks: the creating thread lets go of the loop before the new one starts.
private struct HandOver: @unchecked Sendable {
    let value: ServerLoop

    init(_ value: ServerLoop) {
        self.value = value
    }
}
