// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// What a run says of itself to those who ask a coordinator for its status.
package struct RunProgress: Sendable, Hashable, Codable {
    /// What is being done.
    package enum Phase: String, Sendable, Hashable, Codable {
        /// Episodes are recorded.
        case recording
        /// V is trained.
        case trainingV = "training V"
        /// M is trained.
        case trainingM = "training M"
        /// Candidates are driven.
        case search
        /// The distribution's mean is driven on tracks of its own.
        case evaluation
    }

    /// What is being done.
    package var phase: Phase
    /// The generation that is driven or evaluated; in training the epoch.
    package var generation: Int?
    /// How many there are to be; nil: no end is set.
    package var generations: Int?
    /// Episodes done of this generation, evaluation or recording; in training pieces of an epoch.
    package var done: Int
    /// How many there are.
    package var total: Int
    /// The best mean return of an evaluation so far.
    package var best: Double?
    /// Steps a second of all workers, since this generation or recording began.
    package var stepsPerSecond: Double?
    /// Until the last generation is done, by the mean of those of this start.
    package var secondsLeft: Double?

    /// Collects the parts.
    package init(
        _ phase: Phase, generation: Int? = nil, generations: Int? = nil, done: Int, total: Int,
        best: Double? = nil, stepsPerSecond: Double? = nil, secondsLeft: Double? = nil
    ) {
        self.phase = phase
        self.generation = generation
        self.generations = generations
        self.done = done
        self.total = total
        self.best = best
        self.stepsPerSecond = stepsPerSecond
        self.secondsLeft = secondsLeft
    }
}
