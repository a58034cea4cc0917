// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes

/// The slots of an engine: those with an episode, and those that are free.
///
/// Which slot an episode gets says nothing about its outcome.
struct SlotList: ~Copyable {
    /// How many slots there are.
    let count: Int
    /// Those with an episode, then those without.
    private let order: UnsafeMutablePointer<Int>
    private let slots: UnsafeMutablePointer<EpisodeSlot>
    private(set) var activeCount = 0

    /// Makes free slots.
    init(count: Int) {
        precondition(count > 0, "an engine of \(count) episodes")
        self.count = count
        order = .allocate(capacity: count)
        for index in 0..<count { (order + index).initialize(to: index) }
        slots = .allocate(capacity: count)
        slots.initialize(repeating: EpisodeSlot(), count: count)
    }

    deinit {
        order.deallocate()
        slots.deallocate()
    }

    var freeCount: Int { count - activeCount }

    /// The slots with an episode; what takes or gives slots changes what is read here.
    var active: UnsafeBufferPointer<Int> { UnsafeBufferPointer(start: order, count: activeCount) }

    /// The slot that the next episode gets; there must be a free one.
    var next: Int {
        precondition(activeCount < count, "an episode for an engine with no free slot")
        return order[activeCount]
    }

    /// Gives `next` an episode.
    mutating func begin(_ episode: EpisodeSlot) {
        slots[next] = episode
        activeCount += 1
    }

    /// The steps of a slot's episode so far.
    func steps(of slot: Int) -> Int { slots[slot].steps }

    /// What the last step of a slot's episode brought.
    func last(of slot: Int) -> EnvironmentStep { slots[slot].last }

    /// Counts a step of a slot's episode, and finds out whether it was the last.
    func add(_ step: EnvironmentStep, visited: Int, to slot: Int) {
        slots[slot].add(step, visited: visited)
    }

    /// Frees the slots whose episodes are over; tells each, with why it ended.
    mutating func collect(
        _ ended: (Int, EpisodeSlot, EpisodeEnd) throws -> Void
    ) rethrows {
        var place = 0
        while place < activeCount {
            let slot = order[place]
            guard let end = slots[slot].end else {
                place += 1
                continue
            }
            activeCount -= 1
            order[place] = order[activeCount]
            order[activeCount] = slot
            try ended(slot, slots[slot], end)
        }
    }
}

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
    private var pace: Pace?
    private var lastVisitStep = 0

    /// A slot without an episode.
    fileprivate init() {}

    /// An episode at its start.
    init(_ episode: Episode, ticket: UInt64, plan: EpisodePlan, visited: Int) {
        self.episode = episode
        self.ticket = ticket
        self.visited = visited
        (stepLimit, isCapped) = plan.stepLimit(of: episode)
        patience = plan.patience(with: episode)
        pace = plan.pace(of: episode)
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
        } else if let pace, episodeReturn < pace.least(after: steps) {
            end = .behindPace
        }
    }

    /// What an episode that is over gave, of so much that there was to visit.
    func outcome(_ end: EpisodeEnd, of total: Int) -> EpisodeOutcome {
        EpisodeOutcome(
            episodeReturn: episodeReturn, steps: steps, tilesVisited: visited, trackTiles: total,
            end: end)
    }
}
