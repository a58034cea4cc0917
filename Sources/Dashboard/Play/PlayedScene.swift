// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// What a page's visitor drives in, a step at a time.
package protocol PlayedScene: AnyObject {
    /// What it is, in a line for people.
    var title: String { get }

    /// Begins anew, as for the first visitor.
    func begin()

    /// Takes what the visitor says; whether it is known.
    func take(_ message: PlayMessage) -> Bool

    /// Makes a step, if it is not over.
    func step()

    /// What is so.
    var state: PlayState { get }

    /// What is seen: side x side x 3 bytes, RGB, row 0 at the top.
    var pixels: [UInt8] { get }
}

/// What a visitor says: a key, or something else by its name.
package enum PlayMessage: Sendable, Hashable {
    case key(String, isDown: Bool)
    case say(String)
}

/// What is so in a scene.
package struct PlayState: Sendable, Hashable, Encodable {
    /// Which of its episodes, from 1.
    package var episode: UInt64
    /// Steps since its start.
    package var steps: Int
    /// The sum of the rewards that are predicted.
    package var predictedReturn: Double
    /// The last of them.
    package var reward: Double
    /// The predicted probability of the end.
    package var endProbability: Double
    /// How it ended, for people; nil: it goes on.
    package var over: String?
    /// The keys that are down.
    package var keys: [String]
    /// Steering, gas and brake of the last step.
    package var action: [Float]

    /// Collects the parts.
    package init(
        episode: UInt64, steps: Int, predictedReturn: Double, reward: Double,
        endProbability: Double, over: String?, keys: [String], action: [Float]
    ) {
        self.episode = episode
        self.steps = steps
        self.predictedReturn = predictedReturn
        self.reward = reward
        self.endProbability = endProbability
        self.over = over
        self.keys = keys
        self.action = action
    }
}
