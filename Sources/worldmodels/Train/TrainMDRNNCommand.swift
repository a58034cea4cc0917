// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Foundation
import WorldModelTraining

/// Trains M on the latents of recorded rollouts.
struct TrainMDRNNCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train-mdrnn",
        abstract: "Train the MDN-RNN (M) on the latents that LOGDIR's VAE gives recorded rollouts.",
        discussion: """
            Continues what it finds in LOGDIR; the best model by the held-out loss is \
            LOGDIR/mdrnn.safetensors. The latents are computed once and kept in LOGDIR/training. The \
            losses are there too, and in the run, where inspect shows them.
            """)

    @OptionGroup var common: TrainingOptions

    @Option(help: .init("Epochs in all, those of earlier runs included.", valueName: "count"))
    var epochs = 30

    @Option(help: .init("Sequences of a batch.", valueName: "sequences"))
    var batchSize = 16

    @Option(help: .init("Steps of a sequence.", valueName: "steps"))
    var sequenceLength = 32

    @Option(
        help: .init(
            "Distance in steps of the starts of two sequences of a rollout.", valueName: "steps"))
    var sequenceStride = 1

    @Option(
        name: [.customLong("hidden-size"), .customLong("hidden")],
        help: .init(
            "Length of the LSTM's hidden state h, 1 to 2048; C follows from it.",
            valueName: "numbers"))
    var hidden = 256

    @Option(help: .init("Gaussians of the mixture, 1 to 64.", valueName: "count"))
    var mixtures = 5

    @Flag(help: "Make the reward's squared error part of the loss.")
    var includeReward = false

    /// The original's spelling.
    @Flag(name: .customLong("include_reward"), help: .hidden)
    var includesRewardAsThere = false

    /// Whether the reward is to be learned.
    var learnsReward: Bool { includeReward || includesRewardAsThere }

    func validate() throws {
        try common.validate(epochs: epochs, batchSize: batchSize)
        guard (1...100_000).contains(sequenceLength), sequenceStride > 0 else {
            throw ValidationError(
                "--sequence-length must be 1 to 100000 and --sequence-stride at least 1.")
        }
        try ModelSizeLimits.check(hidden: hidden, mixtures: mixtures)
    }

    func run() async throws {
        var settings = MDRNNTrainer.Configuration(
            logdir: URL(filePath: common.logdir), data: URL(filePath: common.data))
        common.apply(to: &settings.run, epochs: epochs, batchSize: batchSize)
        settings.sequenceLength = sequenceLength
        settings.sequenceStride = sequenceStride
        settings.hiddenSize = hidden
        settings.mixtures = mixtures
        settings.includesReward = learnsReward
        try TrainingConsole().follow(logdir: common.logdir) { try MDRNNTrainer(settings).run($0) }
    }
}
