// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// A mistake in what the user asked for or gave: printed as one line, exit status 1.
package struct InputError: Error, Equatable, CustomStringConvertible {
    /// What is wrong and what to do, without a full stop.
    package let description: String

    /// Words a mistake: what is wrong, with the name of the thing, and what to do.
    package init(_ description: String) {
        self.description = description
    }
}
