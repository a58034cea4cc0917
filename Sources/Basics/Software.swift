// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// What this program calls itself: to its user, to other hosts, and in the records of a run.
package enum Software {
    /// The program's name.
    package static let name = "worldmodels"
    /// The version of this build.
    package static let version = "0.3.0"
}
