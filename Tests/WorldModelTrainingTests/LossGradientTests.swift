// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CKernels
import SeededRandom
import Testing
import WorldModel

@testable import WorldModelTraining

/// The losses' gradients, and those of the whole networks, by numerical differentiation.
struct LossGradientTests {
    private let check = GradientCheck()

    @Test(arguments: [1, 6, 50]) func `squared error after a sigmoid`(count: Int) {
        var generator = PCG64(seed: UInt64(count))
        let input = FloatBuffer(count, scale: 2, &generator)
        let target = FloatBuffer(count)
        for index in 0..<count { target.start[index] = Float(generator.unit()) }
        let output = FloatBuffer(count)
        func loss() -> Double {
            output.start.update(from: input.start, count: count)
            training_sigmoid(output.start, count)
            return training_squared_error(output.start, target.start, count)
        }
        let separate = loss()
        #expect(
            training_sigmoid_squared_error(output.start, target.start, count) == separate)
        check.expect("the input", of: input.all, is: output.values, loss: loss)
    }

    /// The head's output alone counts, so that every number of it can be tried.
    @Test(
        arguments: [(1, 1, 1), (4, 3, 5), (9, 2, 3), (32, 5, 2)],
        ["mixture", "termination", "reward", "all"])
    func `mixture density, termination and reward`(
        shape: (latent: Int, mixtures: Int, rows: Int), term: String
    ) {
        let (latent, mixtures, rows) = shape
        var generator = PCG64(seed: UInt64(latent))
        let width = 2 * latent * mixtures + mixtures + 2
        let output = FloatBuffer(rows * width, scale: 0.7, &generator)
        let target = FloatBuffer(rows * latent, &generator)
        let targetWeights = FloatBuffer(rows)
        for row in 0..<rows { targetWeights.start[row] = row == 2 ? 0 : 1 }
        let rewards = FloatBuffer(rows, &generator)
        let terminals = FloatBuffer(rows)
        for row in 0..<rows { terminals.start[row] = row % 2 == 0 ? 1 : 0 }
        let mixtureScale: Float = term == "mixture" || term == "all" ? 0.25 : 0
        let scale: Float = term == "mixture" ? 0 : 0.5
        let rewardWeight: Float = term == "reward" || term == "all" ? 3 : 0
        let gradient = FloatBuffer(output.count)
        func loss() -> Double {
            gradient.start.update(from: output.start, count: output.count)
            let loss = training_mixture_head(
                gradient.start, target.start, targetWeights.start, rewards.start,
                terminals.start, rows, latent, mixtures, mixtureScale, scale, rewardWeight)
            return Double(mixtureScale) * loss.mixture
                + Double(scale) * (loss.termination + Double(rewardWeight) * loss.reward)
        }
        _ = loss()
        let found = gradient.values
        // 32 dimensions make a density so steep that only a small step is one.
        GradientCheck(step: 0x1p-6).expect(
            "the head's output", of: output.all, is: found, loss: loss)
    }

    /// Weights with which no ReLU is near its kink: small ones, and large biases of both signs;
    /// those of the last layer times a gain.
    private func decidedVAE(gain: Float = 3, _ generator: inout PCG64) -> VAENetwork {
        let start = VAEParameters(randomFrom: &generator, sizes: VAENetworkTests.small)
        let network = VAENetwork(start, maximumBatch: 3, pool: WorkerPool(threads: 1))
        for entry in network.layout.entries {
            let values = network.weight(entry.name)
            let isEncoder = entry.name.contains("encoder.conv")
            let isSmooth = entry.name.contains("fc_") || entry.name.contains("deconv4")
            for index in 0..<entry.count {
                if entry.name.hasSuffix(".bias") && !isSmooth {
                    values[index] = (isEncoder ? 1 : 4) * (index % 3 == 0 ? -1 : 1)
                } else if isEncoder {
                    values[index] *= 0.5
                } else if entry.name.contains("deconv4") {
                    values[index] *= gain
                }
            }
        }
        return network
    }

    /// Squared error and divergence through the drawn latent: the whole VAE.
    ///
    /// The squared error is a sum of 37,000 terms. Rounding moves it by 1e-5, more than a step of
    /// the first convolutions does; these are tried with a gain of 0, which leaves the divergence.
    /// For the others it is up to 1e-2 of the gradient's length, hence the tolerance. What is
    /// asked here is whether the layers, tried by themselves elsewhere, are joined well.
    @Test(arguments: [0, 3] as [Float])
    func `the VAE's loss by every tensor of weights`(gain: Float) {
        var generator = PCG64(seed: 21)
        let network = decidedVAE(gain: gain, &generator)
        let frames = (0..<(3 * FrameStream.frameSize)).map { _ in
            UInt8(truncatingIfNeeded: generator.next32())
        }
        let noise = normals(3 * network.sizes.latent, &generator)
        network.batch.noise.start.update(from: noise, count: noise.count)
        func loss() -> Double { network.loss(frames, count: 3).total }
        let analytic = network.computeGradient(frames, count: 3)
        #expect(abs(analytic.total - loss()) < 1e-6 * analytic.total)
        let gradient = network.gradient.values
        for entry in network.layout.entries
        where entry.name.hasPrefix("encoder.conv") == (gain == 0) {
            let start = network.layout.offset(entry.name)
            let values = UnsafeMutableBufferPointer(
                start: network.parameters.at(start), count: entry.count)
            GradientCheck(step: 0x1p-6, tolerance: 5e-2).expectAlongDirections(
                entry.name, of: values, is: Array(gradient[start..<(start + entry.count)]),
                &generator, loss: loss)
        }
    }

    /// The divergence by itself, which needs no decoder: every number of mean and log-sigma.
    @Test(arguments: [0, 0.2] as [Float]) func `the divergence`(freeBits: Float) {
        var generator = PCG64(seed: 22)
        let network = decidedVAE(&generator)
        let batch = network.batch
        for index in 0..<batch.mean.count {
            // The last image is below the free bits.
            let scale: Float = index < 2 * network.sizes.latent ? 0.8 : 0.1
            batch.mean.start[index] = scale * normals(1, &generator)[0]
            batch.logSigma.start[index] = scale * normals(1, &generator)[0]
        }
        func loss() -> Double {
            network.divergence(count: 3, freeBits: freeBits, differentiate: false)
        }
        batch.meanGradient.clear()
        batch.logSigmaGradient.clear()
        #expect(network.divergence(count: 3, freeBits: freeBits, differentiate: true) == loss())
        let gradients = [batch.meanGradient.values, batch.logSigmaGradient.values]
        #expect((gradients[0][8] == 0) == (freeBits > 0))
        let small = GradientCheck(step: 0x1p-7)
        small.expect("the mean", of: batch.mean.all, is: gradients[0], loss: loss)
        small.expect("log sigma", of: batch.logSigma.all, is: gradients[1], loss: loss)
    }

    @Test(arguments: [false, true])
    func `M's loss by every weight`(includeReward: Bool) {
        var generator = PCG64(seed: 23)
        let sizes = MDRNNSizes(latent: 3, actions: 2, hidden: 5, mixtures: 2)
        let network = MDRNNNetwork(
            MDRNNParameters(randomFrom: &generator, sizes: sizes), steps: 4, maximumBatch: 9,
            pool: WorkerPool(threads: 1))
        let batch = SequenceBatch(sizes, steps: 4, maximumCount: 9)
        batch.count = 9
        for buffer in [batch.actions, batch.latents, batch.targets, batch.rewards] {
            generator.fillNormal(buffer.all)
        }
        for row in 0..<36 {
            batch.targetWeights.start[row] = row == 15 ? 0 : 1
            batch.terminals.start[row] = row % 4 == 3 ? 1 : 0
        }
        func loss() -> Double {
            network.loss(batch, includeReward: includeReward, differentiate: false).total
        }
        let analytic = network.loss(batch, includeReward: includeReward, differentiate: true)
        #expect(analytic.total == loss())
        let gradient = network.gradient.values
        for entry in network.layout.entries {
            let start = network.layout.offset(entry.name)
            let values = UnsafeMutableBufferPointer(
                start: network.parameters.at(start), count: entry.count)
            check.expect(
                entry.name, of: values, is: Array(gradient[start..<(start + entry.count)]),
                loss: loss)
        }
    }
}
