// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import Foundation
import ArrayFiles
import WorldModel

/// Runs V and M on given inputs and writes what they compute, for comparison with another
/// implementation.
public struct ModelForward {
    private let logdir: URL
    private let pool: WorkerPool
    private static let batch = 64

    /// What is wrong with the inputs.
    public enum Failure: Error, CustomStringConvertible, Equatable {
        /// The input holds nothing that either model takes.
        case noInput(file: String)
        /// An input array has another shape than the model's.
        case wrongShape(file: String, array: String, found: [Int], expected: String)

        /// Elements are no whole numbers of a byte.
        case notBytes(file: String, array: String, found: String)

        /// One line for the user.
        public var description: String {
            switch self {
            case .noInput(let file):
                "\(file): holds neither observations nor actions and latents; give one of them"
            case .wrongShape(let file, let array, let found, let expected):
                "\(file): array \(array) has shape \(found), not \(expected)"
            case .notBytes(let file, let array, let found):
                "\(file): array \(array) holds \(found) that are no whole numbers from 0 to 255"
            }
        }
    }

    /// The models of a run's directory.
    public init(logdir: URL, threads: Int) {
        self.logdir = logdir
        pool = WorkerPool(threads: max(1, threads))
    }

    /// Reads an .npz of inputs, runs the models that they are for, and writes an .npz of results.
    ///
    /// Of `observations` (N, 64, 64, 3) uint8 V makes `mu` and `logsigma` (N, latent) and
    /// `reconstruction` (N, 64, 64, 3), decoded from mu. Of `actions` (T, B, 3) and `latents`
    /// (T, B, latent) M makes `logpi` (T, B, mixtures), `means` and `sigmas` (T, B, mixtures,
    /// latent), `rewards` and `terminal_logits` (T, B) and `hidden` (T, B, hidden).
    ///
    /// - Throws: `FileError`, `ParameterError`, or `Failure`.
    public func run(input: URL, output: URL) throws {
        let reader = try NPZReader(contentsOf: input)
        let hasFrames = reader.contains("observations")
        let hasSequences = reader.contains("actions") && reader.contains("latents")
        guard hasFrames || hasSequences else { throw Failure.noInput(file: reader.name) }
        let frames = hasFrames ? try visual(reader) : nil
        let sequences = hasSequences ? try predicted(reader) : nil
        let writer = try NPZWriter(to: output)
        for (name, tensor) in (frames ?? []) + (sequences ?? []) {
            try writer.add(name, tensor.values, shape: tensor.shape)
        }
        try writer.finish()
    }

    private func visual(_ reader: NPZReader) throws -> [(String, Tensor)] {
        let array = try reader.array("observations")
        guard array.shape.count == 4, array.shape[1...] == [64, 64, 3] else {
            throw Failure.wrongShape(
                file: reader.name, array: "observations", found: array.shape,
                expected: "(N, 64, 64, 3)")
        }
        let parameters = try VAEParameters(contentsOf: Agent.Part.vae.file(in: logdir))
        let network = VAENetwork(parameters, maximumBatch: Self.batch, pool: pool)
        guard let frames = try? array.uint8s(name: reader.name) else {
            throw Failure.notBytes(
                file: reader.name, array: "observations", found: "\(array.elementType)")
        }
        let latent = parameters.latentSize
        let count = array.shape[0]
        var (mean, logSigma, images): ([Float], [Float], [Float]) = ([], [], [])
        for first in stride(from: 0, to: count, by: Self.batch) {
            let size = min(Self.batch, count - first)
            frames.withUnsafeBufferPointer { frames in
                guard let base = frames.baseAddress else { return }
                network.encode(base + first * FrameStream.frameSize, count: size)
            }
            network.batch.latent.start.update(
                from: network.batch.mean.start, count: size * latent)
            network.decode(count: size)
            mean += network.batch.mean.elements(size * latent)
            logSigma += network.batch.logSigma.elements(size * latent)
            images += network.batch.reconstruction.elements(size * FrameStream.frameSize)
        }
        return [
            ("mu", Tensor(shape: [count, latent], values: mean)),
            ("logsigma", Tensor(shape: [count, latent], values: logSigma)),
            ("reconstruction", Tensor(shape: [count, 64, 64, 3], values: images)),
        ]
    }

    private func predicted(_ reader: NPZReader) throws -> [(String, Tensor)] {
        let parameters = try MDRNNParameters(contentsOf: Agent.Part.mdrnn.file(in: logdir))
        let sizes = parameters.sizes
        let actions = try reader.array("actions").tensor()
        let latents = try reader.array("latents").tensor()
        guard actions.shape.count == 3, actions.shape[2] == sizes.actions,
            actions.shape.allSatisfy({ $0 > 0 })
        else {
            throw Failure.wrongShape(
                file: reader.name, array: "actions", found: actions.shape,
                expected: "(T, B, \(sizes.actions))")
        }
        let (steps, count) = (actions.shape[0], actions.shape[1])
        guard latents.shape == [steps, count, sizes.latent] else {
            throw Failure.wrongShape(
                file: reader.name, array: "latents", found: latents.shape,
                expected: "(\(steps), \(count), \(sizes.latent))")
        }
        var inputs: [Float] = []
        inputs.reserveCapacity(steps * count * sizes.input)
        for row in 0..<(steps * count) {
            inputs += actions.values[(row * sizes.actions)..<((row + 1) * sizes.actions)]
            inputs += latents.values[(row * sizes.latent)..<((row + 1) * sizes.latent)]
        }
        let network = MDRNNNetwork(parameters, steps: steps, maximumBatch: 1, pool: pool)
        let (head, hidden) = network.outputs(inputs, count: count)
        let heads = (0..<(steps * count)).map { row in
            MixtureHead(head[(row * sizes.output)..<((row + 1) * sizes.output)], sizes: sizes)
        }
        let lead = [steps, count]
        let mixed = lead + [sizes.mixtures]
        let drawn = mixed + [sizes.latent]
        return [
            ("logpi", Tensor(shape: mixed, values: heads.flatMap(\.logWeights))),
            ("means", Tensor(shape: drawn, values: heads.flatMap(\.means))),
            ("sigmas", Tensor(shape: drawn, values: heads.flatMap(\.sigmas))),
            ("rewards", Tensor(shape: lead, values: heads.map(\.reward))),
            ("terminal_logits", Tensor(shape: lead, values: heads.map(\.terminalLogit))),
            ("hidden", Tensor(shape: lead + [sizes.hidden], values: hidden)),
        ]
    }
}
