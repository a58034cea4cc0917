// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CZeroMQ

/// Settings shared by both ends; every one explicit, none left to ZeroMQ's defaults.
enum ZeroMQTransportOptions {
    /// Time that messages have to leave after `close`; milliseconds.
    static let linger: Int32 = 1000
    /// Messages kept for, and from, one peer.
    static let highWaterMark: Int32 = 1000
    /// Handshakes that take longer are cut; milliseconds.
    static let handshake: Int32 = 10_000
    /// Pings on an idle connection, so that a cut link is noticed by both ends; milliseconds.
    static let ping: Int32 = 5000
    /// An unanswered ping breaks the connection after this; milliseconds.
    static let pingTimeout: Int32 = 15_000
    /// First pause before connecting again, and the longest; milliseconds.
    static let reconnect: Int32 = 100
    static let reconnectLongest: Int32 = 1000
    /// Time to wait for a host's answer; the kernel's own pauses would outlast a cut by as long
    /// as the cut was; milliseconds.
    static let connect: Int32 = 3000
    /// First pause before connecting again after a refusal, and the longest; seconds.
    static let refusalPause = 0.5
    static let refusalPauseLongest = 5.0
    /// Connections waiting to be accepted: a cluster that starts knocks all at once, and what finds
    /// no room waits for the kernel to knock again, ever longer.
    static let backlog: Int32 = 4096

    static func apply(
        to socket: ZeroMQSocket, for endpoint: Endpoint, messageBytes: Int
    ) throws(TransportError) {
        try socket.set(ZMQ_LINGER, linger, "linger")
        try socket.set(ZMQ_SNDHWM, highWaterMark, "the send high-water mark")
        try socket.set(ZMQ_RCVHWM, highWaterMark, "the receive high-water mark")
        try socket.set(ZMQ_HANDSHAKE_IVL, handshake, "the handshake interval")
        try socket.set(ZMQ_HEARTBEAT_IVL, ping, "the heartbeat interval")
        try socket.set(ZMQ_HEARTBEAT_TIMEOUT, pingTimeout, "the heartbeat timeout")
        try socket.set(ZMQ_MAXMSGSIZE, Int64(messageBytes), "the message size limit")
        // Where it is not asked for, IPv6 would only disguise addresses as [::ffff:127.0.0.1].
        try socket.set(ZMQ_IPV6, endpoint.isIPv6 ? 1 : 0 as Int32, "IPv6")
    }
}
