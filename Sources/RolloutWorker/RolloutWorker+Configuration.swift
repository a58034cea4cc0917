// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
package import Foundation
import WorldModel

extension RolloutWorker {
    /// How a worker behaves.
    package struct Configuration: Sendable {
        /// Episodes it runs at once.
        package var environments: Int
        /// Tasks it holds beyond those that run, so that none waits for the network.
        package var reserve: Int
        /// The host's name.
        package var host = ProcessInfo.processInfo.hostName
        /// The process identifier.
        package var process = Int(ProcessInfo.processInfo.processIdentifier)
        /// Processor cores of the host.
        package var cores = ProcessInfo.processInfo.activeProcessorCount
        /// What decides the bits of results on this host.
        package var fingerprint: String
        /// 16 random bytes: a worker that returns with the same ones was cut off, not dead.
        package var instance = Data(
            (0..<WireHello.instanceBytes).map { _ in UInt8.random(in: 0...255) })
        /// Seconds that running episodes get to finish after `drain`; then they are handed back.
        package var graceSeconds = 30.0
        /// Seconds between two notices that the coordinator is not there.
        package var noticeSeconds = 5.0
        /// Seconds without an answer to Hello after which it is said again.
        package var helloSeconds = 3.0
        /// The protocol version to speak; another than the current one only in tests.
        package var protocolVersion = ProtocolVersion.current

        /// The defaults.
        ///
        /// - Parameters:
        ///   - environments: Episodes to run at once, at least 1.
        ///   - fingerprint: What decides the bits of results on this host.
        package init(
            environments: Int, fingerprint: String = HostFingerprint.describing(.best)
        ) {
            precondition(environments > 0, "\(environments) environments")
            self.environments = environments
            self.fingerprint = fingerprint
            reserve = max(1, environments / 4)
        }
    }

    /// How a worker's life ended.
    package enum End: Sendable, Equatable {
        /// It was told to stop, and finished or handed back what it had.
        case drained
    }

    /// Why a worker cannot go on.
    package enum Failure: Error, Equatable, CustomStringConvertible {
        /// The coordinator will not have it.
        case refused(String)
        /// The other side speaks another protocol.
        case protocolVersion(theirs: UInt32, ours: UInt32)
        /// The engine cannot be made of what the coordinator serves, or broke.
        case engine(String)

        package var description: String {
            switch self {
            case .refused(let reason): "the coordinator refused this worker: \(reason)"
            case .protocolVersion(let theirs, let ours):
                "the coordinator speaks protocol version \(theirs), this worker \(ours); "
                    + "use the same build on both"
            case .engine(let reason): "the rollout engine failed: \(reason)"
            }
        }
    }
}
