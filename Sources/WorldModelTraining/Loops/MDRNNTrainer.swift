// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import Foundation
import SeededRandom
import WorldModel

/// Trains M on the latents that a trained V gives recorded episodes.
public struct MDRNNTrainer: Sendable {
    /// What a run is told.
    public struct Configuration: Sendable, Hashable {
        /// What every training run is told; the directory holds V.
        public var run: TrainingSettings
        /// The steps of a sequence.
        public var sequenceLength = 32
        /// The distance in steps of the starts of two sequences of a recording.
        public var sequenceStride = 1
        /// The length of the LSTM's hidden state.
        public var hiddenSize = 256
        /// How many Gaussians are mixed.
        public var mixtures = 5
        /// Whether the reward's squared error is part of the loss; with it the run's end writes where
        /// dreams begin.
        public var includesReward = false

        /// The original's defaults: 30 epochs, 16 sequences a batch.
        public init(logdir: URL, data: URL) {
            run = TrainingSettings(logdir: logdir, data: data, epochs: 30, batchSize: 16)
        }
    }

    private let configuration: Configuration

    /// A run that has not begun.
    public init(_ configuration: Configuration) {
        self.configuration = configuration
    }

    /// Trains until the epochs are complete, or there is no improvement any more.
    ///
    /// Training ends with the error that `tell` throws; what was saved after the last epoch stays.
    ///
    /// - Throws: `TrainingError`, `FileError`, `ParameterError`, `FrozenModelsError` where M would
    ///   be too large, or what `tell` throws.
    public func run(_ tell: (TrainingEvent) throws -> Void) throws -> TrainingSummary {
        let settings = configuration.run
        let vae = TrainingFiles(logdir: settings.logdir).model(.vae)
        guard FileManager.default.fileExists(atPath: vae.path) else {
            throw TrainingError.missingVAE(path: vae.path)
        }
        let run = try TrainingRun<MDRNNParameters>(settings, tell)
        let withoutRewards = run.dataset.withoutRewards
        if configuration.includesReward, let first = withoutRewards.first {
            throw TrainingError.noRewards(path: first.path, count: withoutRewards.count)
        }
        let sizes = MDRNNSizes(
            latent: try VAEParameters(contentsOf: vae).latentSize, hidden: configuration.hiddenSize,
            mixtures: configuration.mixtures)
        try RecurrentCell.requireSizes(sizes, name: "M")
        let options = [
            "--hidden": "\(configuration.hiddenSize)",
            "--include-reward": "\(configuration.includesReward)",
            "--mixtures": "\(configuration.mixtures)",
            "--sequence-length": "\(configuration.sequenceLength)",
            "--sequence-stride": "\(configuration.sequenceStride)",
        ]
        let inputs = ["vae": try LatentStore.fingerprint(vae: vae)]
        let pool = WorkerPool(threads: max(1, settings.threads))
        func latents() throws -> LatentStore {
            try LatentStore(
                directory: run.files.training, dataset: run.dataset, vae: vae,
                actions: MDRNNSizes().actions, pool: pool, tell)
        }
        let summary = try run.train(options: options, inputs: inputs, tell) {
            let store = try latents()
            let training = try source(store, run.dataset.training)
            let heldOut = try source(store, run.dataset.measured, isHeldOut: true)
            let parameters = try run.start(
                sizes: sizes,
                compared: [
                    ("--hidden", \.hidden), ("--mixtures", \.mixtures),
                    ("actions of length", \.actions), ("a latent of length", \.latent),
                ])
            let network = MDRNNNetwork(
                parameters, steps: configuration.sequenceLength,
                maximumBatch: max(1, settings.batchSize), pool: pool)
            return MDRNNTraining(
                streams: run.streams, includesReward: configuration.includesReward,
                network: network, optimiser: RMSprop(count: network.parameters.count),
                training: training, heldOut: heldOut,
                batch: SequenceBatch(
                    network.sizes, steps: network.steps, maximumCount: network.maximumBatch),
                unread: store.index.skipped.count)
        }
        if configuration.includesReward,
            FileManager.default.fileExists(atPath: run.files.model(.mdrnn).path)
        {
            // An M that knows rewards is one to dream in.
            let store = try latents()
            let worth = try DreamWorth(
                store, MDRNNParameters(contentsOf: run.files.model(.mdrnn))
            ).report(of: Set(run.dataset.measured.map(\.path)), streams: run.streams)
            for line in worth?.lines ?? [] { try tell(.noticed(line)) }
            let file = try DreamStartChoice.write(
                store, of: Set(run.dataset.training.map(\.path)), files: run.files,
                streams: run.streams)
            try tell(.noticed("\(file.lastPathComponent) says where dreams of this M begin"))
        }
        return summary
    }

    private func source(
        _ store: LatentStore, _ recordings: [RolloutDataset.Recording], isHeldOut: Bool = false
    ) throws -> SequenceSource {
        let source = SequenceSource(
            store, paths: Set(recordings.map(\.path)), steps: configuration.sequenceLength,
            stride: max(1, configuration.sequenceStride))
        guard source.count > 0 else {
            let (path, steps) = (configuration.run.data.path, configuration.sequenceLength)
            throw isHeldOut
                ? TrainingError.heldOutTooShort(path: path, steps: steps)
                : TrainingError.recordingsTooShort(path: path, steps: steps)
        }
        return source
    }
}

/// M in a training run.
private struct MDRNNTraining: TrainedModel {
    let streams: SeedStreams
    let includesReward: Bool
    let network: MDRNNNetwork
    let optimiser: RMSprop
    let training: SequenceSource
    let heldOut: SequenceSource
    let batch: SequenceBatch
    /// The files that the latents' computing left out, and told.
    let unread: Int

    static let unit = "sequences"
    var trainingCount: Int { training.count }
    var heldOutCount: Int { heldOut.count }
    var sizes: [String: Int] {
        [
            "hidden": network.sizes.hidden, "latent": network.sizes.latent,
            "mixtures": network.sizes.mixtures,
        ]
    }

    func run(
        _ pass: inout TrainingPass, _ tell: (TrainingEvent) throws -> Void
    ) throws -> MeanLoss {
        let source = pass.trains ? training : heldOut
        var generator = streams.generator("mdrnn-order", UInt64(pass.epoch))
        let order =
            pass.trains ? generator.permutation(source.count) : Array(0..<source.count)
        // The noise of measuring is the same in every epoch.
        let (noise, noiseEpoch) =
            pass.trains ? ("mdrnn-noise", UInt64(pass.epoch)) : ("mdrnn-measuring-noise", 0)
        var sum = MDRNNLoss()
        for start in stride(from: 0, to: order.count, by: network.maximumBatch) {
            let indices = order[start..<min(start + network.maximumBatch, order.count)]
            source.fill(batch, indices, pool: network.pool) {
                streams.seed(noise, noiseEpoch, UInt64($0))
            }
            let loss = network.loss(
                batch, includeReward: includesReward, differentiate: pass.trains)
            pass.update(network, optimiser)
            let share = Double(indices.count)
            sum.mixture += loss.mixture * share
            sum.termination += loss.termination * share
            sum.reward += loss.reward * share
            try pass.add(loss.total * share, of: indices.count, tell)
        }
        let scale = 1 / Double(max(1, pass.count))
        return MeanLoss(
            total: pass.sum * scale,
            terms: [
                "mixture": sum.mixture * scale, "termination": sum.termination * scale,
                "reward": sum.reward * scale,
            ])
    }

    func saved(epoch: Int) {}

    func finish(_ tell: (TrainingEvent) throws -> Void) -> Int { unread }
}
