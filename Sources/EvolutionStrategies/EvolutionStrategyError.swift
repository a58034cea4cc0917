// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// What can go wrong with a strategy whose settings, costs or saved state come from outside.
public enum EvolutionStrategyError: Error, CustomStringConvertible, Equatable {
    /// A setting of the configuration cannot be used.
    case invalidSetting(name: String, reason: String)
    /// The search takes more memory than there is.
    case tooLarge(EvolutionStrategy.MemoryNeed)
    /// Costs were told without candidates having been asked for.
    case nothingAsked(generation: Int)
    /// The number of costs is not that of the candidates.
    case wrongCount(expected: Int, found: Int)
    /// Not one of the costs is a finite number, so the candidates have no order.
    case allCostsNotFinite(generation: Int)
    /// A candidate has the wrong number of variables or one that is not finite.
    case invalidCandidate(index: Int, reason: String)
    /// The covariance has no factorisation, and adding to its diagonal did not help.
    case degenerateCovariance(generation: Int)
    /// The mean or the step size left the range of doubles.
    case diverged(generation: Int)
    /// The bytes are not the saved state of a strategy, or of another version.
    case invalidState(reason: String)

    /// One line for a person, with what to do.
    public var description: String {
        switch self {
        case .invalidSetting(let name, let reason):
            "the setting \(name) cannot be used: \(reason)"
        case .tooLarge(let need): "\(need)"
        case .nothingAsked(let generation):
            "generation \(generation) has no candidates yet: ask for them before telling costs"
        case .wrongCount(let expected, let found):
            "\(found) costs were told for \(expected) candidates: tell one cost for each"
        case .allCostsNotFinite(let generation):
            "not one of the costs told after \(generation) generations is a finite number: tell the "
                + "same candidates' costs again, or that all failed, so that others are drawn"
        case .invalidCandidate(let index, let reason):
            "candidate \(index) cannot be used: \(reason)"
        case .degenerateCovariance(let generation):
            "the covariance degenerated in generation \(generation): "
                + "start again from the mean with a smaller initial step size"
        case .diverged(let generation):
            "the search diverged in generation \(generation): "
                + "its cost has no lower bound within the range of doubles; set bounds"
        case .invalidState(let reason):
            "the saved state of the strategy cannot be read: \(reason)"
        }
    }
}
