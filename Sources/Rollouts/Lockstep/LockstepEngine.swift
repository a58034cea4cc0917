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
    private var slots: SlotList
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
        slots = SlotList(count: count)
        finished.reserveCapacity(2 * count)
    }

    deinit { actions.deallocate() }

    package var freeSlots: Int { slots.freeCount }

    package func submit(_ episode: Episode, parameters: [Float], ticket: UInt64) throws {
        let slot = slots.next
        try plan.check(episode)
        try policy.begin(slot, parameters: parameters, stream: plan.stream(of: episode))
        environment.reset(slot, seed: plan.trackSeed(of: episode))
        try sink.begin(slot)
        slots.begin(
            EpisodeSlot(episode, ticket: ticket, plan: plan, visited: environment.visited(slot)))
    }

    /// Makes one step of every episode; without episodes it does nothing.
    ///
    /// - Throws: What drawing or the sink throws; the engine is of no more use then.
    package func step() throws {
        let active = slots.active
        guard !active.isEmpty else { return }
        let start = StepTimes.now()
        if let lastStepEnd { times.other += start - lastStepEnd }
        for slot in active { try sink.willStep(slot, after: slots.steps(of: slot)) }
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
            slots.add(result, visited: environment.visited(slot), to: slot)
        }
        let moved = StepTimes.now()
        times.steps += active.count
        for slot in active {
            try sink.didStep(
                slot, observation: environment.observations + slot * environment.observationBytes,
                action: actions + slot * environment.actionSize, result: slots.last(of: slot))
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
        try slots.collect { slot, ended, end in
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
