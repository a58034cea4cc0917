// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CZeroMQ
import ClusterProtocol

/// Answers ZeroMQ's questions about who may connect (ZAP, ZeroMQ RFC 27).
final class Authenticator {
    private static let address = "inproc://zeromq.zap.01"
    private static let version = Array("1.0".utf8)
    private static let curve = Array("CURVE".utf8)
    /// Requests have 6 frames before the credentials; a hostile peer cannot add to them.
    private static let frameLimit = 16

    let socket: ZeroMQSocket
    private let clients: ClientList

    /// Starts answering; before the listening socket binds.
    init(clients: ClientList, in context: ZeroMQContext) throws(TransportError) {
        self.clients = clients
        socket = try ZeroMQSocket(ZMQ_REP, in: context)
        try socket.set(ZMQ_LINGER, Int32(0), "linger")
        guard zmq_bind(socket.pointer, Self.address) == 0 else {
            throw .lastError("authenticate clients")
        }
    }

    /// Answers the questions that are there.
    func answer() throws(TransportError) {
        while let first = try socket.receive() {
            var frames = [first.bytes]
            var hasMore = first.hasMore
            while hasMore, let frame = try socket.receive() {
                if frames.count < Self.frameLimit { frames.append(frame.bytes) }
                hasMore = frame.hasMore
            }
            let key = frames.count >= 2 ? allowedKey(in: frames) : nil
            let reply: [[UInt8]] = [
                Self.version, frames.count >= 2 ? frames[1] : [],
                Array((key == nil ? "400" : "200").utf8),
                Array((key == nil ? "not on the list of clients" : "OK").utf8),
                // ZeroMQ gives it to each message of the connection, as "User-Id".
                Array((key ?? "").utf8), [],
            ]
            for (index, frame) in reply.enumerated() {
                _ = try socket.send(frame, more: index < reply.count - 1)
            }
        }
    }

    /// Frames: version, request, domain, address, identity, mechanism, credentials.
    private func allowedKey(in frames: [[UInt8]]) -> String? {
        guard frames.count == 7, frames[0] == Self.version, frames[5] == Self.curve,
            frames[6].count == 32
        else { return nil }
        var text = [CChar](repeating: 0, count: 41)
        guard zmq_z85_encode(&text, frames[6], 32) != nil else { return nil }
        let key = String(decoding: text.prefix(40).map(UInt8.init(bitPattern:)), as: UTF8.self)
        return clients.role(of: ClientKey(key)) == nil ? nil : key
    }
}
