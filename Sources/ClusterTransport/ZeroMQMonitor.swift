// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CZeroMQ

/// What happens to a socket's connections, as ZeroMQ's monitor tells it.
final class ZeroMQMonitor {
    /// What the transports care for.
    enum Event {
        case listening(descriptor: Int32)
        case accepted(connection: Int32)
        case disconnected(connection: Int32)
        case handshakeSucceeded
        /// Why, and whether a connecting socket gives up: ZeroMQ tries again by itself after a
        /// broken connection, never after a refusal.
        case handshakeFailed(String, isFinal: Bool)
    }

    private static let address = "inproc://monitor"
    let socket: ZeroMQSocket

    /// Watches a socket; a context holds one monitored socket.
    init(of watched: ZeroMQSocket, in context: ZeroMQContext) throws(TransportError) {
        let events =
            ZMQ_EVENT_LISTENING | ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED
            | ZMQ_EVENT_HANDSHAKE_SUCCEEDED
            | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL
            | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH
        guard zmq_socket_monitor(watched.pointer, Self.address, events) == 0 else {
            throw .lastError("watch a socket")
        }
        socket = try ZeroMQSocket(ZMQ_PAIR, in: context)
        try socket.set(ZMQ_LINGER, Int32(0), "linger")
        try socket.connect(Self.address)
    }

    /// The next event that is there; nil when none is.
    func next() throws(TransportError) -> Event? {
        while let frame = try socket.receive() {
            var hasMore = frame.hasMore
            while hasMore, let address = try socket.receive() { hasMore = address.hasMore }
            // 16 bits of event, 32 of value, in the host's order.
            guard frame.bytes.count >= 6 else { continue }
            let (event, value) = frame.bytes.withUnsafeBytes {
                (
                    Int32($0.loadUnaligned(as: UInt16.self)),
                    $0.loadUnaligned(fromByteOffset: 2, as: Int32.self)
                )
            }
            switch event {
            case ZMQ_EVENT_LISTENING: return .listening(descriptor: value)
            case ZMQ_EVENT_ACCEPTED: return .accepted(connection: value)
            case ZMQ_EVENT_DISCONNECTED: return .disconnected(connection: value)
            case ZMQ_EVENT_HANDSHAKE_SUCCEEDED: return .handshakeSucceeded
            case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
                return .handshakeFailed("the key was not accepted", isFinal: true)
            case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
                return .handshakeFailed("security or protocol do not match", isFinal: true)
            case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
                return .handshakeFailed(
                    "the connection broke during the handshake", isFinal: false)
            default: continue
            }
        }
        return nil
    }
}
