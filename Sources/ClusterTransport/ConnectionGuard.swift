// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CAcceptGate
import CZeroMQ
import ClusterProtocol
import Foundation
import Synchronization

/// Keeps a listening socket's connections within their limits, on a thread of its own.
///
/// ZeroMQ would accept whoever comes, and puts a message of any number of frames together before it
/// shows one of them. So a gate decides as each connection is accepted, and a thread that has nothing
/// else to do compares what comes by it with what is taken. A connection is ended by shutting its
/// socket down, whereupon ZeroMQ lets go of it.
final class ConnectionGuard: Sendable {
    private struct State {
        var table: ConnectionTable
        var events: [TransportEvent] = []
        var revision = 0
        var complaint: String?
        var nextComplaint = 0.0
    }

    /// Refusals that are kept for the transport; a flood of them is only counted so far.
    private static let refusalsKept = 4096
    /// Seconds between two looks at the list of clients.
    private static let listSeconds = 1.0
    /// Seconds between two complaints about one.
    private static let complaintSeconds = 60.0

    private let state: Mutex<State>
    private let isIdle = Atomic(false)
    private let clients: ClientList?
    private let isEncrypted: Bool
    /// Wakes the transport.
    private let waker: EventWaker
    private let stopper: EventWaker
    private let hasEnded = DispatchSemaphore(value: 0)
    private let start = ContinuousClock.now

    /// Begins to watch.
    ///
    /// - Parameters:
    ///   - monitor: The socket's monitor; the thread's from here on.
    ///   - limits: What the connections may take.
    ///   - clients: Whose keys may connect; nil in plaintext.
    ///   - waker: Tells the transport that there is an event.
    /// - Throws: `TransportError` where there are no descriptors.
    init(
        _ monitor: ZeroMQMonitor, limits: ConnectionLimits, clients: ClientList?,
        waker: EventWaker
    ) throws(TransportError) {
        state = Mutex(
            State(table: ConnectionTable(limits: limits), revision: clients?.revision ?? 0))
        self.clients = clients
        self.waker = waker
        isEncrypted = clients != nil
        stopper = try EventWaker()
        let handOver = HandOver(monitor)
        cgate_open { AcceptGate.admits($0, by: $1) ? 1 : 0 }
        let thread = Thread { [self] in
            watch(handOver.value)
            handOver.value.socket.close()
            hasEnded.signal()
        }
        thread.name = "connections"
        thread.start()
    }

    private var now: Double { (ContinuousClock.now - start) / .seconds(1) }

    /// Ends the thread; called once.
    func stop() {
        AcceptGate.remove(self)
        stopper.wake()
        hasEnded.wait()
    }

    // MARK: The transport's thread

    /// Says whether the transport waits because there is no message to take.
    func setIdle(_ value: Bool) { isIdle.store(value, ordering: .relaxed) }

    /// The next thing to tell; nil when there is none.
    func nextEvent() -> TransportEvent? {
        state.withLock { $0.events.isEmpty ? nil : $0.events.removeFirst() }
    }

    /// Counts a message that was taken.
    ///
    /// - Parameters:
    ///   - frames: The sizes of its frames.
    ///   - descriptor: The connection it came by.
    ///   - peer: Who sent it.
    ///   - origin: Where it came from.
    func received(
        frames: [Int], by descriptor: Int32, from peer: PeerIdentifier, _ origin: PeerOrigin
    ) {
        let bytes = frames.reduce(0) { $0 + wireBytes($1) }
        let now = now
        let cut = state.withLock { state in
            let (gone, cut) = state.table.spoke(descriptor, peer, origin, bytes: bytes, at: now)
            if let gone { state.events.append(.disconnected(gone)) }
            return cut
        }
        if let cut { end([cut]) }
    }

    /// Whether a message may be queued for a peer.
    func maySend(_ bytes: Int, to peer: PeerIdentifier) -> Bool {
        let bytes = wireBytes(bytes)
        if state.withLock({ $0.table.mayQueue(bytes, for: peer) }) { return true }
        // What has left since the last look makes room.
        sweep()
        return state.withLock { $0.table.mayQueue(bytes, for: peer) }
    }

    /// Counts a message that was queued.
    func sent(_ bytes: Int, to peer: PeerIdentifier) {
        state.withLock { $0.table.queued(wireBytes(bytes), for: peer) }
    }

    /// Ends a peer's connection.
    func cutOff(_ peer: PeerIdentifier) {
        if let cut = state.withLock({ $0.table.cutOff(peer) }) { end([cut]) }
    }

    /// A frame's size with what ZMTP and CURVE add (ZeroMQ RFC 23 and 26).
    private func wireBytes(_ bytes: Int) -> Int {
        let body = bytes + (isEncrypted ? 33 : 0)
        return body + (body > 255 ? 9 : 2)
    }

    // MARK: The guard's thread

