// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes
package import WorldModel

/// A dream that a person drives in: the one that workers dream, with the person in C's place.
///
/// The same seed, and the same keys between the same steps, give the same dream: no clock decides
/// anything here.
package final class PlayedDream {
    /// What a person says between two steps.
    package enum Input: Sendable, Hashable, CustomStringConvertible {
        /// A key goes down.
        case press(DrivingKey)
        /// A key comes up.
        case release(DrivingKey)
        /// A key is typed, where nobody tells when it comes up.
        case type(DrivingKey)
        /// All keys come up.
        case releaseAll
        /// The first dream from its start, for somebody who has just come.
        case first
        /// The same dream from its start.
        case again
        /// Another dream, from its start.
        case next

        /// A word or two, such as "press left".
        package var description: String {
            switch self {
            case .press(let key): "press \(key.rawValue)"
            case .release(let key): "release \(key.rawValue)"
            case .type(let key): "type \(key.rawValue)"
            case .releaseAll: "release all"
            case .first: "first"
            case .again: "again"
            case .next: "next"
            }
        }
    }

    /// What is so after a step.
    package struct State: Sendable, Hashable {
        /// Which dream it is: the number that was added to the seed.
        package var dream: UInt64 = 0
        /// Steps since its start.
        package var steps = 0
        /// The sum of the rewards that M gave.
        package var predictedReturn = 0.0
        /// The last of them.
        package var reward = 0.0
        /// The probability that M gave the end with the last step.
        package var endProbability = 0.0
        /// How the dream ended; nil: it goes on.
        package var end: EpisodeEnd?
        /// What was done in the last step: steering, gas, brake.
        package var action = SIMD3<Float>()
    }

    /// What is so now.
    package private(set) var state = State()
    /// The keys that are down.
    package private(set) var keys = HeldKeys()
    /// Told what a person has said, after how many steps of which dream.
    package var onInput: ((Input, State) -> Void)?

    /// For how many steps a typed key counts as down: a terminal repeats one that is held, about
    /// thirty times a second.
    private static let typedSteps = 8

    private let slots: DreamSlots
    private let seed: UInt64
    private let temperature: Double
    private let limit: Int

    /// The dream of a seed at its start; after so many steps each one ends.
    package init(_ model: DreamModel, seed: UInt64, temperature: Double, limit: Int) {
        precondition(limit > 0, "dreams of \(limit) steps")
        slots = DreamSlots(model, count: 1)
        self.seed = seed
        self.temperature = temperature
        self.limit = limit
        begin(0)
    }

    /// What is dreamt: z.
    package var latent: UnsafeBufferPointer<Float> { slots.latent(of: 0) }

    /// Takes what a person says, before the next step.
    package func take(_ input: Input) {
        onInput?(input, state)
        switch input {
        case .press(let key): keys.press(key)
        case .release(let key): keys.release(key)
        case .type(let key): keys.type(key, for: Self.typedSteps)
        case .releaseAll: keys.releaseAll()
        case .first: begin(0)
        case .again: begin(state.dream)
        case .next: begin(state.dream &+ 1)
        }
    }

    /// Makes a step under the keys that are down; none once the dream is over.
    package func step() {
        guard state.end == nil else { return }
        let action = keys.action
        slots.states.setAction(0, [action.x, action.y, action.z])
        withUnsafePointer(to: 0) { slots.step(UnsafeBufferPointer(start: $0, count: 1)) }
        keys.passStep()
        let result = slots.result(of: 0)
        state.steps += 1
        state.reward = result.reward
        state.predictedReturn += result.reward
        state.endProbability = slots.endProbability(of: 0)
        state.action = action
        state.end = result.end ?? (state.steps >= limit ? .timeLimit : nil)
    }

    private func begin(_ dream: UInt64) {
        slots.begin(0, seed: seed &+ dream, temperature: temperature)
        keys.releaseAll()
        state = State(dream: dream)
    }
}
