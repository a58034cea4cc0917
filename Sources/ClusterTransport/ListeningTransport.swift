// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CZeroMQ
package import ClusterProtocol

/// The coordinator's end: a ZeroMQ ROUTER, with its authenticator and the guard of its connections.
package final class ListeningTransport: Transport {
    package let address: String
    package var waker: any TransportWaker { eventWaker }

    private let context: ZeroMQContext
    private let socket: ZeroMQSocket
    private let connections: ConnectionGuard
    private let authenticator: Authenticator?
    private let clients: ClientList?
    private let eventWaker: EventWaker
    private var receivedSincePoll = 0
    private var isClosed = false

    /// Frames taken in a row before wake-ups, disconnections and clients get their turn.
    private static let burst = 64

    /// Listens.
    ///
    /// - Parameters:
    ///   - endpoint: Where; without a port, on a free one, which `address` tells.
    ///   - security: Who may talk.
    ///   - limits: What the connections may take.
    /// - Throws: `TransportError`: the address is in use, not this host's, or malformed.
    package init(
        listeningOn endpoint: Endpoint, security: ServerSecurity = .plaintext,
        limits: ConnectionLimits = .current
    ) throws(TransportError) {
        let endpoint = try endpoint.resolved()
        context = try ZeroMQContext()
        eventWaker = try EventWaker()
        socket = try ZeroMQSocket(ZMQ_ROUTER, in: context)
        try ZeroMQTransportOptions.apply(
            to: socket, isIPv6: endpoint.isIPv6, messageBytes: WireLimits.bytesToCoordinator)
        try ZeroMQTransportOptions.bound(socket)
        try ZeroMQTransportOptions.probe(socket)
        try socket.set(ZMQ_ROUTER_MANDATORY, Int32(1), "mandatory routing")
        switch security {
        case .plaintext:
            authenticator = nil
            clients = nil
        case .curve(let keys, let clients):
            authenticator = try Authenticator(clients: clients, in: context)
            self.clients = clients
            try socket.set(ZMQ_CURVE_SERVER, Int32(1), "CURVE")
            try socket.set(ZMQ_CURVE_SECRETKEY, Array(keys.secretKey.utf8), "the server's key")
        }
        connections = try ConnectionGuard(
            ZeroMQMonitor(of: socket, in: context), limits: limits, clients: clients,
            waker: eventWaker)
        do {
            try socket.bind(endpoint)
        } catch {
            connections.stop()
            throw error
        }
        address = socket.lastEndpoint
    }

    deinit {
        close()
    }

    package func receive(
        waitingAtMost seconds: Double
    ) throws(TransportError) -> TransportEvent? {
        guard !isClosed else { throw .closed }
        var mayWait = true
        while true {
            if receivedSincePoll < Self.burst, let event = try receiveMessage() { return event }
            receivedSincePoll = 0
            if let event = connections.nextEvent() { return event }
            var items = [
                zmq_pollitem_t(
                    socket: socket.pointer, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0),
                zmq_pollitem_t(
                    socket: nil, fd: eventWaker.descriptor, events: Int16(ZMQ_POLLIN), revents: 0),
            ]
            if let authenticator {
                items.append(
                    zmq_pollitem_t(
                        socket: authenticator.socket.pointer, fd: 0, events: Int16(ZMQ_POLLIN),
                        revents: 0))
            }
            connections.setIdle(true)
            defer { connections.setIdle(false) }
            let milliseconds = mayWait ? Int(max(0, seconds * 1000).rounded(.up)) : 0
            guard
                zmq_poll(&items, Int32(items.count), milliseconds) >= 0
                    || czmq_last_error() == EINTR
            else {
                throw .lastError("wait")
            }
            mayWait = false
            if items.count > 2, items[2].revents != 0 { try authenticator?.answer() }
            if items[1].revents != 0 {
                eventWaker.reset()
                return connections.nextEvent()
            }
            if items[0].revents == 0 { return connections.nextEvent() }
        }
    }

    private func receiveMessage() throws(TransportError) -> TransportEvent? {
        while let route = try socket.receive() {
            receivedSincePoll += 1
            let peer = PeerIdentifier(route.bytes)
            guard route.hasMore, let first = try socket.receive(withOrigin: true) else {
                return .message(peer, [])
            }
            var sizes = [first.bytes.count]
            var hasMore = first.hasMore
            while hasMore, let extra = try socket.receive() {
                sizes.append(extra.bytes.count)
                hasMore = extra.hasMore
            }
            if first.source >= 0 {
                connections.received(
                    frames: sizes, by: first.source, from: peer, first.origin)
            }
            var origin = first.origin
            if let clients {
                // What a client sent while its key was taken away does not count.
                guard let role = origin.key.flatMap(clients.role) else { continue }
                origin.role = role
            }
            // A message of several frames is none of ours: it reaches the caller as an empty one.
            return .message(peer, first.hasMore ? [] : first.bytes, origin)
        }
        return nil
    }

    package func send(
        _ message: [UInt8], to peer: PeerIdentifier
    ) throws(TransportError) -> Bool {
        guard !isClosed else { throw .closed }
        guard connections.maySend(message.count, to: peer) else { return false }
        // With mandatory routing the first frame says whether the peer is there and has room.
        guard try socket.send(peer.bytes, more: true), try socket.send(message) else {
            return false
        }
        connections.sent(message.count, to: peer)
        return true
    }

    package func cutOff(_ peer: PeerIdentifier) {
        if !isClosed { connections.cutOff(peer) }
    }

    package func close() {
        guard !isClosed else { return }
        isClosed = true
        // While somebody still reads the events: ZeroMQ waits for that.
        zmq_socket_monitor(socket.pointer, nil, 0)
        connections.stop()
        authenticator?.socket.close()
        socket.close()
        // Closing is done by another thread; until then a successor would find the port in use.
        context.end()
    }
}
