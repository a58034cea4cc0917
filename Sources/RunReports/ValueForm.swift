// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import TerminalOutput

/// How a run's values are shown to people.
package enum ValueForm: Sendable, Hashable {
    /// Returns of CarRacing: one decimal is finer than the noise of any mean return.
    case returns
    /// Costs of an objective, which are the negatives of what is stored.
    case costs
    /// Returns of an objective, of any size.
    case values

    /// A value that is stored as a return.
    package func text(_ value: Double) -> String {
        guard value.isFinite else { return self == .returns ? Format.fixed(value, 1) : "-" }
        return switch self {
        case .returns: Format.fixed(value, 1)
        case .costs, .values: String(format: "%.6g", shown(value))
        }
    }

    /// A deviation of values.
    package func spread(_ value: Double) -> String {
        self == .costs ? text(-value) : text(value)
    }

    /// A value as it is drawn.
    package func shown(_ value: Double) -> Double {
        // Without a sign of 0.
        self == .costs ? 0 - value : value
    }

    /// What the values are called.
    package var name: String { self == .costs ? "cost" : "return" }
}

extension RunReport {
    /// How its values are shown.
    package var valueForm: ValueForm {
        switch settings.first(where: { $0.name == "objective" })?.value {
        case nil: .returns
        case "cost": .costs
        default: .values
        }
    }
}
