// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import Foundation
import SeededRandom
import ArrayFiles
import WorldModel

/// Trains M on the latents that a trained V gives recorded episodes.
public struct MDRNNTrainer: Sendable {
    /// What a run is told.
    public struct Configuration: Sendable, Hashable {
        /// The run's directory, which holds V; the model and the state go there.
        public var logdir: URL
        /// The directory with the recordings.
        public var data: URL
        /// The epochs in all, those of earlier runs included.
        public var epochs = 30
        /// The sequences of a batch.
        public var batchSize = 16
        /// The steps of a sequence.
        public var sequenceLength = 32
        /// The distance in steps of the starts of two sequences of a recording.
        public var sequenceStride = 1
        /// The learning rate to start with.
        public var learningRate = 1e-3
        /// The length of the LSTM's hidden state.
        public var hiddenSize = 256
        /// How many Gaussians are mixed.
        public var mixtures = 5
        /// Whether the reward's squared error is part of the loss.
        public var includesReward = false
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
        ///
        /// - Parameters:
        ///   - logdir: The run's directory.
        ///   - data: The directory with the recordings.
        public init(logdir: URL, data: URL) {
            self.logdir = logdir
            self.data = data
        }
    }

    private let configuration: Configuration
    private var streams: SeedStreams { SeedStreams(root: configuration.seed) }

    /// A run that has not begun.
    ///
    /// - Parameter configuration: What it is told.
    public init(_ configuration: Configuration) {
        self.configuration = configuration
    }

    /// Trains until the epochs are complete, or there is no improvement any more.
    ///
    /// - Parameter tell: Told what happens; training ends with the error that it throws, and what
    ///   was saved after the last epoch stays.
    /// - Returns: What came of it.
    /// - Throws: `TrainingError`, `FileError`, `ParameterError`, or what `tell` throws.
    public func run(_ tell: (TrainingEvent) throws -> Void) throws -> TrainingSummary {
        let began = ContinuousClock.now
        let files = try TrainingFiles(logdir: configuration.logdir)
        guard FileManager.default.fileExists(atPath: files.vae.path) else {
            throw TrainingError.missingVAE(path: files.vae.path)
        }
        let dataset = try RolloutDataset(
            directory: configuration.data, heldOutShare: configuration.heldOutShare,
            seed: streams.seed("held-out"))
        for file in dataset.skipped {
            try tell(.skipped(path: file.path, reason: file.reason))
        }
        let options = try options(dataset, files)
        let saved =
            try isReloading(files)
            ? TrainingState.load(files.state(MDRNNParameters.kind), options: options) : nil
        let pool = WorkerPool(threads: max(1, configuration.threads))
        let store = try LatentStore(
            directory: files.training, dataset: dataset, vae: files.vae,
            actions: MDRNNSizes().actions, pool: pool, tell)
        let training = try source(store, dataset.training)
        let measured = try source(store, dataset.measured)
        let network = MDRNNNetwork(
            try start(files, latent: store.index.latent), steps: configuration.sequenceLength,
            maximumBatch: max(1, configuration.batchSize), pool: pool)
        let optimiser = RMSprop(count: network.parameters.count)
        var state = TrainingState(
            schedule: PlateauSchedule(rate: configuration.learningRate), options: options)
        if let saved {
            try resume(saved.file, files, network: network, optimiser: optimiser)
            state = saved.state
        }
        state.schedule.stopPatience = configuration.patience
        try tell(
            .started(
                "\(training.count) sequences to train on, \(measured.count) held out, "
                    + "\(state.epoch) epochs done"))
        if state.epoch == 0 && isReloading(files) {
            // A model without a state was put there: only a better one may replace it.
            state.bestLoss = try pass(
                0, over: measured, network: network, files: files, tell, optimise: nil
            ).loss.total
        }
        while state.epoch < configuration.epochs && !state.schedule.shouldStop {
            let epoch = state.epoch + 1
            let rate = state.schedule.rate
            let trained = try pass(
                epoch, over: training, network: network, files: files, tell,
                optimise: { optimiser.step($0, gradient: $1, rate: rate, pool: pool) })
            let loss = try pass(
                epoch, over: measured, network: network, files: files, tell, optimise: nil
            ).loss
            let isBest = state.bestLoss.map { loss.total < $0 } ?? true
            state.epoch = epoch
            state.schedule.record(loss.total)
            if isBest { state.bestLoss = loss.total }
            let report = TrainingEpoch(
                model: MDRNNParameters.kind, epoch: epoch, trainingLoss: trained.loss.total,
                heldOutLoss: loss.total,
                heldOutTerms: [
                    "mixture": loss.mixture, "termination": loss.termination,
                    "reward": loss.reward,
                ],
                learningRate: rate, rate: trained.rate, isBest: isBest,
                seconds: began.duration(to: .now) / .seconds(1))
            try save(
                state, report: report, network: network, optimiser: optimiser, dataset: dataset,
                files: files)
            try tell(.epoch(report))
        }
        if state.schedule.shouldStop { try tell(.stoppedEarly(epoch: state.epoch)) }
        return TrainingSummary(
            epochs: state.epoch, bestLoss: state.bestLoss ?? .infinity, model: files.mdrnn,
            skippedFiles: dataset.skipped.count + store.index.skipped.count)
    }

