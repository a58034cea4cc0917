// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import Foundation
import SeededRandom
import ArrayFiles
import WorldModel

/// Trains V on the frames of recorded episodes.
public struct VAETrainer: Sendable {
    /// What a run is told.
    public struct Configuration: Sendable, Hashable {
        /// The run's directory; the model, the state and the pictures go there.
        public var logdir: URL
        /// The directory with the recordings.
        public var data: URL
        /// The epochs in all, those of earlier runs included.
        public var epochs = 1000
        /// The images of a batch.
        public var batchSize = 32
        /// The learning rate to start with.
        public var learningRate = 1e-3
        /// The length of the latent vector.
        public var latentSize = 32
        /// The divergence a latent below which it is not reduced; 0 for the plain loss.
        public var freeBits = 0.0
        /// Whether half the images, drawn at random, are mirrored left to right.
        public var mirrors = true
        /// The gradient's largest norm; nil leaves it as it is.
        public var largestGradient: Double?
        /// The threads; they do not change the result.
        public var threads = ProcessInfo.processInfo.activeProcessorCount
        /// The root of all random draws.
        public var seed: UInt64 = 1
        /// Whether to continue what the directory holds.
        public var reloads = true
        /// The bytes of frames that are held at a time.
        public var frameMemory = 1 << 30
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
    private let sizes: VAESizes
    private var streams: SeedStreams { SeedStreams(root: configuration.seed) }

    /// A run that has not begun.
    ///
    /// - Parameter configuration: What it is told.
    public init(_ configuration: Configuration) {
        self.init(configuration, sizes: VAESizes(latent: configuration.latentSize))
    }

    /// A run of a VAE of other widths than the paper's.
    init(_ configuration: Configuration, sizes: VAESizes) {
        self.configuration = configuration
        self.sizes = sizes
    }

    /// Trains until the epochs are complete, or there is no improvement any more.
    ///
    /// - Parameter tell: Told what happens; training ends with the error that it throws, and what
    ///   was saved after the last epoch stays.
    /// - Returns: What came of it.
    /// - Throws: `TrainingError`, `FileError`, `ParameterError`, or what `tell` throws.
    public func run(_ tell: (TrainingEvent) throws -> Void) throws -> TrainingSummary {
        let began = ContinuousClock.now
        let dataset = try RolloutDataset(
            directory: configuration.data, heldOutShare: configuration.heldOutShare,
            seed: streams.seed("held-out"))
        for file in dataset.skipped {
            try tell(.skipped(path: file.path, reason: file.reason))
        }
        let files = try TrainingFiles(logdir: configuration.logdir)
        let training = FrameStream(
            dataset.training, byteLimit: configuration.frameMemory / 5 * 4)
        let measured = FrameStream(dataset.measured, byteLimit: configuration.frameMemory / 5)
        let options = options(dataset, isStreamed: training.isStreamed)
        let saved =
            try isReloading(files)
            ? TrainingState.load(files.state(VAEParameters.kind), options: options) : nil
        try files.write(splitOf: dataset)
        let network = VAENetwork(
            try start(files), maximumBatch: max(configuration.batchSize, 1),
            pool: WorkerPool(threads: max(1, configuration.threads)))
        let adam = Adam(count: network.parameters.count)
        var state = TrainingState(
            schedule: PlateauSchedule(rate: configuration.learningRate), options: options)
        if let saved {
            try resume(saved.file, files, network: network, adam: adam)
            state = saved.state
            adam.steps = state.optimiserSteps
        }
        state.schedule.stopPatience = configuration.patience
        try tell(
            .started(
                "\(training.count) images to train on, \(measured.count) held out, "
                    + "\(state.epoch) epochs done"))
        if state.epoch == 0 && isReloading(files) {
            // A model without a state was put there: only a better one may replace it.
            state.bestLoss =
                try measure(0, network: network, frames: measured, files: files, tell).total
        }
        while state.epoch < configuration.epochs && !state.schedule.shouldStop {
            let epoch = state.epoch + 1
            let rate = state.schedule.rate
            let (trainingLoss, speed) = try train(
                epoch, rate: rate, network: network, adam: adam, frames: training, files: files,
                tell)
            let loss = try measure(
                epoch, network: network, frames: measured, files: files, tell)
            let isBest = state.bestLoss.map { loss.total < $0 } ?? true
            state.epoch = epoch
            state.optimiserSteps = adam.steps
            state.schedule.record(loss.total)
            if isBest { state.bestLoss = loss.total }
            let report = TrainingEpoch(
                model: VAEParameters.kind, epoch: epoch, trainingLoss: trainingLoss,
                heldOutLoss: loss.total,
                heldOutTerms: ["squaredError": loss.squaredError, "divergence": loss.divergence],
                learningRate: rate, rate: speed, isBest: isBest,
                seconds: began.duration(to: .now) / .seconds(1))
            try save(
                state, report: report, network: network, adam: adam, dataset: dataset,
                files: files)
            try VAEPictures.write(
                epoch: epoch, network: network, recordings: dataset.measured, streams: streams,
                directory: files.pictures)
            try tell(.epoch(report))
        }
        if state.schedule.shouldStop { try tell(.stoppedEarly(epoch: state.epoch)) }
        let unread = training.skipped + measured.skipped
        for file in unread { try tell(.skipped(path: file.path, reason: file.reason)) }
        return TrainingSummary(
            epochs: state.epoch, bestLoss: state.bestLoss ?? .infinity, model: files.vae,
            skippedFiles: dataset.skipped.count + unread.count)
    }

