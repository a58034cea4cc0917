// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import ClusterTransport

extension RolloutServer {
    /// How a rollout server behaves.
    package struct Configuration: Sendable {
        /// Where to listen: tcp://HOST:PORT; the port 0 or * takes a free one.
        package var bind: String
        /// The run's identifier, which every message carries.
        package var run: String
        /// Seconds between a worker's heartbeats.
        package var heartbeatSeconds = 1.0
        /// Silence after which a worker counts as dead; seconds.
        package var leaseSeconds = 10.0
        /// Time a worker's engine may take without a step; seconds.
        package var stallSeconds = 60.0
        /// Workers beyond this number are refused; nil is no limit of its own.
        package var maximumWorkers: Int?
        /// Workers with another fingerprint are refused; nil accepts all.
        package var fingerprint: String?
        /// Whether plaintext beyond loopback is allowed.
        package var isInsecureAllowed = false
        /// Encryption and who may connect.
        package var security = ServerSecurity.plaintext
        /// Whether idle workers repeat slow tasks.
        package var speculates = true
        /// The longest file of a recorded episode, in bytes; 0 where nothing is recorded.
        package var recordingBytes = 0
        /// No episode is handed out while more bytes of recordings than this wait for their taker.
        package var backlogBytes = 256 << 20
        /// Seconds between two notices that no worker is there.
        package var noticeSeconds = 5.0

        /// The defaults.
        ///
        /// - Parameters:
        ///   - bind: Where to listen.
        ///   - run: The run's identifier.
        package init(bind: String, run: String) {
            self.bind = bind
            self.run = run
        }
    }
}
