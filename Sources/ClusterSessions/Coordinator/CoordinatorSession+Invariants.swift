// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterProtocol
package import Episodes

extension CoordinatorSession {
    /// Looks for contradictions in the state; for tests, after each step.
    ///
    /// - Throws: `BrokenInvariant` naming one.
    package func checkInvariants() throws(BrokenInvariant) {
        try BrokenInvariant.check(
            keys.count == workers.count, "\(keys.count) names of \(workers.count) workers")
        for (peer, state) in peers {
            try BrokenInvariant.check(
                workers[state.worker]?.peer == peer, "a connection of no worker, or of another's")
        }
        for (key, worker) in workers {
            try BrokenInvariant.check(
                keys[worker.hello.instance] == key, "a worker by another's instance")
            guard let peer = worker.peer else { continue }
            try BrokenInvariant.check(
                peers[peer]?.worker == key, "a worker by a connection that is not its own")
        }
        try BrokenInvariant.check(
            Set(peers.values.map(\.session)).count == peers.count, "a session twice")
    }
}
