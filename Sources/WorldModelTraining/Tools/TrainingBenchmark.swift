// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import Foundation
import SeededRandom
import Tensors
import WorldModel

/// How fast V and M are trained and frames are encoded here, on random data of the usual sizes.
public struct TrainingBenchmark: Sendable, Hashable, Codable {
    /// What was measured: "vae", "mdrnn", "encode".
    public var benchmark: String
    /// Examples a second.
    public var rate: Double
    /// What the examples are.
    public var unit: String
    /// The threads.
    public var threads: Int
    /// The examples of a batch.
    public var batch: Int
    /// The operations of the products needed, in 10^9 a second.
    public var gflops: Double
    /// What OpenBLAS reaches with as many threads on square products of 1,024 rows.
    public var sgemmGflops: Double
    /// The ratio of both.
    public var shareOfSgemm: Double

    /// Trains V on batches of random frames for some seconds.
    public static func vae(threads: Int, batch: Int, seconds: Double) -> TrainingBenchmark {
        let (network, frames) = network(threads: threads, batch: batch)
        let adam = Adam(count: network.parameters.count)
        return measure(
            "vae", unit: "images/s", threads: threads, batch: batch, seconds: seconds,
            operations: 6 * vaeProducts(network) - 2 * firstProducts(network)
        ) {
            _ = network.computeGradient(frames, count: batch)
            adam.step(
                network.parameters, gradient: network.gradient, rate: 1e-3, pool: network.pool)
        }
    }

    /// Encodes batches of random frames for some seconds.
    public static func encode(threads: Int, batch: Int, seconds: Double) -> TrainingBenchmark {
        let (network, frames) = network(threads: threads, batch: batch)
        var generator = PCG64(seed: 1)
        let encoder = FrameEncoder(
            VAEParameters(randomFrom: &generator), maximumBatch: batch, pool: network.pool)
        return measure(
            "encode", unit: "images/s", threads: threads, batch: batch, seconds: seconds,
            operations: 2 * encoderProducts(network)
        ) {
            encoder.encode(frames, count: batch)
        }
    }

    /// Trains M on batches of random sequences of 32 steps for some seconds.
    public static func mdrnn(threads: Int, batch: Int, seconds: Double) -> TrainingBenchmark {
        let steps = 32
        let sizes = MDRNNSizes()
        var generator = PCG64(seed: 1)
        let network = MDRNNNetwork(
            MDRNNParameters(randomFrom: &generator), steps: steps, maximumBatch: batch,
            pool: WorkerPool(threads: threads))
        let sequences = SequenceBatch(sizes, steps: steps, maximumCount: batch)
        sequences.count = batch
        for buffer in [
            sequences.actions, sequences.latents, sequences.targets, sequences.rewards,
        ] {
            generator.fillNormal(buffer.elements())
        }
        sequences.targetWeights.start.update(repeating: 1, count: steps * batch)
        let optimiser = RMSprop(count: network.parameters.count)
        let products = 4 * sizes.hidden * (sizes.input + sizes.hidden) + sizes.hidden * sizes.output
        let unneeded = 2 * 4 * sizes.hidden * sizes.input
        return measure(
            "mdrnn", unit: "sequences/s", threads: threads, batch: batch, seconds: seconds,
            operations: Double(steps * (6 * products - unneeded))
        ) {
            _ = network.loss(sequences, includeReward: true, differentiate: true)
            optimiser.step(
                network.parameters, gradient: network.gradient, rate: 1e-3, pool: network.pool)
        }
    }

    private static func network(threads: Int, batch: Int) -> (VAENetwork, [UInt8]) {
        var generator = PCG64(seed: 1)
        let network = VAENetwork(
            VAEParameters(randomFrom: &generator), maximumBatch: batch,
            pool: WorkerPool(threads: threads))
        generator.fillNormal(network.batch.noise.elements())
        let frames = (0..<(batch * FrameStream.frameSize)).map { _ in
            UInt8(truncatingIfNeeded: generator.next32())
        }
        return (network, frames)
    }

    /// The multiplications of the encoder for one image.
    private static func encoderProducts(_ network: VAENetwork) -> Double {
        let convolutions = network.encoder.reduce(0) { $0 + $1.columnsSize * $1.outputs }
        return Double(convolutions + 2 * network.code.size)
    }

    /// The multiplications of the VAE for one image.
    private static func vaeProducts(_ network: VAENetwork) -> Double {
        let deconvolutions = network.decoder.reduce(0) { $0 + $1.columnsSize * $1.channels }
        return encoderProducts(network) + Double(deconvolutions + network.expansion.size)
    }

    /// The multiplications of the first layer, whose input needs no gradient.
    private static func firstProducts(_ network: VAENetwork) -> Double {
        Double(network.encoder[0].columnsSize * network.encoder[0].outputs)
    }

    private static func measure(
        _ name: String, unit: String, threads: Int, batch: Int, seconds: Double,
        operations: Double, _ body: () -> Void
    ) -> TrainingBenchmark {
        let sgemm = sgemmRate(threads: threads)
        body()
        let rate = repeated(seconds: seconds, body) * Double(batch)
        let gflops = rate * operations * 1e-9
        return TrainingBenchmark(
            benchmark: name, rate: rate, unit: unit, threads: threads, batch: batch,
            gflops: gflops, sgemmGflops: sgemm, shareOfSgemm: gflops / sgemm)
    }

    /// How often a second a body runs.
    private static func repeated(seconds: Double, _ body: () -> Void) -> Double {
        let start = ContinuousClock.now
        var runs = 0
        var elapsed = 0.0
        repeat {
            body()
            runs += 1
            elapsed = (ContinuousClock.now - start).seconds
        } while elapsed < seconds
        return Double(runs) / elapsed
    }

    /// What OpenBLAS reaches on square single-precision products of 1,024 rows, one for each
    /// thread at once, in 10^9 operations a second.
    package static func sgemmRate(threads: Int) -> Double {
        let side = 1024
        let pool = WorkerPool(threads: threads)
        let matrices = (0..<threads).map { _ in FloatBuffer(3 * side * side) }
        func multiply() {
            pool.run(threads) { task, _ in
                let matrix = matrices[task]
                FloatBLAS.multiply(
                    .init(matrix.start, stride: side),
                    .init(matrix.at(side * side), stride: side), into: matrix.at(2 * side * side),
                    stride: side, rows: side, columns: side, inner: side)
            }
        }
        multiply()
        let products = repeated(seconds: 0.5, multiply) * Double(threads)
        return products * 2 * Double(side * side * side) * 1e-9
    }
}
