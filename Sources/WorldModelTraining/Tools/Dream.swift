// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import Foundation
import Pictures
import SeededRandom
public import WorldModel

/// Lets M and the decoder imagine how an episode goes on, beside what happens.
///
/// The first steps are real: V's means of real frames give M's hidden state its memory. From then
/// on M's own draws take the place of the frames. The same actions happen in the real world: those
/// that were given, or those of a controller that sees the dream alone. The left picture is the
/// real world, in the middle is what V makes of it, on the right the dream.
public struct Dream {
    /// What a dream is told.
    public struct Configuration: Sendable, Hashable {
        /// The run's directory.
        public var logdir: URL
        /// The film to make or replace, WebM or GIF by its ending.
        public var output: URL
        /// How freely M draws: 1 as it was trained, lower is tamer, 0 has no chance in it.
        public var temperature = 1.0
        /// The root of all random draws.
        public var seed: UInt64 = 1
        /// The steps to imagine.
        public var steps = 200
        /// The step at which the dream starts.
        public var start = 60
        /// By how much the pictures are enlarged.
        public var scale = 3

        /// The usual settings.
        public init(logdir: URL, output: URL) {
            self.logdir = logdir
            self.output = output
        }
    }

    /// Who decides on the actions.
    public enum Driver: Sendable {
        /// Given actions, rows of a size, which M sees in single precision; the dream ends with
        /// them. The name is for errors.
        case actions([Double], size: Int, name: String)
        /// A controller that sees z and M's states: the real ones first, then the dream's.
        case controller(ControllerParameters)
    }

    /// What a dream came to.
    public struct Summary: Sendable, Hashable, Codable {
        /// The frames imagined.
        public var steps = 0
        /// Those of them beside which there was a real one.
        public var realSteps = 0
        /// The mean distance, over the latents' elements, of the dream from what V saw.
        public var latentDistance = 0.0
        /// The sum of the rewards that M expected.
        public var expectedReturn = 0.0
        /// Steps in which M thought the end more likely than not.
        public var expectedEnds = 0
    }

    private let configuration: Configuration

    /// A dream that has not begun.
    public init(_ configuration: Configuration) {
        self.configuration = configuration
    }

    /// Dreams, beside a real world at its first frame, and writes the film.
    ///
    /// - Throws: `Agent.Failure`, `FileError`, `VideoError`, `ParameterError`, `FrozenModelsError`
    ///   or `TrainingError`, or what the world throws; no film is left then.
    public func run(world: some DreamWorld, driver: Driver) throws -> Summary {
        let models = try Agent.parameters(in: configuration.logdir)
        let network = VAENetwork(models.vae, maximumBatch: 1, pool: WorkerPool(threads: 1))
        let stepper = MDRNNStepper(models.mdrnn)
        let controls = try DreamControls(driver, sizes: models.mdrnn.sizes)
        let film = try Film(configuration)
        var generator = SeedStreams(root: configuration.seed).generator("dream")
        var world = world
        var isReal = true
        var summary = Summary()
        var pixels: [UInt8] = []
        var latent: [Float] = []
        for step in 0...(configuration.start + configuration.steps) {
            let isDream = step >= configuration.start
            if isReal { pixels = try world.frame() }
            network.encode(pixels, count: 1)
            let seen = network.batch.mean.values
            if step <= configuration.start { latent = seen }
            let action = controls.action(step, latent: latent, stepper)
            guard let action, isReal || step > configuration.start else { break }
            if isDream {
                try film.append([
                    RGBImage(width: FrameStream.side, height: FrameStream.side, pixels: pixels),
                    network.picture(of: seen), network.picture(of: latent),
                ])
                summary.steps += 1
                summary.realSteps += isReal ? 1 : 0
                summary.latentDistance += isReal ? Self.distance(seen, latent) : 0
            }
            let head = stepper.step(action: action.map { Float($0) }[...], latent: latent)
            if isDream {
                summary.expectedReturn += Double(head.reward)
                summary.expectedEnds += head.terminalLogit > 0 ? 1 : 0
                latent = head.sample(&generator, temperature: configuration.temperature)
            }
            if isReal { isReal = try world.step(action) }
        }
        guard summary.steps > 0 else {
            throw TrainingError.episodeTooShort(start: configuration.start)
        }
        try film.finish()
        summary.latentDistance /= Double(max(1, summary.realSteps))
        return summary
    }

    private static func distance(_ first: [Float], _ second: [Float]) -> Double {
        let sum = zip(first, second).reduce(0.0) {
            $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1))
        }
        return (sum / Double(max(1, first.count))).squareRoot()
    }
}

extension Dream {
    /// The film: named pictures side by side, enlarged.
    private struct Film {
        private static let names = ["real", "V", "dream"]
        private let writer: any FilmWriter
        private let scale: Int

        init(_ configuration: Configuration) throws {
            scale = configuration.scale
            let blank = RGBImage(width: FrameStream.side, height: FrameStream.side)
            let size = Self.picture([blank, blank, blank], scale: scale)
            writer = try FilmKind.writer(
                to: configuration.output, width: size.width, height: size.height, delay: 4)
        }

        private static func picture(_ pictures: [RGBImage], scale: Int) -> RGBImage {
            let tiles = zip(pictures, names).map { $0.scaled(by: scale).captioned($1) }
            return RGBImage.grid(tiles, columns: tiles.count)
        }

        func append(_ pictures: [RGBImage]) throws {
            try writer.append(Self.picture(pictures, scale: scale))
        }

        func finish() throws { try writer.finish() }
    }
}
