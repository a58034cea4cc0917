// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// A place where the coordinator may be.
package struct CoordinatorPlace: Sendable, Equatable {
    /// Where.
    package var endpoint: Endpoint
    /// How to prove who this is there.
    package var security: ClientSecurity
    /// The run that it has there; nil for any.
    package var run: String?

    /// Collects the parts.
    package init(endpoint: Endpoint, security: ClientSecurity, run: String? = nil) {
        self.endpoint = endpoint
        self.security = security
        self.run = run
    }
}

/// Where the coordinator is said to be.
package enum Whereabouts: Sendable, Equatable {
    /// At one of these, in the order in which they are tried; at least one.
    case places([CoordinatorPlace])
    /// Nobody knows; why, in one line.
    case unknown(String)
}
