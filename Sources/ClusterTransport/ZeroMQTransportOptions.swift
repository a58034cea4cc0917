// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CZeroMQ

/// Settings shared by both ends; every one explicit, none left to ZeroMQ's defaults.
enum ZeroMQTransportOptions {
    /// Time that messages have to leave after `close`; milliseconds.
    static let linger: Int32 = 1000
    /// Messages kept for one peer, and, by a connecting end, from one.
    static let highWaterMark: Int32 = 1000
    /// Messages that a listening end keeps of one peer before it leaves the rest to the network.
    static let receiveHighWaterMark: Int32 = 16
    /// The kernel's buffer of what one peer has sent and nobody has read; bytes, of which the kernel
    /// takes twice as many.
    static let receiveBuffer: Int32 = 1 << 20
    /// Handshakes that take longer are cut; milliseconds.
    static let handshake: Int32 = 10_000
    /// Pings of a connecting end, so that it notices a cut link; milliseconds.
    static let ping: Int32 = 5000
    /// An unanswered ping breaks the connection after this; milliseconds.
    static let pingTimeout: Int32 = 15_000
    /// What a listening end has instead, the kernel's own probes: idle seconds before the first,
    /// seconds between them, and how many go unanswered before the connection breaks.
    static let probeIdle: Int32 = 5
    static let probeInterval: Int32 = 5
    static let probes: Int32 = 3
    /// What was sent and is not acknowledged breaks the connection after this; milliseconds.
    static let unacknowledged: Int32 = 15_000
    /// First pause before connecting again, and the longest; milliseconds.
    static let reconnect: Int32 = 100
    static let reconnectLongest: Int32 = 1000
    /// Time to wait for a host's answer; the kernel's own pauses would outlast a cut by as long
    /// as the cut was; milliseconds.
    static let connect: Int32 = 3000
    /// First pause before connecting again after a refusal, and the longest; seconds.
    static let refusalPause = 0.5
    static let refusalPauseLongest = 5.0
    /// Pause between two looks for where the coordinator is, while there is no connection; seconds.
    static let lookPause = 1.0
    /// Connections waiting to be accepted: a cluster that starts knocks all at once, and what finds
    /// no room waits for the kernel to knock again, ever longer.
    static let backlog: Int32 = 4096

    static func apply(
        to socket: ZeroMQSocket, isIPv6: Bool, messageBytes: Int
    ) throws(TransportError) {
        try socket.set(ZMQ_LINGER, linger, "linger")
        try socket.set(ZMQ_SNDHWM, highWaterMark, "the send high-water mark")
        try socket.set(ZMQ_RCVHWM, highWaterMark, "the receive high-water mark")
        try socket.set(ZMQ_HANDSHAKE_IVL, handshake, "the handshake interval")
        try socket.set(ZMQ_MAXMSGSIZE, Int64(messageBytes), "the message size limit")
        // Where it is not asked for, IPv6 would only disguise addresses as [::ffff:127.0.0.1].
        try socket.set(ZMQ_IPV6, isIPv6 ? 1 : 0 as Int32, "IPv6")
    }

    /// Has a listening end keep little of each of its many peers.
    static func bound(_ socket: ZeroMQSocket) throws(TransportError) {
        try socket.set(ZMQ_RCVHWM, receiveHighWaterMark, "the receive high-water mark")
        try socket.set(ZMQ_RCVBUF, receiveBuffer, "the receive buffer")
        try socket.set(ZMQ_BACKLOG, backlog, "the backlog")
    }

    /// Has a connecting end notice a cut link, and a coordinator that does not answer.
    static func ping(_ socket: ZeroMQSocket) throws(TransportError) {
        try socket.set(ZMQ_HEARTBEAT_IVL, ping, "the heartbeat interval")
        try socket.set(ZMQ_HEARTBEAT_TIMEOUT, pingTimeout, "the heartbeat timeout")
    }

    /// Has a listening end notice a cut link.
    ///
    /// By the kernel: ZeroMQ walks the list of all timers whenever a ping is answered (libzmq 4.3's
    /// poller_base_t::cancel_timer), which with 10,000 connections is all that its thread does. A
    /// peer whose process is there and does not answer is the lease's business.
    static func probe(_ socket: ZeroMQSocket) throws(TransportError) {
        try socket.set(ZMQ_TCP_KEEPALIVE, Int32(1), "TCP's keep-alive")
        try socket.set(ZMQ_TCP_KEEPALIVE_IDLE, probeIdle, "the time to the first probe")
        try socket.set(ZMQ_TCP_KEEPALIVE_INTVL, probeInterval, "the time between probes")
        try socket.set(ZMQ_TCP_KEEPALIVE_CNT, probes, "the number of probes")
        try socket.set(ZMQ_TCP_MAXRT, unacknowledged, "the time to acknowledge")
    }
}
