// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// A state that contradicts itself: a fault of this program.
package struct BrokenInvariant: Error, Equatable, CustomStringConvertible {
    /// What contradicts what.
    package var description: String

    /// Names a contradiction.
    package init(_ description: String) { self.description = description }

    /// Checks one sentence of a state's description.
    package static func check(
        _ holds: Bool, _ problem: @autoclosure () -> String
    ) throws(BrokenInvariant) {
        if !holds { throw BrokenInvariant(problem()) }
    }
}