    /// Whether the directory's model is to be continued.
    private func isReloading(_ files: TrainingFiles) -> Bool {
        configuration.reloads && FileManager.default.fileExists(atPath: files.vae.path)
    }

    /// The weights to start from: the directory's, or PyTorch's default start.
    private func start(_ files: TrainingFiles) throws -> VAEParameters {
        if isReloading(files) {
            let parameters = try VAEParameters(
                SafetensorsFile(contentsOf: files.vae), name: files.vae.path)
            guard parameters.sizes == sizes else {
                throw TrainingError.stateDisagrees(
                    path: files.vae.path, field: "--latent", found: "\(parameters.latentSize)",
                    expected: "\(sizes.latent)")
            }
            return parameters
        }
        var generator = streams.generator("vae-start")
        return VAEParameters(randomFrom: &generator, sizes: sizes)
    }

    /// What the weights depend on.
    private func options(_ dataset: RolloutDataset, isStreamed: Bool) -> [String: String] {
        [
            "--batch-size": "\(configuration.batchSize)",
            "--clip": configuration.largestGradient.map { "\($0)" } ?? "none",
            "--flips": "\(configuration.mirrors)",
            // Frames are drawn from what is held, which matters where that is not all.
            "--frame-memory": isStreamed ? "\(configuration.frameMemory >> 20)" : "enough for all",
            "--kl-tolerance": "\(configuration.freeBits)",
            "--latent": "\(configuration.latentSize)",
            "--learning-rate": "\(configuration.learningRate)",
            "--seed": "\(configuration.seed)",
            "a --data of fingerprint": dataset.fingerprint,
            "a held-out share of": "\(configuration.heldOutShare)",
        ]
    }

    /// Takes up a saved state's tensors.
    private func resume(
        _ file: SafetensorsFile, _ files: TrainingFiles, network: VAENetwork, adam: Adam
    ) throws {
        try TrainingState.check(
            file, network.layout, prefixes: ["parameter.", "moment1.", "moment2."],
            url: files.state(VAEParameters.kind))
        network.layout.load(file.tensors, prefix: "parameter.", into: network.parameters)
        network.layout.load(file.tensors, prefix: "moment1.", into: adam.firstMoment)
        network.layout.load(file.tensors, prefix: "moment2.", into: adam.secondMoment)
    }

