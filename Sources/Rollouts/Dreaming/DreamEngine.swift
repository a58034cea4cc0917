// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes
package import WorldModel

/// Dreams many episodes in lockstep on one thread.
///
/// In a step C decides, M makes its own, and M's head draws the next z, the reward and the end: no
/// picture is drawn and no car moved.
///
/// An outcome depends on M, the starts, the plan, the parameters and the episode alone: neither on
/// the number of slots, nor on what else is dreamt or was dreamt before. An episode's seed chooses its
/// start and all of its draws, so that candidates with one seed have the same chances.
package final class DreamEngine: EpisodeEngine {
    /// Steps so far, of all episodes.
    package private(set) var steps = 0
    /// Who looks at the dreams; it changes nothing in them.
    package var onlooker: (any DreamOnlooker)?

    private let dreams: DreamSlots
    private let plan: EpisodePlan
    private let slotCount: Int
    private let shape: ControllerShape
    private let controllers: ControllerBank
    /// The slots with an episode, then those without; `activeCount` parts them.
    private let order: UnsafeMutablePointer<Int>
    private let slots: UnsafeMutablePointer<EpisodeSlot>
    private var activeCount = 0
    private var finished: [FinishedEpisode] = []

    /// An engine without episodes, with room for so many; the controllers are of the settings' form.
    package init(_ model: DreamModel, settings: RolloutSettings, environments count: Int) {
        precondition(count > 0, "dreams of \(count) episodes")
        dreams = DreamSlots(model, count: count)
        slotCount = count
        plan = EpisodePlan(timeLimit: settings.timeLimit, dreams: true)
        shape = settings.form(with: model.sizes).shape
        controllers = ControllerBank(count: count, shape: shape, kernels: model.kernels)
        order = .allocate(capacity: count)
        for index in 0..<count { (order + index).initialize(to: index) }
        slots = .allocate(capacity: count)
        slots.initialize(repeating: EpisodeSlot(), count: count)
        finished.reserveCapacity(2 * count)
    }

    deinit {
        order.deallocate()
        slots.deallocate()
    }

    package var freeSlots: Int { slotCount - activeCount }
    /// Whether it has an episode.
    var isBusy: Bool { activeCount > 0 }

    package func submit(_ episode: Episode, parameters: [Float], ticket: UInt64) throws {
        precondition(freeSlots > 0, "an episode for an engine with no free slot")
        try plan.check(episode)
        guard parameters.count == shape.parameterCount else {
            throw EpisodeFailure(parameters: parameters.count, of: shape.parameterCount)
        }
        let slot = order[activeCount]
        controllers.set(slot, parameters)
        dreams.begin(
            slot, seed: episode.trackSeed, temperature: episode.dreamTemperature ?? 0)
        slots[slot] = EpisodeSlot(episode, ticket: ticket, plan: plan, visited: 0)
        activeCount += 1
    }

    /// Makes one step of every episode; without episodes it does nothing.
    package func step() {
        guard activeCount > 0 else { return }
        let active = UnsafeBufferPointer(start: order, count: activeCount)
        if let onlooker {
            for slot in active { onlooker.willStep(slot, latent: dreams.latent(of: slot)) }
        }
        for slot in active { controllers.act(slot, dreams.states) }
        dreams.step(active)
        for slot in active { slots[slot].add(dreams.result(of: slot), visited: 0) }
        steps += activeCount
        if let onlooker {
            for slot in active { onlooker.didStep(slot, slots[slot].last) }
        }
        collect()
    }

    package func takeFinished() -> [FinishedEpisode] {
        guard !finished.isEmpty else { return [] }
        defer { finished.removeAll(keepingCapacity: true) }
        return Array(finished)
    }

    /// Takes the ended episodes out of the active ones.
    private func collect() {
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
            let ended = slots[slot]
            finished.append(
                FinishedEpisode(
                    ticket: ended.ticket, episode: ended.episode,
                    outcome: .success(
                        EpisodeOutcome(
                            episodeReturn: ended.episodeReturn, steps: ended.steps,
                            tilesVisited: 0, trackTiles: 0, end: end))))
        }
    }
}

extension EpisodeFailure {
    /// Where an episode's parameters are not as many as its controller has.
    init(parameters found: Int, of expected: Int) {
        self.init(
            "a task with \(found) parameters, where the controller has \(expected)")
    }
}
