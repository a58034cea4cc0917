// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes

/// Drives many episodes in lockstep on one thread: all are drawn, then seen, then decided on, then
/// moved.
///
/// An outcome depends on the policy, the plan and the episode alone: neither on the number of slots,
/// nor on what else is driven or was driven before. The engine belongs to the thread that made the
/// environment, since a drawing context does.
///
/// `step` is fast where the compiler knows the three kinds; through a protocol it does not.
package final class LockstepEngine<
    Environment: LockstepEnvironment, Policy: LockstepPolicy, Sink: LockstepSink
>: EpisodeEngine {
    /// Where the time went so far.
    package private(set) var times = StepTimes()
    /// What becomes of the steps.
    package private(set) var sink: Sink

    private let environment: Environment
    private let plan: EpisodePlan
    private var policy: Policy
    private let actions: UnsafeMutablePointer<Float>
    /// The slots with an episode, then those without; `activeCount` parts them.
    private let order: UnsafeMutablePointer<Int>
    private let slots: UnsafeMutablePointer<EpisodeSlot>
    private var activeCount = 0
    private var finished: [FinishedEpisode] = []
    private var lastStepEnd: Double?

    /// An engine without episodes; policy and sink are made for as many slots as the environment.
    package init(_ environment: Environment, _ policy: Policy, _ sink: Sink, _ plan: EpisodePlan) {
        self.environment = environment
        self.policy = policy
        self.sink = sink
        self.plan = plan
        let count = environment.slots
        actions = .allocate(capacity: count * environment.actionSize)
        actions.initialize(repeating: 0, count: count * environment.actionSize)
        order = .allocate(capacity: count)
        for index in 0..<count { (order + index).initialize(to: index) }
        slots = .allocate(capacity: count)
        slots.initialize(repeating: EpisodeSlot(), count: count)
        finished.reserveCapacity(2 * count)
    }

    deinit {
        actions.deallocate()
        order.deallocate()
        slots.deallocate()
    }

    package var freeSlots: Int { environment.slots - activeCount }

    package func submit(_ episode: Episode, parameters: [Float], ticket: UInt64) throws {
        precondition(freeSlots > 0, "an episode for an engine with no free slot")
        try plan.check(episode)
        let slot = order[activeCount]
        try policy.begin(slot, parameters: parameters, stream: plan.stream(of: episode))
        environment.reset(slot, seed: plan.trackSeed(of: episode))
        try sink.begin(slot)
        slots[slot] = EpisodeSlot(
            episode, ticket: ticket, plan: plan, visited: environment.visited(slot))
        activeCount += 1
    }

    /// Makes one step of every episode; without episodes it does nothing.
    ///
    /// - Throws: What drawing or the sink throws; the engine is of no more use then.
    package func step() throws {
        guard activeCount > 0 else { return }
        let active = UnsafeBufferPointer(start: order, count: activeCount)
        let start = StepTimes.now()
        if let lastStepEnd { times.other += start - lastStepEnd }
        for slot in active { try sink.willStep(slot, after: slots[slot].steps) }
        if Policy.usesObservations || Sink.usesObservations {
            for slot in active { try environment.draw(slot) }
        }
        let drawn = StepTimes.now()
        policy.perceive(active, environment.observations)
        let seen = StepTimes.now()
        policy.decide(active, into: actions)
        let decided = StepTimes.now()
        for slot in active {
            let result = environment.step(slot, actions + slot * environment.actionSize)
            slots[slot].add(result, visited: environment.visited(slot))
        }
        let moved = StepTimes.now()
        times.steps += activeCount
        for slot in active {
            try sink.didStep(
                slot, observation: environment.observations + slot * environment.observationBytes,
                action: actions + slot * environment.actionSize, result: slots[slot].last)
        }
        try collect()
        let end = StepTimes.now()
        times.draw += drawn - start
        times.encode += seen - drawn
        times.control += decided - seen
        times.physics += moved - decided
        times.other += end - moved
        lastStepEnd = end
    }

    package func takeFinished() -> [FinishedEpisode] {
        guard !finished.isEmpty else { return [] }
        defer { finished.removeAll(keepingCapacity: true) }
        return Array(finished)
    }

    /// Takes the ended episodes out of the active ones.
    private func collect() throws {
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
            let outcome = ended.outcome(end, of: environment.total(slot))
            var result = FinishedEpisode(
                ticket: ended.ticket, episode: ended.episode, outcome: .success(outcome))
            do {
                result.file = try sink.end(slot, outcome)
            } catch let failure as EpisodeFailure {
                result.outcome = .failure(failure)
            }
            finished.append(result)
        }
    }
}
