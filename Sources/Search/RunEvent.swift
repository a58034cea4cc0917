// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes
package import RunStore

/// What the run loop tells whoever watches.
package enum RunEvent: Sendable {
    /// The loop starts: complete generations, and stored results of the next one.
    case started(generation: Int, stored: Int)
    /// A generation's or an evaluation's rollouts are handed out.
    case gathering(generation: Int, purpose: Purpose, done: Int, total: Int)
    case result(EpisodeResult, done: Int, total: Int)
    case generation(GenerationRecord)
    case evaluation(EvaluationRecord, best: Bool)
}

/// Why a run loop ended.
package enum RunEnding: Sendable, Equatable, CustomStringConvertible {
    case generations(Int)
    case target(Double, reached: Double)
    case search([String])
    case interrupted

    package var description: String {
        switch self {
        case .generations(let count): "\(count) generations are complete"
        case .target(let wanted, let reached):
            "the evaluation's mean return of \(reached) has reached the target of \(wanted)"
        case .search(let reasons): "the search has converged: " + reasons.joined(separator: ", ")
        case .interrupted: "told to stop"
        }
    }
}

/// When a run shall end; unlike its settings these may differ from start to start.
package struct RunLimits: Sendable, Hashable {
    /// Generations in all, those of earlier starts included; nil is without end.
    package var generations: Int?
    /// Mean return of an evaluation.
    package var targetReturn: Double?
    /// Whether the run goes on where complete generations rest on results that are not to be
    /// believed, or nobody can decide between two.
    package var goesOnInDoubt = false

    package init(
        generations: Int? = nil, targetReturn: Double? = nil, goesOnInDoubt: Bool = false
    ) {
        self.generations = generations
        self.targetReturn = targetReturn
        self.goesOnInDoubt = goesOnInDoubt
    }
}