    /// One pass over the training frames.
    private func train(
        _ epoch: Int, rate: Double, network: VAENetwork, adam: Adam, frames: FrameStream,
        files: TrainingFiles, _ tell: (TrainingEvent) throws -> Void
    ) throws -> (loss: Double, rate: Double) {
        var order: PCG64? = streams.generator("vae-order", UInt64(epoch))
        var noise = streams.generator("vae-noise", UInt64(epoch))
        var mirrors = streams.generator("vae-mirrors", UInt64(epoch))
        var reporter = ProgressReporter(
            "training", unit: "images", epoch: epoch, epochs: configuration.epochs,
            total: frames.count)
        var sum = 0.0
        var images = 0
        var step = 0
        try frames.forEachBatch(size: configuration.batchSize, generator: &order) { batch, count in
            noise.fillNormal(
                UnsafeMutableBufferPointer(
                    start: network.batch.noise.start, count: count * network.sizes.latent))
            let flips =
                configuration.mirrors ? (0..<count).map { _ in mirrors.next() >> 63 == 1 } : nil
            let loss = network.computeGradient(
                batch, flips: flips, count: count, freeBits: Float(configuration.freeBits))
            step += 1
            guard loss.total.isFinite else {
                throw files.notFinite(
                    VAEParameters.kind, epoch: epoch, step: step, reloads: configuration.reloads)
            }
            if let limit = configuration.largestGradient {
                GradientNorm.clip(network.gradient, to: limit, pool: network.pool)
            }
            adam.step(
                network.parameters, gradient: network.gradient, rate: rate, pool: network.pool)
            sum += loss.total
            images += count
            try reporter.advance(by: count, loss: sum / Double(images), tell)
        }
        return (sum / Double(max(1, images)), reporter.rate)
    }

    /// The mean loss of a held-out frame; the noise is the same in every epoch.
    private func measure(
        _ epoch: Int, network: VAENetwork, frames: FrameStream, files: TrainingFiles,
        _ tell: (TrainingEvent) throws -> Void
    ) throws -> VAELoss {
        var order: PCG64?
        var noise = streams.generator("vae-measuring-noise")
        var reporter = ProgressReporter(
            "measuring", unit: "images", epoch: epoch, epochs: configuration.epochs,
            total: frames.count)
        var sum = VAELoss()
        var images = 0
        try frames.forEachBatch(size: configuration.batchSize, generator: &order) { batch, count in
            noise.fillNormal(
                UnsafeMutableBufferPointer(
                    start: network.batch.noise.start, count: count * network.sizes.latent))
            sum += network.loss(batch, count: count, freeBits: Float(configuration.freeBits))
            images += count
            try reporter.advance(by: count, loss: sum.total / Double(images), tell)
        }
        let scale = 1 / Double(max(1, images))
        let mean = VAELoss(
            squaredError: sum.squaredError * scale, divergence: sum.divergence * scale)
        guard mean.total.isFinite else {
            throw files.notFinite(
                VAEParameters.kind, epoch: epoch, step: nil, reloads: configuration.reloads)
        }
        return mean
    }

    /// Writes the best model first: a run that is killed in between repeats the epoch.
    private func save(
        _ state: TrainingState, report: TrainingEpoch, network: VAENetwork, adam: Adam,
        dataset: RolloutDataset, files: TrainingFiles
    ) throws {
        guard GradientNorm.norm(network.parameters, pool: network.pool).isFinite else {
            throw files.notFinite(
                VAEParameters.kind, epoch: report.epoch, step: nil, reloads: configuration.reloads)
        }
        let metadata = [
            "dataset": dataset.fingerprint, "epoch": "\(report.epoch)",
            "heldOutLoss": "\(report.heldOutLoss)", "latent": "\(network.sizes.latent)",
            "producer": "worldmodels", "trainingLoss": "\(report.trainingLoss)",
        ]
        if report.isBest {
            try network.exported.file(metadata: metadata).write(to: files.vae)
        }
        var tensors = network.layout.tensors(network.parameters, prefix: "parameter.")
        tensors.merge(network.layout.tensors(adam.firstMoment, prefix: "moment1.")) { $1 }
        tensors.merge(network.layout.tensors(adam.secondMoment, prefix: "moment2.")) { $1 }
        try state.save(
            to: files.state(VAEParameters.kind), tensors: tensors, metadata: metadata)
        try files.append(report)
    }
}
