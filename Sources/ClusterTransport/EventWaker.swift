// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CZeroMQ

/// A wake-up by a Linux event counter, which a ZeroMQ poll can wait for.
final class EventWaker: TransportWaker {
    /// The counter's descriptor; readable while a wake-up is pending.
    let descriptor: Int32

    init() throws(TransportError) {
        descriptor = czmq_eventfd()
        guard descriptor >= 0 else {
            throw .zeroMQ(
                operation: "make an event counter", code: czmq_last_error(), text: "eventfd failed")
        }
    }

    deinit {
        _ = CZeroMQ.close(descriptor)
    }

    func wake() {
        var one: UInt64 = 1
        // It fails only when wake-ups beyond counting are pending already.
        _ = write(descriptor, &one, 8)
    }

    /// Takes the pending wake-ups away.
    func reset() {
        var count: UInt64 = 0
        _ = read(descriptor, &count, 8)
    }
}
