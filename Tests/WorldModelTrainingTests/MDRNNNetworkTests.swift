// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Foundation
import SeededRandom
import Testing
import WorldModel

@testable import WorldModelTraining

struct MDRNNNetworkTests {
    private static let small = MDRNNSizes(latent: 4, actions: 3, hidden: 6, mixtures: 3)

    private static func network(
        _ sizes: MDRNNSizes, seed: UInt64, steps: Int, batch: Int, threads: Int = 2
    ) -> MDRNNNetwork {
        var generator = PCG64(seed: seed)
        let parameters = MDRNNParameters(randomFrom: &generator, sizes: sizes)
        return MDRNNNetwork(
            parameters, steps: steps, maximumBatch: batch, pool: WorkerPool(threads: threads))
    }

    /// PyTorch's arrays are (steps, sequences, ...), a batch's (sequences, steps, ...).
    private static func fill(
        _ buffer: FloatBuffer, _ values: [Float], steps: Int, count: Int
    ) {
        let width = values.count / (steps * count)
        for step in 0..<steps {
            for index in 0..<count {
                for element in 0..<width {
                    buffer.start[(index * steps + step) * width + element] =
                        values[(step * count + index) * width + element]
                }
            }
        }
    }

    private static func batch(_ golden: GoldenRecording, _ sizes: MDRNNSizes) throws
        -> SequenceBatch
    {
        let shape = try golden.shape("rewards")
        let batch = SequenceBatch(sizes, steps: shape[0], maximumCount: shape[1])
        batch.count = shape[1]
        let targets = [
            ("actions", batch.actions), ("latents", batch.latents), ("targets", batch.targets),
            ("rewards", batch.rewards), ("terminals", batch.terminals),
        ]
        for (name, buffer) in targets {
            fill(buffer, try golden.floats(name), steps: shape[0], count: shape[1])
        }
        batch.targetWeights.start.update(repeating: 1, count: shape[0] * shape[1])
        return batch
    }

    private static func expectLoss(_ loss: MDRNNLoss, _ expected: [Double]) {
        #expect(abs(loss.total - expected[0]) < 1e-5 * max(1, abs(expected[0])))
        #expect(abs(loss.mixture - expected[1]) < 1e-5 * max(1, abs(expected[1])))
        #expect(abs(loss.termination - expected[2]) < 1e-5)
        #expect(abs(loss.reward - expected[3]) < 1e-5 * max(1, expected[3]))
    }

    @Test func `a small M computes PyTorch's losses and gradients`() throws {
        let golden = try GoldenRecording("mdrnn-small")
        let network = Self.network(Self.small, seed: 3, steps: 5, batch: 10)
        let batch = try Self.batch(golden, Self.small)
        for (rewarded, name, prefix) in [
            (true, "rewarded", "gradient."), (false, "plain", "plain-gradient."),
        ] {
            let loss = network.loss(batch, includeReward: rewarded, differentiate: true)
            Self.expectLoss(loss, try golden.doubles(name))
            for (name, tensor) in network.layout.tensors(network.gradient) {
                let distance = relativeDistance(tensor.values, try golden.floats(prefix + name))
                #expect(distance < 1e-4, "gradient of \(name) is off by \(distance)")
            }
        }
    }

    @Test func `the head and the hidden states are PyTorch's`() throws {
        for (name, sizes, seed) in [("small", Self.small, 3), ("full", MDRNNSizes(), 4)] {
            let golden = try GoldenRecording("mdrnn-\(name)")
            let shape = try golden.shape("rewards")
            let network = Self.network(
                sizes, seed: UInt64(seed), steps: shape[0], batch: shape[1])
            let actions = try golden.floats("actions")
            let latents = try golden.floats("latents")
            var inputs: [Float] = []
            for row in 0..<(shape[0] * shape[1]) {
                inputs += actions[(row * 3)..<(row * 3 + 3)]
                inputs += latents[(row * sizes.latent)..<((row + 1) * sizes.latent)]
            }
            let outputs = network.outputs(inputs, count: shape[1])
            #expect(largestDifference(outputs.head, try golden.floats("head")) < 1e-5)
            if name == "small" {
                #expect(largestDifference(outputs.hidden, try golden.floats("hidden")) < 1e-5)
            }
        }
    }

    @Test func `twenty steps of RMSprop reach PyTorch's weights`() throws {
        let golden = try GoldenRecording("mdrnn-small")
        let network = Self.network(Self.small, seed: 3, steps: 5, batch: 10)
        let batch = try Self.batch(golden, Self.small)
        let optimiser = RMSprop(count: network.parameters.count)
        for _ in 0..<20 {
            _ = network.loss(batch, includeReward: true, differentiate: true)
            optimiser.step(
                network.parameters, gradient: network.gradient, rate: 1e-3, pool: network.pool)
        }
        for (name, tensor) in network.exported.tensors {
            let distance = relativeDistance(tensor.values, try golden.floats("after." + name))
            #expect(distance < 1e-4, "\(name) is off by \(distance)")
        }
    }

    @Test func `the paper's M computes PyTorch's losses and gradients`() throws {
        let golden = try GoldenRecording("mdrnn-full")
        let sizes = MDRNNSizes()
        let network = Self.network(sizes, seed: 4, steps: 32, batch: 4)
        let batch = try Self.batch(golden, sizes)
        let loss = network.loss(batch, includeReward: true, differentiate: true)
        Self.expectLoss(loss, try golden.doubles("rewarded"))
        for (name, tensor) in network.layout.tensors(network.gradient) {
            let step = max(1, tensor.values.count / 200)
            let sample = stride(from: 0, to: tensor.values.count, by: step).map {
                tensor.values[$0]
            }
            let distance = relativeDistance(sample, try golden.floats("sample." + name))
            #expect(distance < 1e-4, "gradient of \(name) is off by \(distance)")
        }
    }

    @Test func `one and three threads give the same bits`() throws {
        let golden = try GoldenRecording("mdrnn-small")
        let results = try [1, 3].map { threads in
            let network = Self.network(Self.small, seed: 3, steps: 5, batch: 10, threads: threads)
            let batch = try Self.batch(golden, Self.small)
            let loss = network.loss(batch, includeReward: true, differentiate: true)
            return (network.gradient.values, loss)
        }
        #expect(results[0].0 == results[1].0)
        #expect(results[0].1 == results[1].1)
    }

    @Test func `a step without a next latent adds nothing to the mixture`() throws {
        let golden = try GoldenRecording("mdrnn-small")
        let network = Self.network(Self.small, seed: 3, steps: 5, batch: 10)
        let batch = try Self.batch(golden, Self.small)
        batch.targetWeights.start[4] = 0
        let before = network.loss(batch, includeReward: false, differentiate: true)
        let gradient = network.gradient.values
        for element in 0..<4 { batch.targets.start[4 * 4 + element] = 77 }
        let after = network.loss(batch, includeReward: false, differentiate: true)
        #expect(before == after)
        #expect(gradient == network.gradient.values)
        batch.targetWeights.start[4] = 1
        let counted = network.loss(batch, includeReward: false, differentiate: true)
        #expect(counted != after)
    }
}
