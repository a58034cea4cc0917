// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CZeroMQ
import ClusterProtocol
import Foundation

/// What the connections to a listening end may take of its host; cluster/README.md has the table.
package struct ConnectionLimits: Sendable, Equatable {
    /// Seconds that a connection may take to say its first message, its handshake included.
    package static let greetingSeconds = 10.0
    /// Seconds after which a connection that says nothing ends; a worker speaks every second.
    package static let silenceSeconds = 60.0
    /// Bytes that wait for us, those of incomplete messages included, of one peer.
    static let bytesOfPeer =
        (Int(ZeroMQTransportOptions.receiveHighWaterMark) + 2) * WireLimits.bytesToCoordinator
    /// The same while there is no message to take: all of it is of incomplete ones.
    static let bytesOfMessage = 4 * WireLimits.bytesToCoordinator
    /// The same of all peers.
    static let bytesInAll = 128 << 20
    /// Bytes that wait to be sent to one peer.
    static let bytesToPeer = 2 * WireLimits.bytesToWorker
    /// Bytes that wait to be sent to all peers; beyond it only small messages are.
    static let bytesToAll = 256 << 20
    /// Bytes of a message that is small.
    static let smallMessage = 64 << 10

    /// Descriptors from this number on are left to files.
    package var firstReserved: Int32
    /// Connections in all.
    package var inAll: Int
    /// Connections of one address.
    package var ofAddress: Int
    /// Connections of one key.
    package var ofKey: Int
    /// Connections that have said nothing yet.
    package var beginners: Int
    /// Seconds that one of those has before another may take its place.
    package var graceSeconds = 3.0

    /// The limits that fit a number of descriptors.
    ///
    /// - Parameter descriptors: How many the process may have.
    package init(descriptors: Int) {
        // ZeroMQ may have accepted a thousand connections more than its monitor has told: it waits
        // when so many events are unread.
        let reserved = min(1200, max(64, descriptors / 4))
        firstReserved = Int32(clamping: descriptors - reserved)
        inAll = min(32_768, max(1, descriptors - reserved))
        ofAddress = max(1, inAll / 4 * 3)
        ofKey = ofAddress
        beginners = min(4096, max(1, inAll / 4))
    }

    /// The limits that fit this process.
    package static var current: ConnectionLimits {
        ConnectionLimits(descriptors: ProcessLimits.descriptors)
    }
}

/// What the system grants the process.
package enum ProcessLimits {
    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)

    /// How many descriptors the process may have now.
    package static var descriptors: Int {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }

    /// Raises the number of descriptors to what is allowed: a connection is one.
    package static func raiseDescriptors() {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return }
        // Where it is not limited at all, a table for 2^30 of them is in nobody's interest.
        limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, 1 << 20))
        setrlimit(resource, &limit)
    }

    /// Whether the addresses or the data of the process are limited.
    package static var isMemoryLimited: Bool {
        [RLIMIT_AS, RLIMIT_DATA].contains { kind in
            var limit = rlimit()
            return getrlimit(__rlimit_resource_t(kind.rawValue), &limit) == 0
                && limit.rlim_cur != rlim_t.max
        }
    }

    /// Has no memory image written of this process, because it holds a secret.
    static func forbidCoreDumps() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        // A core_pattern that is a program is not bound by the limit.
        _ = czmq_forbid_dumps()
    }
}
