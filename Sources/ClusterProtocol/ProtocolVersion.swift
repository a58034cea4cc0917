// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// The version of the wire contract in cluster.proto.
package enum ProtocolVersion {
    /// The version this build speaks; only equal versions work together.
    package static let current: UInt32 = 8
}
