// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import ClusterTransport

extension RolloutServer {
    /// How a rollout server behaves.
    public struct Configuration: Sendable {
        /// Where to listen: tcp://HOST:PORT; the port 0 or * takes a free one.
        public var bind: String
        /// The run's identifier, which every message carries.
        public var run: String
        /// Seconds between a worker's heartbeats.
        public var heartbeatSeconds = 1.0
        /// Silence after which a worker counts as dead; seconds.
        public var leaseSeconds = 10.0
        /// Time a worker's engine may take without a step; seconds.
        public var stallSeconds = 60.0
        /// Workers beyond this number are refused; nil is no limit of its own.
        public var maximumWorkers: Int?
        /// Workers with another fingerprint are refused; nil accepts all.
        public var fingerprint: String?
        /// Whether plaintext beyond loopback is allowed.
        public var isInsecureAllowed = false
        /// Encryption and who may connect.
        package var security = ServerSecurity.plaintext
        /// Whether idle workers repeat slow tasks.
        public var speculates = true
        /// Seconds between two notices that no worker is there.
        public var noticeSeconds = 5.0

        /// The defaults.
        ///
        /// - Parameters:
        ///   - bind: Where to listen.
        ///   - run: The run's identifier.
        public init(bind: String, run: String) {
            self.bind = bind
            self.run = run
        }
    }
}
