// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import Foundation
import Pictures
import SeededRandom
import Tensors
import WorldModel

/// Lets M and the decoder imagine how a recording goes on, beside what happened.
///
/// The dream starts from a real frame's latent after a few real steps, which give M's hidden state
/// its memory; from there on M's own draws take the place of the frames, under the recording's
/// actions. The left picture is the recording, in the middle what V makes of it, on the right the
/// dream.
public struct Dream {
    /// What a dream is told.
    public struct Configuration: Sendable, Hashable {
        /// The run's directory.
        public var logdir: URL
        /// The recording whose first frames and actions are taken.
        public var recording: URL
        /// The GIF to make or replace.
        public var output: URL
        /// How freely M draws: 1 as it was trained, lower is tamer, 0 has no chance in it.
        public var temperature = 1.0
        /// The root of all random draws.
        public var seed: UInt64 = 1
        /// The steps to imagine.
        public var steps = 200
        /// The recording's step at which the dream starts.
        public var start = 40
        /// By how much the pictures are enlarged.
        public var scale = 3

        /// The usual settings.
        ///
        /// - Parameters:
        ///   - logdir: The run's directory.
        ///   - recording: The recording whose first frames and actions are taken.
        ///   - output: The GIF to make or replace.
        public init(logdir: URL, recording: URL, output: URL) {
            self.logdir = logdir
            self.recording = recording
            self.output = output
        }
    }

    /// What a dream came to.
    public struct Summary: Sendable, Hashable, Codable {
        /// The steps imagined.
        public var steps: Int
        /// The mean distance, over the latents' elements, of the dream from what V saw.
        public var latentDistance: Double
        /// The sum of the rewards that M expected.
        public var expectedReturn: Double
        /// Steps in which M thought the end more likely than not.
        public var expectedEnds: Int
    }

    private let configuration: Configuration

    /// A dream that has not begun.
    ///
    /// - Parameter configuration: What it is told.
    public init(_ configuration: Configuration) {
        self.configuration = configuration
    }

    /// Dreams and writes the film.
    ///
    /// - Returns: What it came to.
    /// - Throws: `FileError`, `ParameterError`, `RolloutFileError` or `TrainingError`.
    public func run() throws -> Summary {
        let logdir = configuration.logdir
        let vaeURL = logdir.appending(path: "vae.safetensors")
        let mdrnnURL = logdir.appending(path: "mdrnn.safetensors")
        let vae = try VAEParameters(SafetensorsFile(contentsOf: vaeURL), name: vaeURL.path)
        let mdrnn = try MDRNNParameters(SafetensorsFile(contentsOf: mdrnnURL), name: mdrnnURL.path)
        let rollout = try RolloutFile(contentsOf: configuration.recording)
        let sizes = mdrnn.sizes
        guard sizes.latent == vae.latentSize else {
            throw TrainingError.stateDisagrees(
                path: mdrnnURL.path, field: "a latent of", found: "\(sizes.latent)",
                expected: "\(vae.latentSize)")
        }
        guard rollout.actionSize == sizes.actions else {
            throw TrainingError.wrongActionSize(
                path: configuration.recording.path, found: rollout.actionSize,
                expected: sizes.actions)
        }
        guard rollout.length > configuration.start + 1 else {
            throw TrainingError.recordingsTooShort(
                path: configuration.recording.path, steps: configuration.start + 2)
        }
        let pool = WorkerPool(threads: 1)
        let network = VAENetwork(vae, maximumBatch: 1, pool: pool)
        let stepper = MDRNNStepper(mdrnn)
        let frames = FrameResizer(from: rollout.side, to: FrameStream.side)
            .resize(rollout.observations)
        let film = try Film(configuration)
        var generator = SeedStreams(root: configuration.seed).generator("dream")
        var summary = Summary(steps: 0, latentDistance: 0, expectedReturn: 0, expectedEnds: 0)
        var latent: [Float] = []
        let end = min(rollout.length - 1, configuration.start + configuration.steps)
        for step in 0...end {
            let frame = step * FrameStream.frameSize
            let pixels = Array(frames[frame..<(frame + FrameStream.frameSize)])
            network.encode(pixels, count: 1)
            let seen = Array(
                UnsafeBufferPointer(start: network.batch.mean.start, count: sizes.latent))
            if step <= configuration.start { latent = seen }
            if step >= configuration.start {
                let left = RGBImage(
                    width: FrameStream.side, height: FrameStream.side, pixels: pixels)
                try film.append([left, Self.decode(seen, network), Self.decode(latent, network)])
                summary.steps += 1
                summary.latentDistance += Self.distance(seen, latent)
            }
            let action = rollout.actions[(step * sizes.actions)..<((step + 1) * sizes.actions)]
            let head = stepper.step(action: action, latent: latent)
            if step >= configuration.start {
                summary.expectedReturn += Double(head.reward)
                summary.expectedEnds += head.terminalLogit > 0 ? 1 : 0
                latent = head.sample(&generator, temperature: configuration.temperature)
            }
        }
        try film.finish()
        summary.latentDistance /= Double(max(1, summary.steps))
        return summary
    }

    private static func decode(_ latent: [Float], _ network: VAENetwork) -> RGBImage {
        network.batch.latent.start.update(from: latent, count: latent.count)
        network.decode(count: 1)
        return VAEPictures.reconstruction(0, network)
    }

    private static func distance(_ first: [Float], _ second: [Float]) -> Double {
        let sum = zip(first, second).reduce(0.0) {
            $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1))
        }
        return (sum / Double(max(1, first.count))).squareRoot()
    }
}

extension Dream {
    /// The film: pictures side by side, enlarged.
    private struct Film {
        private let writer: GIFWriter
        private let scale: Int

        init(_ configuration: Configuration) throws {
            scale = configuration.scale
            let blank = RGBImage(width: FrameStream.side, height: FrameStream.side)
            let size = RGBImage.grid([blank, blank, blank], columns: 3).scaled(by: scale)
            writer = try GIFWriter(
                to: configuration.output, width: size.width, height: size.height, delay: 4)
        }

        func append(_ pictures: [RGBImage]) throws {
            try writer.append(RGBImage.grid(pictures, columns: 3).scaled(by: scale))
        }

        func finish() throws { try writer.finish() }
    }
}
