// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// The version of the wire contract in cluster.proto.
package enum ProtocolVersion {
    /// The version this build speaks; only equal versions work together.
    package static let current: UInt32 = 4
}

/// The program's version as it is told to the other side.
package enum SoftwareVersion {
    /// The version of this build.
    package static let current = "0.1.0"
}