    private func source(
        _ store: LatentStore, _ recordings: [RolloutDataset.Recording]
    ) throws -> SequenceSource {
        let source = SequenceSource(
            store, paths: Set(recordings.map(\.path)), steps: configuration.sequenceLength,
            stride: max(1, configuration.sequenceStride))
        guard source.count > 0 else {
            throw TrainingError.recordingsTooShort(
                path: configuration.data.path, steps: configuration.sequenceLength)
        }
        return source
    }

    /// Whether the directory's model is to be continued.
    private func isReloading(_ files: TrainingFiles) -> Bool {
        configuration.reloads && FileManager.default.fileExists(atPath: files.mdrnn.path)
    }

    /// The weights to start from: the directory's, or PyTorch's default start.
    private func start(_ files: TrainingFiles, latent: Int) throws -> MDRNNParameters {
        let sizes = MDRNNSizes(
            latent: latent, hidden: configuration.hiddenSize, mixtures: configuration.mixtures)
        if isReloading(files) {
            let parameters = try MDRNNParameters(
                SafetensorsFile(contentsOf: files.mdrnn), name: files.mdrnn.path)
            for (field, found, expected) in [
                ("--hidden", parameters.sizes.hidden, sizes.hidden),
                ("--mixtures", parameters.sizes.mixtures, sizes.mixtures),
                ("actions of length", parameters.sizes.actions, sizes.actions),
                ("a latent of length", parameters.sizes.latent, sizes.latent),
            ] where found != expected {
                throw TrainingError.stateDisagrees(
                    path: files.mdrnn.path, field: field, found: "\(found)",
                    expected: "\(expected)")
            }
            return parameters
        }
        var generator = streams.generator("mdrnn-start")
        return MDRNNParameters(randomFrom: &generator, sizes: sizes)
    }

    /// What the weights depend on.
    private func options(
        _ dataset: RolloutDataset, _ files: TrainingFiles
    ) throws -> [String: String] {
        [
            "--batch-size": "\(configuration.batchSize)",
            "--clip": configuration.largestGradient.map { "\($0)" } ?? "none",
            "--hidden": "\(configuration.hiddenSize)",
            "--include-reward": "\(configuration.includesReward)",
            "--learning-rate": "\(configuration.learningRate)",
            "--mixtures": "\(configuration.mixtures)",
            "--seed": "\(configuration.seed)",
            "--sequence-length": "\(configuration.sequenceLength)",
            "--sequence-stride": "\(configuration.sequenceStride)",
            "a --data of fingerprint": dataset.fingerprint,
            "a held-out share of": "\(configuration.heldOutShare)",
            "a vae.safetensors of fingerprint": try LatentStore.fingerprint(vae: files.vae),
        ]
    }

    /// Takes up a saved state's tensors.
    private func resume(
        _ file: SafetensorsFile, _ files: TrainingFiles, network: MDRNNNetwork, optimiser: RMSprop
    ) throws {
        try TrainingState.check(
            file, network.layout, prefixes: ["parameter.", "square."],
            url: files.state(MDRNNParameters.kind))
        network.layout.load(file.tensors, prefix: "parameter.", into: network.parameters)
        network.layout.load(file.tensors, prefix: "square.", into: optimiser.squares)
    }

