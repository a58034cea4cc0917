// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import RunStore

/// Whether two runs are the same, and from where on they are not.
package enum RunComparison: Sendable, Equatable, CustomStringConvertible {
    /// All generations that both have are equal, bit for bit.
    case equal(generations: Int)
    /// The returns of a generation differ, from the same optimiser's state.
    case returns(generation: Int)
    /// The optimiser's state after a generation differs, from the same returns.
    case state(generation: Int)

    package init(_ one: RunReport, _ other: RunReport) {
        let pairs = zip(one.generations.map(\.record), other.generations.map(\.record))
        for (left, right) in pairs {
            if left.fitnessDigest != right.fitnessDigest {
                self = .returns(generation: left.generation)
                return
            }
            if left.stateDigest != right.stateDigest {
                self = .state(generation: left.generation)
                return
            }
        }
        self = .equal(generations: min(one.generations.count, other.generations.count))
    }

    package var description: String {
        switch self {
        case .equal(0): "neither differs, but there is no generation that both have"
        case .equal(let count): "the \(count) generations that both have are equal, bit for bit"
        case .returns(let generation): "the returns differ from generation \(generation) on"
        case .state(let generation):
            "the optimiser's state differs from generation \(generation) on, after equal returns"
        }
    }
}
