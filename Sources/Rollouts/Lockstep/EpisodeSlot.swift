// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes

/// An episode under way.
///
/// It holds no reference, so that writing to it costs nothing else.
struct EpisodeSlot {
    private(set) var episode = Episode(name: .recording(0), trackSeed: 0)
    private(set) var ticket: UInt64 = 0
    private(set) var episodeReturn = 0.0
    private(set) var steps = 0
    private(set) var visited = 0
    /// What the last step brought.
    private(set) var last = EnvironmentStep(reward: 0)
    /// Why the episode is over.
    private(set) var end: EpisodeEnd?

    private var stepLimit = 0
    private var isCapped = false
    private var patience: Int?
    private var lastVisitStep = 0

    /// A slot without an episode.
    init() {}

    /// An episode at its start.
    init(_ episode: Episode, ticket: UInt64, plan: EpisodePlan, visited: Int) {
        self.episode = episode
        self.ticket = ticket
        self.visited = visited
        let cap = episode.stepCap ?? plan.timeLimit
        stepLimit = min(cap, plan.timeLimit)
        isCapped = cap < plan.timeLimit
        patience = episode.name.purpose == .evaluation ? nil : plan.patience
    }

    /// Counts a step, and finds out whether it was the last.
    mutating func add(_ step: EnvironmentStep, visited now: Int) {
        last = step
        steps += 1
        episodeReturn += step.reward
        if now > visited {
            visited = now
            lastVisitStep = steps
        }
        if let reason = step.end {
            end = reason
        } else if steps >= stepLimit {
            end = isCapped ? .stepCap : .timeLimit
        } else if let patience, steps - lastVisitStep >= patience {
            end = .noNewTile
        }
    }
}
