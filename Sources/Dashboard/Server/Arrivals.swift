// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import HummingbirdCore
import Logging
import NIOCore
import Synchronization

/// Connections that have arrived and that nobody attends to yet.
///
/// A server that is stopped drops those: whoever drops one that has not been ended ends the process. So
/// each is held here until its turn comes, and those that have none are ended at last.
final class Arrivals: Sendable {
    private let waiting = Mutex<[ObjectIdentifier: @Sendable () async -> Void]>([:])

    func arrive(_ channel: any Channel, end: @escaping @Sendable () async -> Void) {
        waiting.withLock { $0[ObjectIdentifier(channel)] = end }
    }

    func attend(_ channel: any Channel) {
        _ = waiting.withLock { $0.removeValue(forKey: ObjectIdentifier(channel)) }
    }

    /// Ends those that nobody will attend to any more.
    func end() async {
        let rest = waiting.withLock { waiting in
            defer { waiting = [:] }
            return Array(waiting.values)
        }
        for end in rest { await end() }
    }
}

/// A kind of connection that is held from its arrival on.
struct AttendedChannel<Base: ServerChildChannel>: ServerChildChannel {
    let base: Base
    let arrivals: Arrivals

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        let (base, arrivals) = (base, arrivals)
        return base.setup(channel: channel, logger: logger).map { value in
            arrivals.arrive(value.channel) {
                try? await value.channel.close()
                await base.handle(value: value, logger: logger)
            }
            return value
        }
    }

    func handle(value: Base.Value, logger: Logger) async {
        arrivals.attend(value.channel)
        await base.handle(value: value, logger: logger)
    }
}
