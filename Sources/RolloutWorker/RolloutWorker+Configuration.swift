// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import ClusterProtocol
package import ClusterSessions
import Foundation
import WorldModel

extension RolloutWorker {
    /// How a worker behaves.
    package typealias Configuration = WorkerSession.Configuration

    /// How a worker's life ended.
    package enum End: Sendable, Equatable {
        /// It was told to stop, and finished or handed back what it had.
        case drained
        /// The coordinator had nothing left to do, and why.
        case finished(String)
        /// There was nothing to do for so many seconds.
        case idle(Double)
        /// Its time was over, and it finished or handed back what it had.
        case expired
    }

    /// Why a worker cannot go on.
    package enum Failure: Error, Equatable, CustomStringConvertible {
        /// The coordinator will not have it.
        case refused(RefusalReason, String)
        /// The other side speaks another protocol.
        case protocolVersion(theirs: UInt32, ours: UInt32)
        /// The engine cannot be made of what the coordinator serves, or broke.
        case engine(String)

        package var description: String {
            switch self {
            case .refused(_, let reason): "the coordinator refused this worker: \(reason)"
            case .protocolVersion(let theirs, let ours):
                "the coordinator speaks protocol version \(theirs), this worker \(ours); "
                    + "use the same build on both"
            case .engine(let reason): "the rollout engine failed: \(reason)"
            }
        }
    }
}

extension WorkerSession.Configuration {
    /// A worker of this process, with a name of its own.
    ///
    /// - Parameters:
    ///   - environments: Episodes to run at once on each core, at least 1.
    ///   - cores: How many cores to use at first.
    ///   - availableCores: How many there are to use; no fewer than `cores` count.
    ///   - fingerprint: What decides the bits of results on this host.
    package init(
        environments: Int, cores: Int = 1, availableCores: Int = 1,
        fingerprint: String = HostFingerprint.describing(.best)
    ) {
        precondition(environments > 0, "\(environments) environments")
        precondition(cores > 0, "\(cores) cores")
        let process = ProcessInfo.processInfo
        self.init(
            hello: Hello(
                instance: Data((0..<Hello.instanceBytes).map { _ in UInt8.random(in: 0...255) }),
                host: process.hostName, process: Int(process.processIdentifier),
                cores: max(cores, availableCores), environments: environments,
                fingerprint: fingerprint))
        self.cores = cores
    }
}
