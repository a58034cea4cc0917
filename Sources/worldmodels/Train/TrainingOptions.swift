// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Foundation
import WorldModelTraining

/// The options that train-vae and train-mdrnn share.
struct TrainingOptions: ParsableArguments {
    @Option(help: .init("The run's directory.", valueName: "dir"))
    var logdir: String

    @Option(help: .init("The directory with the rollouts.", valueName: "dir"))
    var data: String

    @Option(
        help: .init(
            "Learning rate to start with; halved after 6 epochs without improvement.",
            valueName: "rate"))
    var learningRate = 1e-3

    @Option(
        help: .init("Largest norm of the gradient; longer ones are shortened.", valueName: "norm"))
    var clip: Double?

    @Option(
        help: .init(
            "Threads; they do not change the result. Default: all processors.", valueName: "count"))
    var threads: Int?

    @Option(help: "Root of all random draws.")
    var seed: UInt64 = 1

    @Option(
        help: .init("Epochs without improvement after which training stops.", valueName: "epochs"))
    var patience = 30

    @Flag(
        help:
            "Start afresh instead of continuing what LOGDIR holds, and keep its model by another name."
    )
    var noreload = false

    /// How many threads to use.
    var threadCount: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }

    /// Gives a trainer what both are told.
    func apply(to settings: inout TrainingSettings, epochs: Int, batchSize: Int) {
        settings.epochs = epochs
        settings.batchSize = batchSize
        settings.learningRate = learningRate
        settings.largestGradient = clip
        settings.threads = threadCount
        settings.seed = seed
        settings.reloads = !noreload
        settings.patience = patience
    }

    /// Checks what both commands are given.
    ///
    /// - Throws: `ValidationError` that names the option.
    func validate(epochs: Int, batchSize: Int) throws {
        guard epochs >= 0 else { throw ValidationError("--epochs must not be negative.") }
        guard (1...4096).contains(batchSize) else {
            throw ValidationError("--batch-size must be 1 to 4096.")
        }
        guard learningRate > 0, learningRate.isFinite else {
            throw ValidationError("--learning-rate must be positive.")
        }
        guard (1...1024).contains(threadCount) else {
            throw ValidationError("--threads must be 1 to 1024.")
        }
        guard patience >= 0 else { throw ValidationError("--patience must not be negative.") }
        if let clip, !(clip > 0) { throw ValidationError("--clip must be positive.") }
    }
}