    private func watch(_ monitor: ZeroMQMonitor) {
        var nextSweep = 0.0
        var nextList = 0.0
        while true {
            let wait = max(0, min(nextSweep, nextList) - now)
            var items = [
                zmq_pollitem_t(
                    socket: monitor.socket.pointer, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0),
                zmq_pollitem_t(
                    socket: nil, fd: stopper.descriptor, events: Int16(ZMQ_POLLIN), revents: 0),
            ]
            let status = zmq_poll(&items, 2, Int((wait * 1000).rounded(.up)))
            guard status >= 0 || czmq_last_error() == EINTR, items[1].revents == 0 else { return }
            // Some at a time, so that a flood of connections does not put the rest off.
            for _ in 0..<256 {
                guard let event = try? monitor.next() else { break }
                obey(event)
            }
            if now >= nextSweep {
                sweep()
                // About a hundredth of a core, whatever their number.
                let count = state.withLock { $0.table.count }
                nextSweep = now + min(1, max(0.02, Double(count) * 1e-4))
            }
            if now >= nextList {
                readList()
                nextList = now + Self.listSeconds
            }
        }
    }

    private func obey(_ event: ZeroMQMonitor.Event) {
        switch event {
        case .listening(let descriptor): AcceptGate.add(self, listeningBy: descriptor)
        case .accepted(let descriptor):
            // Accepted before the gate knew its listener.
            guard !state.withLock({ $0.table.contains(descriptor) }), !admits(descriptor) else {
                return
            }
            shutdown(descriptor, Int32(SHUT_RDWR))
        case .disconnected(let descriptor):
            let hasEvent = state.withLock { state in
                guard let peer = state.table.closed(descriptor) else { return false }
                state.events.append(.disconnected(peer))
                return true
            }
            if hasEvent { waker.wake() }
        case .handshakeFailed(let reason, _): refuse(reason)
        case .handshakeSucceeded: break
        }
    }

    /// Whether a connection that was just accepted may stay.
    func admits(_ descriptor: Int32) -> Bool {
        let address = Self.address(of: descriptor)
        let now = now
        let (gone, cut) = state.withLock { state in
            let (gone, cut) = state.table.accepted(descriptor, from: address, at: now)
            if let gone { state.events.append(.disconnected(gone)) }
            if cut?.descriptor == descriptor { state.table.forget(descriptor) }
            return (gone, cut)
        }
        if gone != nil { waker.wake() }
        guard let cut else { return true }
        guard cut.descriptor == descriptor else {
            end([cut])
            return true
        }
        refuse(cut.reason)
        return false
    }

    private func sweep() {
        let now = now
        let isIdle = isIdle.load(ordering: .relaxed)
        let cuts = state.withLock {
            $0.table.sweep(at: now, isIdle: isIdle, counts: Self.counts)
        }
        end(cuts)
    }

    private func end(_ cuts: [ConnectionTable.Cut]) {
        for cut in cuts {
            // Reset when ZeroMQ closes it: who still sends would otherwise wait for minutes for a
            // window that nobody opens.
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(
                cut.descriptor, SOL_SOCKET, SO_LINGER, &linger,
                socklen_t(MemoryLayout.size(ofValue: linger)))
            // Not closed: the descriptor is ZeroMQ's. One that was reused meanwhile is no socket, or
            // that of a client, which connects again.
            shutdown(cut.descriptor, Int32(SHUT_RDWR))
            refuse(cut.reason)
        }
    }

    /// It can wait for the transport to look about: there may be thousands a second.
    private func refuse(_ reason: String) {
        state.withLock { state in
            guard state.events.count < Self.refusalsKept else { return }
            state.events.append(.handshakeFailed(reason))
        }
    }

    private func readList() {
        guard let clients else { return }
        let complaint = clients.refresh()
        let now = now
        let cuts = state.withLock { state -> [ConnectionTable.Cut] in
            if complaint != state.complaint || complaint != nil && now >= state.nextComplaint {
                state.complaint = complaint
                state.nextComplaint = now + Self.complaintSeconds
                if let complaint { state.events.append(.clientList(complaint, isFault: true)) }
            }
            let revision = clients.revision
            guard revision != state.revision else { return [] }
            state.revision = revision
            let cuts = state.table.revoke { clients.role(of: $0) != nil }
            state.events.append(
                .clientList(
                    "the list of clients has changed: \(clients.count) keys may connect, "
                        + "\(cuts.count) connections end", isFault: false))
            return cuts
        }
        end(cuts)
        waker.wake()
    }

    // MARK: The kernel

    /// Looks no closer than a connection's traffic makes necessary: with thousands of workers that is
    /// most of what the guard costs.
    private static func counts(of descriptor: Int32, _ traffic: Traffic) -> Traffic.Counts? {
        var received: UInt64 = 0
        var acknowledged: UInt64 = 0
        guard czmq_tcp_counts(descriptor, &received, &acknowledged) == 0 else { return nil }
        var counts = Traffic.Counts(
            read: Int(clamping: received), acknowledged: Int(clamping: acknowledged))
        if traffic.needsUnread(counts) {
            let unread = czmq_unread_bytes(descriptor)
            guard unread >= 0 else { return nil }
            counts.read -= Int(unread)
        }
        if traffic.needsLeaving(counts) {
            let leaving = czmq_leaving_bytes(descriptor)
            guard leaving >= 0 else { return nil }
            counts.leaving = Int(leaving)
        }
        return counts
    }

    /// The other end's IP address; empty if it has gone already.
    private static func address(of descriptor: Int32) -> String {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let status = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                getpeername(descriptor, address, &size) == 0
                    ? getnameinfo(
                        address, size, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) : -1
            }
        }
        guard status == 0 else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

/// Passes a value to another thread.
///
/// Sendable without checks: who makes it does not use the value any more once the other thread has begun.
private struct HandOver<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) {
        self.value = value
    }
}
