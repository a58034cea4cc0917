// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import Foundation

/// What a training run is told, whichever model it trains.
public struct TrainingSettings: Sendable, Hashable {
    /// The run's directory; the model, the state and the pictures go there.
    public var logdir: URL
    /// The directory with the recordings.
    public var data: URL
    /// The epochs in all, those of earlier runs included.
    public var epochs: Int
    /// The examples of a batch: images or sequences.
    public var batchSize: Int
    /// The learning rate to start with.
    public var learningRate = 1e-3
    /// The gradient's largest norm; nil leaves it as it is.
    public var largestGradient: Double?
    /// The threads; they do not change the result.
    public var threads = ProcessInfo.processInfo.activeProcessorCount
    /// The root of all random draws.
    public var seed: UInt64 = 1
    /// Whether to continue what the directory holds.
    public var reloads = true
    /// The share of the files that are held out.
    public var heldOutShare = 0.1
    /// The epochs without improvement that are borne.
    public var patience = 30

    /// The original's defaults.
    public init(logdir: URL, data: URL, epochs: Int, batchSize: Int) {
        self.logdir = logdir
        self.data = data
        self.epochs = epochs
        self.batchSize = batchSize
    }

    /// Those of the settings that the weights depend on, as a saved state names them.
    var options: [String: String] {
        [
            "--batch-size": "\(batchSize)",
            "--clip": largestGradient.map { "\($0)" } ?? "none",
            "--learning-rate": "\(learningRate)",
            "--seed": "\(seed)",
            "a held-out share of": "\(heldOutShare)",
        ]
    }
}
