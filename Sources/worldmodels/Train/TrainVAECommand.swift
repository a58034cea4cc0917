// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Foundation
import WorldModelTraining

/// Trains V on recorded rollouts.
struct TrainVAECommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train-vae",
        abstract: "Train the VAE (V) on the frames of recorded rollouts.",
        discussion: """
            Continues what it finds in LOGDIR; the best model by the held-out loss is \
            LOGDIR/vae.safetensors, pictures are in LOGDIR/pictures, losses in LOGDIR/training and in \
            the run, where inspect shows them.
            """)

    @OptionGroup var common: TrainingOptions

    @Option(help: .init("Epochs in all, those of earlier runs included.", valueName: "count"))
    var epochs = 1000

    @Option(help: .init("Images of a batch.", valueName: "images"))
    var batchSize = 32

    @Option(
        name: [.customLong("latent-size"), .customLong("latent")],
        help: .init(
            "Length of the latent vector z, 1 to 1024; M and C follow from it.",
            valueName: "numbers"))
    var latent = 32

    @Option(
        help: .init(
            "Free bits: the divergence a latent below which it is not reduced.", valueName: "nats"))
    var klTolerance = 0.0

    @Flag(inversion: .prefixedNo, help: "Mirror half the images left to right.")
    var flips = true

    @Flag(help: "Draw no pictures of what it makes of frames and imagines.")
    var nosamples = false

    @Option(
        help: .init("Memory for frames in MiB; larger datasets are streamed.", valueName: "MiB"))
    var frameMemory = 1024

    func validate() throws {
        try common.validate(epochs: epochs, batchSize: batchSize)
        try ModelSizeLimits.check(latent: latent)
        guard klTolerance >= 0, klTolerance.isFinite else {
            throw ValidationError("--kl-tolerance must not be negative.")
        }
        guard (16...1_000_000).contains(frameMemory) else {
            throw ValidationError("--frame-memory must be 16 to 1000000 MiB.")
        }
    }

    func run() async throws {
        var settings = VAETrainer.Configuration(
            logdir: URL(filePath: common.logdir), data: URL(filePath: common.data))
        common.apply(to: &settings.run, epochs: epochs, batchSize: batchSize)
        settings.latentSize = latent
        settings.freeBits = klTolerance
        settings.mirrors = flips
        settings.frameMemory = frameMemory << 20
        settings.drawsPictures = !nosamples
        try TrainingConsole().follow(logdir: common.logdir) { try VAETrainer(settings).run($0) }
    }
}
