// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CZeroMQ
package import ClusterProtocol

/// A worker's end: a ZeroMQ DEALER, which connects again whenever its connection breaks or is
/// refused.
package final class ConnectingTransport: Transport {
    package let address: String
    package var waker: any TransportWaker { eventWaker }

    private let endpoint: Endpoint
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
    package init(
        connectingTo endpoint: Endpoint, security: ClientSecurity = .plaintext
    ) throws(TransportError) {
        context = try ZeroMQContext()
        eventWaker = try EventWaker()
        socket = try ZeroMQSocket(ZMQ_DEALER, in: context)
        try ZeroMQTransportOptions.apply(
            to: socket, for: endpoint, messageBytes: WireLimits.bytesToWorker)
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
        if case .curve(let keys, let serverKey) = security {
            try socket.set(ZMQ_CURVE_SERVERKEY, Array(serverKey.utf8), "the server's public key")
            try socket.set(ZMQ_CURVE_PUBLICKEY, Array(keys.publicKey.utf8), "the public key")
            try socket.set(ZMQ_CURVE_SECRETKEY, Array(keys.secretKey.utf8), "the secret key")
        }
        monitor = try ZeroMQMonitor(of: socket, in: context)
        self.endpoint = endpoint
        address = endpoint.description
        try socket.connect(address)
    }

    package func receive(
        waitingAtMost seconds: Double
    ) throws(TransportError) -> TransportEvent? {
        guard !isClosed else { throw .closed }
        var wait = seconds
        if let nextAttempt {
            let left = (nextAttempt - .now) / .seconds(1)
            if left <= 0 { try connectAnew() } else { wait = min(wait, left) }
        }
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
                return .connected
            case .disconnected: return .connectionLost
            case .handshakeFailed(let reason, let isFinal):
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
        Reachability.probe(endpoint, waitingAtMost: 1).description
    }

    package func hangUp() {
        guard !isClosed else { return }
        _ = zmq_disconnect(socket.pointer, address)
        pauseBeforeConnecting()
    }

    package func close() {
        guard !isClosed else { return }
        isClosed = true
        zmq_socket_monitor(socket.pointer, nil, 0)
        monitor.socket.close()
        socket.close()
    }
}
