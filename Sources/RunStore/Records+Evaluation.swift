// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Foundation

/// One evaluation of the distribution's mean on the fixed evaluation tracks.
package struct EvaluationRecord: Sendable, Hashable {
    /// The generation after which it was made.
    package var generation: Int
    /// How many tracks.
    package var episodes: Int
    /// The mean return.
    package var mean: Double
    /// The standard deviation over the tracks (n - 1).
    package var standardDeviation: Double
    /// Environment steps.
    package var steps: Int
    /// Wall time in this process.
    package var seconds: Double
    /// The evaluated parameters.
    package var parameters: [Float]
    /// SHA-256 of the parameters and of each return.
    package var digest: String
    /// When it was complete.
    package var finished: Date

    /// Collects the parts.
    package init(
        generation: Int, episodes: Int, mean: Double, standardDeviation: Double, steps: Int,
        seconds: Double, parameters: [Float], digest: String, finished: Date
    ) {
        self.generation = generation
        self.episodes = episodes
        self.mean = mean
        self.standardDeviation = standardDeviation
        self.steps = steps
        self.seconds = seconds
        self.parameters = parameters
        self.digest = digest
        self.finished = finished
    }
}

/// A worker that has driven for the run, with what it did.
package struct WorkerRecord: Sendable, Hashable, Codable {
    /// Its name.
    package var name: String
    /// Its processor and library versions.
    package var fingerprint: String
    /// Its first result's arrival.
    package var firstSeen: Date
    /// Its last result's arrival.
    package var lastSeen: Date
    /// Results that counted.
    package var rollouts: Int
    /// Environment steps of those.
    package var steps: Int
}

/// Something worth knowing that happened to the run.
package struct EventRecord: Sendable, Hashable, Codable {
    /// When.
    package var time: Date
    /// A short word for programs, such as "started".
    package var kind: String
    /// A sentence for people.
    package var message: String

    /// Collects the parts.
    package init(time: Date, kind: String, message: String) {
        self.time = time
        self.kind = kind
        self.message = message
    }
}

/// One epoch's loss of a model's training.
package struct LossRecord: Sendable, Hashable, Codable {
    /// Which model: "vae" or "mdrnn".
    package var model: String
    /// The epoch, from 1.
    package var epoch: Int
    /// Which examples: "training" or "held-out".
    package var split: String
    /// Which term, such as "total".
    package var term: String
    /// The mean over the examples.
    package var value: Double

    /// Collects the parts.
    package init(model: String, epoch: Int, split: String, term: String, value: Double) {
        self.model = model
        self.epoch = epoch
        self.split = split
        self.term = term
        self.value = value
    }
}
