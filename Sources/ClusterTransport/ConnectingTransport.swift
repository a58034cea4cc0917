// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CZeroMQ
package import ClusterProtocol

/// A worker's end: a ZeroMQ DEALER, which connects again whenever its connection breaks or is
/// refused, and looks before each connection where the coordinator is.
package final class ConnectingTransport: Transport {
    package var waker: any TransportWaker { eventWaker }

    /// Where the connection is made to.
    private var choice = WayChoice()
    private var place: CoordinatorPlace? { choice.current?.place }
    /// What is said where there is no place: what is looked at, and why it is of no use.
    private let source: String
    private var problem: String?
    /// nil: the place is an address, which stays what it is.
    private var locator: Locator?
    /// When to look again; nil while there is a connection.
    private var nextLook: Double?
    private let start = ContinuousClock.now
    private let context: ZeroMQContext
    private let socket: ZeroMQSocket
    private let monitor: ZeroMQMonitor
    private let eventWaker: EventWaker
    private var isClosed = false
    /// When to connect anew after a refusal; nil while ZeroMQ sees to it.
    private var nextAttempt: ContinuousClock.Instant?
    private var pause = ZeroMQTransportOptions.refusalPause

    /// Begins to connect; the coordinator need not be there.
    ///
    /// - Parameters:
    ///   - endpoint: Where to.
    ///   - security: How to prove who this is.
    /// - Throws: `TransportError` for an endpoint or a key that cannot be.
    package convenience init(
        connectingTo endpoint: Endpoint, security: ClientSecurity = .plaintext
    ) throws(TransportError) {
        let place = CoordinatorPlace(endpoint: endpoint, security: security)
        try self.init(source: endpoint.description)
        if endpoint.isAddress {
            try go([Way(place: place, isIPv6: endpoint.isIPv6)])
        } else {
            // Which of the name's addresses leads there may change.
            look { .places([place]) }
        }
    }

    /// Begins to look for the coordinator, which need not be there.
    ///
    /// - Parameters:
    ///   - source: What says where it is, for people.
    ///   - whereabouts: Asked before each connection, in a thread of its own.
    /// - Throws: `TransportError` where there are no sockets.
    package convenience init(
        source: String, whereabouts: @escaping @Sendable () -> Whereabouts
    ) throws(TransportError) {
        try self.init(source: source)
        look(whereabouts)
    }

    private init(source: String) throws(TransportError) {
        self.source = source
        context = try ZeroMQContext()
        eventWaker = try EventWaker()
        socket = try ZeroMQSocket(ZMQ_DEALER, in: context)
        try ZeroMQTransportOptions.apply(
            to: socket, isIPv6: false, messageBytes: WireLimits.bytesToWorker)
        try ZeroMQTransportOptions.ping(socket)
        try socket.set(
            ZMQ_RECONNECT_IVL, ZeroMQTransportOptions.reconnect, "the reconnection interval")
        try socket.set(
            ZMQ_RECONNECT_IVL_MAX, ZeroMQTransportOptions.reconnectLongest,
            "the longest reconnection interval")
        try socket.set(
            ZMQ_CONNECT_TIMEOUT, ZeroMQTransportOptions.connect, "the connection timeout")
        // Nothing is queued for a coordinator that is not there: it would be stale on arrival.
        try socket.set(ZMQ_IMMEDIATE, Int32(1), "immediate")
        monitor = try ZeroMQMonitor(of: socket, in: context)
    }

    package var address: String { place?.endpoint.description ?? source }

    package var run: String? { place?.run }

    /// Whether what is said is for the coordinator alone.
    package var isEncrypted: Bool {
        if case .curve = place?.security { true } else { false }
    }

    // MARK: Where to

    private var now: Double { (ContinuousClock.now - start) / .seconds(1) }

    private func look(_ whereabouts: @escaping @Sendable () -> Whereabouts) {
        locator = Locator(waker: eventWaker, whereabouts)
        nextLook = now
    }

    /// Goes where the locator says, while there is no connection.
    ///
    /// - Returns: Seconds until it is to be asked again; nil while it is not.
    private func follow() throws(TransportError) -> Double? {
        guard let locator else { return nil }
        let finding = locator.take()
        guard let due = nextLook else { return nil }
        switch finding {
        case nil: break
        case .nothing(let reason):
            problem = reason
            try go([])
        case .ways(let ways):
            problem = nil
            try go(ways)
        }
        if now < due { return due - now }
        locator.look()
        nextLook = now + ZeroMQTransportOptions.lookPause
        return ZeroMQTransportOptions.lookPause
    }

    private func go(_ ways: [Way]) throws(TransportError) {
        let former = choice.current
        guard choice.choose(among: ways, at: now) else { return }
        if let former {
            // It fails where ZeroMQ has forgotten the endpoint itself.
            _ = zmq_disconnect(socket.pointer, former.place.endpoint.description)
            nextAttempt = nil
        }
        guard let way = choice.current else { return }
        // They hold for connections that are made from here on.
        try socket.set(ZMQ_IPV6, way.isIPv6 ? 1 : 0 as Int32, "IPv6")
        if case .curve(let keys, let serverKey) = way.place.security {
            try socket.set(ZMQ_CURVE_SERVERKEY, Array(serverKey.utf8), "the server's public key")
            try socket.set(ZMQ_CURVE_PUBLICKEY, Array(keys.publicKey.utf8), "the public key")
            try socket.set(ZMQ_CURVE_SECRETKEY, Array(keys.secretKey.utf8), "the secret key")
        }
        pause = ZeroMQTransportOptions.refusalPause
        try socket.connect(address)
    }

    /// The connection is gone: it is found out where the next one leads.
    private func lookSoon() {
        if locator != nil, nextLook == nil { nextLook = now }
    }

    // MARK: Messages

    package func receive(
        waitingAtMost seconds: Double
    ) throws(TransportError) -> TransportEvent? {
        guard !isClosed else { throw .closed }
        var wait = seconds
        if let nextAttempt {
            let left = (nextAttempt - .now) / .seconds(1)
            if left <= 0 { try connectAnew() } else { wait = min(wait, left) }
        }
        if let left = try follow() { wait = min(wait, left) }
        var mayWait = true
        while true {
            if let frame = try socket.receive() {
                var hasMore = frame.hasMore
                while hasMore, let extra = try socket.receive() { hasMore = extra.hasMore }
                return .message(.coordinator, frame.hasMore ? [] : frame.bytes)
            }
            if let event = try nextConnectionEvent() { return event }
            guard mayWait else { return nil }
            mayWait = false
            var items = [
                zmq_pollitem_t(
                    socket: socket.pointer, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0),
                zmq_pollitem_t(
                    socket: nil, fd: eventWaker.descriptor, events: Int16(ZMQ_POLLIN), revents: 0),
                zmq_pollitem_t(
                    socket: monitor.socket.pointer, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0),
            ]
            let milliseconds = Int(max(0, wait * 1000).rounded(.up))
            guard
                zmq_poll(&items, Int32(items.count), milliseconds) >= 0
                    || czmq_last_error() == EINTR
            else {
                throw .lastError("wait")
            }
            if items[1].revents != 0 {
                eventWaker.reset()
                return nil
            }
        }
    }

    private func nextConnectionEvent() throws(TransportError) -> TransportEvent? {
        while let event = try monitor.next() {
            switch event {
            case .handshakeSucceeded:
                pause = ZeroMQTransportOptions.refusalPause
                nextLook = nil
                choice.connected()
                return .connected
            case .disconnected:
                choice.lost(at: now)
                lookSoon()
                return .connectionLost
            case .handshakeFailed(let reason, let isFinal):
                choice.failed()
                if isFinal {
                    pauseBeforeConnecting()
                    return .handshakeFailed(reason)
                }
                return .handshakeFailed(
                    "\(reason), as it does where the coordinator's key is another one or only one"
                        + " side has keys")
            case .listening, .accepted: break
            }
        }
        return nil
    }

    /// The list of clients may change: a refusal is not for ever.
    private func pauseBeforeConnecting() {
        guard nextAttempt == nil else { return }
        // Spread, so that a fleet that was refused together does not return together.
        nextAttempt = .now + .seconds(pause * Double.random(in: 0.75...1.25))
        pause = min(pause * 2, ZeroMQTransportOptions.refusalPauseLongest)
    }

    private func connectAnew() throws(TransportError) {
        nextAttempt = nil
        guard place != nil else { return }
        // It fails where ZeroMQ has forgotten the endpoint itself.
        _ = zmq_disconnect(socket.pointer, address)
        try socket.connect(address)
    }

    package func send(
        _ message: [UInt8], to peer: PeerIdentifier
    ) throws(TransportError) -> Bool {
        guard !isClosed else { throw .closed }
        return try socket.send(message)
    }

    package func diagnosis() -> String? {
        guard let place else { return problem ?? "it is being looked for" }
        return Reachability.probe(place.endpoint, waitingAtMost: 1).description
    }

    package func hangUp() {
        guard !isClosed else { return }
        guard place != nil else { return }
        _ = zmq_disconnect(socket.pointer, address)
        pauseBeforeConnecting()
        choice.failed()
        lookSoon()
    }

    package func close() {
        guard !isClosed else { return }
        isClosed = true
        zmq_socket_monitor(socket.pointer, nil, 0)
        monitor.socket.close()
        socket.close()
    }
}
