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
    private let shape: ControllerShape
    private let controllers: ControllerBank
    private var slots: SlotList
    private var finished: [FinishedEpisode] = []

    /// An engine without episodes, with room for so many; the controllers are of the settings' form.
    package init(_ model: DreamModel, settings: RolloutSettings, environments count: Int) {
        dreams = DreamSlots(model, count: count)
        plan = EpisodePlan(timeLimit: settings.timeLimit, dreams: true)
        shape = settings.form(with: model.sizes).shape
        controllers = ControllerBank(count: count, shape: shape, kernels: model.kernels)
        slots = SlotList(count: count)
        finished.reserveCapacity(2 * count)
    }

    package var freeSlots: Int { slots.freeCount }
    /// Whether it has an episode.
    var isBusy: Bool { slots.activeCount > 0 }

    package func submit(_ episode: Episode, parameters: [Float], ticket: UInt64) throws {
        let slot = slots.next
        try plan.check(episode)
        guard parameters.count == shape.parameterCount else {
            throw EpisodeFailure(parameters: parameters.count, of: shape.parameterCount)
        }
        controllers.set(slot, parameters)
        dreams.begin(
            slot, seed: episode.trackSeed, temperature: episode.dreamTemperature ?? 0)
        slots.begin(EpisodeSlot(episode, ticket: ticket, plan: plan, visited: 0))
    }

    /// Makes one step of every episode; without episodes it does nothing.
    package func step() {
        let active = slots.active
        guard !active.isEmpty else { return }
        if let onlooker {
            for slot in active { onlooker.willStep(slot, latent: dreams.latent(of: slot)) }
        }
        for slot in active { controllers.act(slot, dreams.states) }
        dreams.step(active)
        for slot in active { slots.add(dreams.result(of: slot), visited: 0, to: slot) }
        steps += active.count
        if let onlooker {
            for slot in active { onlooker.didStep(slot, slots.last(of: slot)) }
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
        slots.collect { _, ended, end in
            finished.append(
                FinishedEpisode(
                    ticket: ended.ticket, episode: ended.episode,
                    outcome: .success(ended.outcome(end, of: 0))))
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
