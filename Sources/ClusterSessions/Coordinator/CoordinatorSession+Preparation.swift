// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import ClusterProtocol

// What comes before a run: workers wait, and are called when it is there.
extension CoordinatorSession {
    /// Tells those who come from here on why they wait.
    package mutating func prepare(_ reason: String) { preparation = reason }

    /// Has those say Hello who waited for an earlier session of this coordinator.
    package mutating func invite(_ peers: Set<PeerIdentifier>) {
        for peer in peers { send(.rejoin, to: peer) }
    }
}
