// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CZeroMQ
package import ClusterProtocol

/// The coordinator's end: a ZeroMQ ROUTER, with its monitor and its authenticator.
package final class ListeningTransport: Transport {
    package let address: String
    package var waker: any TransportWaker { eventWaker }

    private let context: ZeroMQContext
    private let socket: ZeroMQSocket
    private let monitor: ZeroMQMonitor
    private let authenticator: Authenticator?
    private let eventWaker: EventWaker
    /// Which peer last spoke on a connection; the monitor names connections only.
    private var peers: [Int32: PeerIdentifier] = [:]
    private var receivedSincePoll = 0
    private var isClosed = false

    /// Frames taken in a row before wake-ups, disconnections and clients get their turn.
    private static let burst = 64

    /// Listens.
    ///
    /// - Parameters:
    ///   - endpoint: Where; without a port, on a free one, which `address` tells.
    ///   - security: Who may talk.
    /// - Throws: `TransportError`: the address is in use, not this host's, or malformed.
    package init(
        listeningOn endpoint: Endpoint, security: ServerSecurity = .plaintext
    ) throws(TransportError) {
        context = try ZeroMQContext()
        eventWaker = try EventWaker()
        socket = try ZeroMQSocket(ZMQ_ROUTER, in: context)
        try ZeroMQTransportOptions.apply(
            to: socket, for: endpoint, messageBytes: WireLimits.bytesToCoordinator)
        try ZeroMQTransportOptions.probe(socket)
        try socket.set(ZMQ_ROUTER_MANDATORY, Int32(1), "mandatory routing")
        try socket.set(ZMQ_BACKLOG, ZeroMQTransportOptions.backlog, "the backlog")
        switch security {
        case .plaintext: authenticator = nil
        case .curve(let keys, let clients):
            authenticator = try Authenticator(clients: clients, in: context)
            try socket.set(ZMQ_CURVE_SERVER, Int32(1), "CURVE")
            try socket.set(ZMQ_CURVE_SECRETKEY, Array(keys.secretKey.utf8), "the server's key")
        }
        monitor = try ZeroMQMonitor(of: socket, in: context)
        try socket.bind(endpoint)
        address = socket.lastEndpoint
    }

    package func receive(
        waitingAtMost seconds: Double
    ) throws(TransportError) -> TransportEvent? {
        guard !isClosed else { throw .closed }
        var mayWait = true
        while true {
            if receivedSincePoll < Self.burst, let event = try receiveMessage() { return event }
            receivedSincePoll = 0
            if let event = try nextDisconnection() { return event }
            var items = [
                zmq_pollitem_t(
                    socket: socket.pointer, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0),
                zmq_pollitem_t(
                    socket: nil, fd: eventWaker.descriptor, events: Int16(ZMQ_POLLIN), revents: 0),
                zmq_pollitem_t(
                    socket: monitor.socket.pointer, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0),
            ]
            if let authenticator {
                items.append(
                    zmq_pollitem_t(
                        socket: authenticator.socket.pointer, fd: 0, events: Int16(ZMQ_POLLIN),
                        revents: 0))
            }
            let milliseconds = mayWait ? Int(max(0, seconds * 1000).rounded(.up)) : 0
            guard
                zmq_poll(&items, Int32(items.count), milliseconds) >= 0
                    || czmq_last_error() == EINTR
            else {
                throw .lastError("wait")
            }
            mayWait = false
            if items.count > 3, items[3].revents != 0 { try authenticator?.answer() }
            if items[1].revents != 0 {
                eventWaker.reset()
                return nil
            }
            if items[0].revents == 0, items[2].revents == 0 { return nil }
        }
    }

    private func receiveMessage() throws(TransportError) -> TransportEvent? {
        guard let route = try socket.receive() else { return nil }
        receivedSincePoll += 1
        let peer = PeerIdentifier(route.bytes)
        guard route.hasMore, let frame = try socket.receive() else {
            return .message(peer, [])
        }
        var hasMore = frame.hasMore
        while hasMore, let extra = try socket.receive() { hasMore = extra.hasMore }
        if frame.source >= 0 { peers[frame.source] = peer }
        // A message of several frames is none of ours: it reaches the caller as an empty one.
        return .message(peer, frame.hasMore ? [] : frame.bytes, frame.origin)
    }

    private func nextDisconnection() throws(TransportError) -> TransportEvent? {
        while let event = try monitor.next() {
            switch event {
            case .accepted(let connection): peers[connection] = nil
            case .disconnected(let connection):
                if let peer = peers.removeValue(forKey: connection) { return .disconnected(peer) }
            case .handshakeFailed(let reason, _): return .handshakeFailed(reason)
            case .handshakeSucceeded: break
            }
        }
        return nil
    }

    package func send(
        _ message: [UInt8], to peer: PeerIdentifier
    ) throws(TransportError) -> Bool {
        guard !isClosed else { throw .closed }
        // With mandatory routing the first frame says whether the peer is there and has room.
        guard try socket.send(peer.bytes, more: true) else { return false }
        return try socket.send(message)
    }

    package func close() {
        guard !isClosed else { return }
        isClosed = true
        zmq_socket_monitor(socket.pointer, nil, 0)
        monitor.socket.close()
        authenticator?.socket.close()
        socket.close()
        // Closing is done by another thread; until then a successor would find the port in use.
        context.end()
    }
}
