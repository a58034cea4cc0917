// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CZeroMQ
import ClusterProtocol

/// Many connections to one coordinator by one thread: the sockets of simulated workers.
///
/// Each is a DEALER of its own, so that the coordinator sees as many peers as there would be.
package final class SocketFleet {
    private let context: ZeroMQContext
    private let sockets: [ZeroMQSocket]
    private var items: [zmq_pollitem_t]

    /// Begins to connect.
    package init(connectingTo endpoint: Endpoint, count: Int) throws(TransportError) {
        context = try ZeroMQContext(sockets: Int32(count + 16))
        var sockets: [ZeroMQSocket] = []
        for _ in 0..<count {
            let socket = try ZeroMQSocket(ZMQ_DEALER, in: context)
            try ZeroMQTransportOptions.apply(
                to: socket, isIPv6: endpoint.isIPv6, messageBytes: WireLimits.bytesToWorker)
            try ZeroMQTransportOptions.ping(socket)
            try socket.connect(endpoint.description)
            sockets.append(socket)
        }
        self.sockets = sockets
        items = sockets.map {
            zmq_pollitem_t(socket: $0.pointer, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0)
        }
    }

    /// Waits for messages.
    ///
    /// - Parameters:
    ///   - seconds: How long, at most.
    ///   - take: Called with the connection's index and each message.
    /// - Throws: `TransportError`.
    package func receive(
        waitingAtMost seconds: Double, _ take: (Int, [UInt8]) -> Void
    ) throws(TransportError) {
        let milliseconds = Int(max(0, seconds * 1000))
        guard zmq_poll(&items, Int32(items.count), milliseconds) >= 0 else {
            if czmq_last_error() == EINTR { return }
            throw .lastError("wait")
        }
        for index in items.indices where items[index].revents != 0 {
            while let frame = try sockets[index].receive() { take(index, frame.bytes) }
        }
    }

    /// Sends a message by one of the connections; false when there is no room.
    package func send(_ message: [UInt8], by index: Int) throws(TransportError) -> Bool {
        try sockets[index].send(message)
    }
}
