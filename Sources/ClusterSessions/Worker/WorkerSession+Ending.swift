// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol

// How a worker's life ends: told to, or by the clock.
extension WorkerSession {
    /// Takes no more work; the session ends when what runs has ended or the grace time is over.
    ///
    /// - Parameters:
    ///   - withdrawn: The leases whose episodes no engine had begun, and none will.
    ///   - now: The time.
    package mutating func drain(withdrawn: [UInt64], at now: Seconds) {
        guard drainDeadline == nil else { return }
        if case .over = state { return }
        drainDeadline = now + configuration.graceSeconds
        actions.append(
            .tell(.draining(episodes: held.count, seconds: configuration.graceSeconds)))
        held.subtract(withdrawn)
        guard case .working(let membership, _) = state else { return endDrained() }
        // It says that there is no more room, and which tasks are still in hand.
        sendHeartbeat(membership, at: now)
    }

    /// Hands back what is in hand, says goodbye and ends.
    ///
    /// - Parameter reason: One line.
    package mutating func leave(_ reason: String) {
        if case .over = state { return }
        sayGoodbye(reason)
        endDrained()
    }

    /// Whether its time is over, so that `expire` is to be called.
    ///
    /// - Parameter now: The time.
    /// - Returns: False where it drains already.
    package func isDue(at now: Seconds) -> Bool {
        drainDeadline == nil && now >= configuration.lifetimeSeconds ?? .infinity
    }

    /// Drains, because its time is over.
    ///
    /// - Parameters:
    ///   - withdrawn: The leases whose episodes no engine had begun, and none will.
    ///   - now: The time.
    package mutating func expire(withdrawn: [UInt64], at now: Seconds) {
        guard drainDeadline == nil else { return }
        isExpired = true
        drain(withdrawn: withdrawn, at: now)
    }

    mutating func endDrained() {
        end(isExpired ? .expired : .drained)
    }
}
