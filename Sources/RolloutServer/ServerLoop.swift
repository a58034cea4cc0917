// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
import ClusterTransport
import Foundation

/// The server's event loop: the one thread that owns the transport and the clock.
///
/// It decides nothing: `ServerCore` does.
final class ServerLoop {
    /// Messages handled in a row before commands and the clock get their turn.
    private static let burst = 512

    private struct Recipient {
        var sink: ServerMailbox.Sink
        var backlog: Backlog
    }

    private let transport: any Transport
    private let mailbox: ServerMailbox
    private let events: AsyncStream<ServerEvent>.Continuation
    private var core: ServerCore
    private var recipients: [Int: Recipient] = [:]
    private var stopReason: String?
    private var farewell = Farewell.failed
    private var notices = ServerNotices()
    private let start = ContinuousClock.now

    init(
        core: ServerCore, transport: any Transport, mailbox: ServerMailbox,
        events: AsyncStream<ServerEvent>.Continuation
    ) {
        self.core = core
        self.transport = transport
        self.mailbox = mailbox
        self.events = events
    }

    private var now: Double { (ContinuousClock.now - start) / .seconds(1) }

    /// Serves until told to stop, or until the transport breaks.
    func run() {
        do {
            while stopReason == nil { try turn() }
            core.sayFarewell(farewell, stopReason ?? "")
            try perform()
            try awaitHangUps()
        } catch {
            stopReason = error.description
            tell(.stopped(reason: error.description))
        }
        for event in notices.takeAll(at: now) { events.yield(event) }
        transport.close()
        let reason = stopReason ?? "no reason"
        for recipient in recipients.values {
            recipient.sink.finish(throwing: ServerStopped(reason: reason))
        }
        recipients = [:]
        mailbox.markStopped(
            reason: reason,
            report: ServerMailbox.Report(
                workers: core.snapshots(at: now), counters: core.counters))
        events.finish()
    }

    private func turn() throws(TransportError) {
        var event = try transport.receive(waitingAtMost: max(0, core.nextTick - now))
        var handled = 0
        while let current = event {
            handle(current)
            // At once: a peer may ask for a megabyte in some bytes, hundreds of times in a burst.
            try perform()
            handled += 1
            event = handled < Self.burst ? try transport.receive(waitingAtMost: 0) : nil
        }
        for command in mailbox.takeCommands() { obey(command) }
        core.advance(
            to: now, backlogBytes: recipients.values.map(\.backlog.bytes).max() ?? 0)
        try perform()
        for event in notices.takeDue(at: now) { events.yield(event) }
    }

    private func tell(_ event: ServerEvent) {
        if notices.admits(event, at: now) { events.yield(event) }
    }

    private func handle(_ event: TransportEvent) {
        switch event {
        case .message(let peer, let bytes, let origin):
            core.received(bytes, from: peer, origin, at: now)
        case .disconnected(let peer): core.disconnected(peer, at: now)
        case .handshakeFailed(let reason): core.handshakeFailed(reason)
        case .clientList(let text, let isFault): tell(.clientList(text, isFault: isFault))
        case .connected, .connectionLost: break
        }
    }

    private func obey(_ command: ServerMailbox.Command) {
        switch command {
        case .submit(let ticket, let batch, let sink, let backlog):
            recipients[ticket] = Recipient(sink: sink, backlog: backlog)
            core.submit(ticket, batch, at: now)
        case .cancel(let ticket):
            recipients[ticket] = nil
            core.cancel(ticket)
        case .release(let name): core.release(name)
        case .report(let request):
            request.answer(
                ServerMailbox.Report(
                    workers: request.includesWorkers ? core.snapshots(at: now) : [],
                    counters: core.counters))
        case .prepare(let reason): core.prepare(reason)
        case .serve(let configuration): serve(configuration)
        case .stop(let farewell, let reason):
            self.farewell = farewell
            stopReason = reason
        }
    }

    /// What was prepared is there: whoever waits is called.
    private func serve(_ configuration: ServerCore.Configuration) {
        var configuration = configuration
        // A core counts from its beginning, which others have at 0.
        for index in configuration.quarantined.indices {
            configuration.quarantined[index].seconds += now
        }
        let waiting = core.waitingPeers
        core = ServerCore(configuration: configuration, seed: UInt64.random(in: 0...(.max)))
        core.invite(waiting, at: now)
    }

    private func perform() throws(TransportError) {
        for action in core.takeActions() {
            switch action {
            case .send(let bytes, let peer): _ = try transport.send(bytes, to: peer)
            case .deliver(let ticket, let results, let isComplete):
                guard let recipient = recipients[ticket] else { continue }
                recipient.backlog.add(results.reduce(0) { $0 + ($1.file?.count ?? 0) })
                recipient.sink.yield(.delivered(results))
                guard isComplete else { continue }
                recipient.sink.finish()
                recipients[ticket] = nil
            case .distrust(let ticket, let party, let reason):
                recipients[ticket]?.sink.yield(.distrusted(party: party, reason: reason))
            case .fail(let ticket, let reason):
                recipients[ticket]?.sink.finish(throwing: UndecidedResults(reason: reason))
                recipients[ticket] = nil
                core.cancel(ticket)
            case .statusAsked(let peer):
                core.answerStatus(to: peer, run: mailbox.runStatus, at: now)
            case .cutOff(let peer): transport.cutOff(peer)
            case .tell(let event): tell(event)
            }
        }
    }

    /// Waits for the workers to end their connections, for a second at most: what they have not
    /// read of a connection that ends at this side is lost.
    private func awaitHangUps() throws(TransportError) {
        var open = Set(core.connectedPeers)
        let deadline = now + 1
        while !open.isEmpty, now < deadline {
            if case .disconnected(let peer) = try transport.receive(waitingAtMost: deadline - now) {
                open.remove(peer)
            }
        }
    }
}