    /// One pass over sequences: in random order with updates, or in order without.
    private func pass(
        _ epoch: Int, over source: SequenceSource, network: MDRNNNetwork, files: TrainingFiles,
        _ tell: (TrainingEvent) throws -> Void,
        optimise: ((_ parameters: FloatBuffer, _ gradient: FloatBuffer) -> Void)?
    ) throws -> (loss: MDRNNLoss, rate: Double) {
        var generator = streams.generator("mdrnn-order", UInt64(epoch))
        let order = optimise == nil ? Array(0..<source.count) : generator.permutation(source.count)
        let streams = streams
        // The noise of measuring is the same in every epoch.
        let (name, noiseEpoch) =
            optimise == nil ? ("mdrnn-measuring-noise", 0) : ("mdrnn-noise", UInt64(epoch))
        let batch = SequenceBatch(
            network.sizes, steps: network.steps, maximumCount: network.maximumBatch)
        var reporter = ProgressReporter(
            optimise == nil ? "measuring" : "training", unit: "sequences", epoch: epoch,
            epochs: configuration.epochs, total: source.count)
        var sum = MDRNNLoss()
        var sequences = 0
        for start in stride(from: 0, to: order.count, by: network.maximumBatch) {
            let indices = order[start..<min(start + network.maximumBatch, order.count)]
            source.fill(batch, indices, pool: network.pool) {
                streams.seed(name, noiseEpoch, UInt64($0))
            }
            let loss = network.loss(
                batch, includeReward: configuration.includesReward,
                differentiate: optimise != nil)
            guard loss.total.isFinite else {
                throw files.notFinite(
                    MDRNNParameters.kind, epoch: epoch,
                    step: optimise == nil ? nil : start / network.maximumBatch + 1,
                    reloads: configuration.reloads)
            }
            if let optimise {
                if let limit = configuration.largestGradient {
                    GradientNorm.clip(network.gradient, to: limit, pool: network.pool)
                }
                optimise(network.parameters, network.gradient)
            }
            let share = Double(indices.count)
            sum.mixture += loss.mixture * share
            sum.termination += loss.termination * share
            sum.reward += loss.reward * share
            sum.total += loss.total * share
            sequences += indices.count
            try reporter.advance(
                by: indices.count, loss: sum.total / Double(sequences), tell)
        }
        let scale = 1 / Double(max(1, sequences))
        let mean = MDRNNLoss(
            mixture: sum.mixture * scale, termination: sum.termination * scale,
            reward: sum.reward * scale, total: sum.total * scale)
        return (mean, reporter.rate)
    }

    /// Writes the best model first: a run that is killed in between repeats the epoch.
    private func save(
        _ state: TrainingState, report: TrainingEpoch, network: MDRNNNetwork, optimiser: RMSprop,
        dataset: RolloutDataset, files: TrainingFiles
    ) throws {
        guard GradientNorm.norm(network.parameters, pool: network.pool).isFinite else {
            throw files.notFinite(
                MDRNNParameters.kind, epoch: report.epoch, step: nil,
                reloads: configuration.reloads)
        }
        let sizes = network.sizes
        let metadata = [
            "dataset": dataset.fingerprint, "epoch": "\(report.epoch)",
            "heldOutLoss": "\(report.heldOutLoss)", "hidden": "\(sizes.hidden)",
            "latent": "\(sizes.latent)", "mixtures": "\(sizes.mixtures)",
            "producer": "worldmodels", "trainingLoss": "\(report.trainingLoss)",
        ]
        if report.isBest {
            try network.exported.file(metadata: metadata).write(to: files.mdrnn)
        }
        var tensors = network.layout.tensors(network.parameters, prefix: "parameter.")
        tensors.merge(network.layout.tensors(optimiser.squares, prefix: "square.")) { $1 }
        try state.save(
            to: files.state(MDRNNParameters.kind), tensors: tensors, metadata: metadata)
        try files.append(report)
    }
}
