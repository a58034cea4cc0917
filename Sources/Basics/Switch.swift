// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// Whether something is done, in a word that people write: "off" or "on".
package enum Switch: String, Sendable, Hashable, Codable, CaseIterable {
    case off
    case on

    /// Turns it on or off.
    package init(_ isOn: Bool) { self = isOn ? .on : .off }

    /// Whether it is on.
    package var isOn: Bool { self == .on }
}
