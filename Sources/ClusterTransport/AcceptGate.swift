// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Synchronization

/// Finds out whose connection was accepted: a process may listen several times.
enum AcceptGate {
    private static let guards = Mutex<[Int32: ConnectionGuard]>([:])

    /// Has a guard decide about the connections of a listening socket.
    static func add(_ guardian: ConnectionGuard, listeningBy descriptor: Int32) {
        guards.withLock { $0[descriptor] = guardian }
    }

    /// Has it decide no more.
    static func remove(_ guardian: ConnectionGuard) {
        guards.withLock { guards in guards = guards.filter { $0.value !== guardian } }
    }

    /// Whether a connection may stay; those of other listeners may.
    static func admits(_ listener: Int32, by descriptor: Int32) -> Bool {
        guards.withLock { $0[listener] }?.admits(descriptor) ?? true
    }
}
