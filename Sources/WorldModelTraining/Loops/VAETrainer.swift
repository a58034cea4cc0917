// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import Foundation
import SeededRandom
import WorldModel

/// Trains V on the frames of recorded episodes.
public struct VAETrainer: Sendable {
    /// What a run is told.
    public struct Configuration: Sendable, Hashable {
        /// What every training run is told.
        public var run: TrainingSettings
        /// The length of the latent vector.
        public var latentSize = 32
        /// The divergence a latent below which it is not reduced; 0 for the plain loss.
        public var freeBits = 0.0
        /// Whether half the images, drawn at random, are mirrored left to right.
        public var mirrors = true
        /// Whether pictures are drawn after each epoch.
        public var drawsPictures = true
        /// The bytes of frames that are held at a time.
        public var frameMemory = 1 << 30

        /// The original's defaults: 1000 epochs, 32 images a batch.
        public init(logdir: URL, data: URL) {
            run = TrainingSettings(logdir: logdir, data: data, epochs: 1000, batchSize: 32)
        }
    }

    private let configuration: Configuration
    private let sizes: VAESizes

    /// A run that has not begun.
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
    /// Training ends with the error that `tell` throws; what was saved after the last epoch stays.
    ///
    /// - Throws: `TrainingError`, `FileError`, `ParameterError`, or what `tell` throws.
    public func run(_ tell: (TrainingEvent) throws -> Void) throws -> TrainingSummary {
        let settings = configuration.run
        let run = try TrainingRun<VAEParameters>(settings, tell)
        let share = configuration.frameMemory / 5
        let training = FrameStream(run.dataset.training, byteLimit: 4 * share)
        let options = [
            "--flips": "\(configuration.mirrors)",
            // Frames are drawn from what is held, which matters where that is not all.
            "--frame-memory": training.isStreamed
                ? "\(configuration.frameMemory >> 20)" : "enough for all",
            "--kl-tolerance": "\(configuration.freeBits)",
            "--latent": "\(configuration.latentSize)",
        ]
        return try run.train(options: options, tell) {
            try run.files.write(splitOf: run.dataset)
            let network = VAENetwork(
                try run.start(sizes: sizes, compared: [("--latent", \.latent)]),
                maximumBatch: max(settings.batchSize, 1),
                pool: WorkerPool(threads: max(1, settings.threads)))
            return VAETraining(
                run: run, configuration: configuration, network: network,
                optimiser: Adam(count: network.parameters.count), training: training,
                heldOut: FrameStream(run.dataset.measured, byteLimit: share),
                rangeFrames: FrameSample.forRanges(of: run.dataset))
        }
    }
}

/// V in a training run.
private struct VAETraining: TrainedModel {
    let run: TrainingRun<VAEParameters>
    let configuration: VAETrainer.Configuration
    let network: VAENetwork
    let optimiser: Adam
    let training: FrameStream
    let heldOut: FrameStream
    /// The frames that 8-bit integers are scaled by.
    let rangeFrames: [UInt8]

    static let unit = "images"
    var trainingCount: Int { training.count }
    var heldOutCount: Int { heldOut.count }
    var sizes: [String: Int] { ["latent": network.sizes.latent] }

    func run(
        _ pass: inout TrainingPass, _ tell: (TrainingEvent) throws -> Void
    ) throws -> MeanLoss {
        let epoch = UInt64(pass.epoch)
        let trains = pass.trains
        var order = trains ? run.streams.generator("vae-order", epoch) : nil
        // The noise of measuring is the same in every epoch.
        var noise =
            trains
            ? run.streams.generator("vae-noise", epoch)
            : run.streams.generator("vae-measuring-noise")
        var mirrors = run.streams.generator("vae-mirrors", epoch)
        let freeBits = Float(configuration.freeBits)
        var sum = VAELoss()
        try (trains ? training : heldOut).forEachBatch(
            size: configuration.run.batchSize, generator: &order
        ) { batch, count in
            noise.fillNormal(network.batch.noise.elements(count * network.sizes.latent))
            let loss: VAELoss
            if trains {
                let flips =
                    configuration.mirrors ? (0..<count).map { _ in mirrors.next() >> 63 == 1 } : nil
                loss = network.computeGradient(
                    batch, flips: flips, count: count, freeBits: freeBits)
                pass.update(network, optimiser)
            } else {
                loss = network.loss(batch, count: count, freeBits: freeBits)
            }
            sum += loss
            try pass.add(loss.total, of: count, tell)
        }
        let count = Double(max(1, pass.count))
        if trains { return MeanLoss(total: pass.sum / count) }
        let (error, divergence) = (sum.squaredError * (1 / count), sum.divergence * (1 / count))
        return MeanLoss(
            total: error + divergence, terms: ["squaredError": error, "divergence": divergence])
    }

    func released(_ parameters: VAEParameters) throws -> VAEParameters {
        // Other widths than the paper's drive nowhere.
        guard
            network.sizes.encoderChannels == VAESizes().encoderChannels,
            ModelSizes.latentLimits.contains(network.sizes.latent)
        else { return parameters }
        var parameters = parameters
        parameters.ranges = try ActivationRanges(of: parameters, on: rangeFrames)
        return parameters
    }

    func saved(epoch: Int) throws {
        guard configuration.drawsPictures else { return }
        try VAEPictures.write(
            epoch: epoch, network: network, recordings: run.dataset.measured,
            streams: run.streams, directory: run.files.pictures)
    }

    func finish(_ tell: (TrainingEvent) throws -> Void) throws -> Int {
        let unread = training.skipped + heldOut.skipped
        for file in unread { try tell(.skipped(path: file.path, reason: file.reason)) }
        return unread.count
    }
}
