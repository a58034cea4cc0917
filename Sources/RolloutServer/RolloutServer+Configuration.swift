// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import ClusterSessions
package import ClusterTransport
package import Episodes

extension RolloutServer {
    /// How a rollout server behaves, and what it serves.
    package struct Configuration: Sendable {
        /// Where to listen: tcp://HOST:PORT; the port 0 or * takes a free one.
        package var bind: String
        /// Whether plaintext beyond loopback is allowed.
        package var isInsecureAllowed = false
        /// Encryption and who may connect.
        package var security = ServerSecurity.plaintext
        /// Everything else.
        package var core: ServerCore.Configuration

        /// The defaults.
        ///
        /// - Parameters:
        ///   - bind: Where to listen.
        ///   - run: The run's identifier.
        ///   - models: The files every worker needs.
        ///   - work: What is done with episodes.
        package init(bind: String, run: String, models: [ServedModel], work: Work) {
            self.bind = bind
            core = ServerCore.Configuration(
                session: CoordinatorSession.Configuration(run: run, models: models, work: work))
        }
    }
}
