// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import SeededRandom
package import WorldModel

/// Several dreams, each in a slot of its own, whoever decides in them.
///
/// What is dreamt in a slot follows from M, the starts, the seed, the temperature and the actions
/// alone: neither from the other slots nor from what was dreamt before.
package final class DreamSlots {
    /// What dreams.
    package let model: DreamModel
    /// Each slot's z, h, c and the action that M sees next.
    package let states: RecurrentCell.States
    private let memory: DreamHead.Memory

    /// What is counted for an action that is no finite number, as where one drives.
    private static let faultReward = -100.0

    /// Makes room for so many dreams.
    package init(_ model: DreamModel, count: Int) {
        self.model = model
        states = RecurrentCell.States(count: count, sizes: model.sizes)
        memory = DreamHead.Memory(for: model.head, count: count)
    }

    /// Begins a dream: its seed chooses the start and all that is drawn.
    package func begin(_ slot: Int, seed: UInt64, temperature: Double) {
        let streams = SeedStreams(root: seed)
        var generator = streams.generator("dream-start")
        let start = generator.integer(below: UInt32(model.starts.count))
        model.starts.begin(slot, at: Int(start), states)
        memory.begin(slot, seed: streams.seed("dream-draws"), temperature: temperature)
    }

    /// Makes a step of slots, each named at most once, under the actions in `states`: M its own, and
    /// then M's head draws the next z, the reward and the end.
    package func step(_ slots: UnsafeBufferPointer<Int>) {
        model.recurrence.step(slots, states)
        model.head.step(slots, states, memory)
    }

    /// What a slot's step brought.
    package func result(of slot: Int) -> EnvironmentStep {
        let (action, reward) = (states.action(slot), memory.reward(slot))
        // M's head is finite wherever its LSTM saw finite numbers.
        guard action[0].isFinite, action[1].isFinite, action[2].isFinite, reward.isFinite else {
            return EnvironmentStep(reward: Self.faultReward, end: .actionNotFinite)
        }
        return EnvironmentStep(
            reward: Double(reward), end: memory.isEnd(slot) ? .dreamEnded : nil)
    }

    /// What is dreamt in a slot: z.
    package func latent(of slot: Int) -> UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(start: states.latent(slot), count: states.sizes.latent)
    }

    /// The probability that M gave a dream's end with its last step.
    package func endProbability(of slot: Int) -> Double { memory.endProbability(slot) }
}

/// Looks into the dreams of an engine.
package protocol DreamOnlooker: AnyObject {
    /// Is told before each step what is dreamt in a slot: z.
    func willStep(_ slot: Int, latent: UnsafeBufferPointer<Float>)

    /// Is told what the step brought.
    func didStep(_ slot: Int, _ result: EnvironmentStep)
}
