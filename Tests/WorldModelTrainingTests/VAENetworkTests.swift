// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Foundation
import SeededRandom
import Testing
import WorldModel

@testable import WorldModelTraining

struct VAENetworkTests {
    static let small = VAESizes(
        latent: 4, encoderChannels: [4, 6, 8, 10], decoderInput: 12, decoderChannels: [8, 6, 4])

    static func network(
        _ sizes: VAESizes, seed: UInt64, batch: Int, threads: Int = 2
    ) -> VAENetwork {
        var generator = PCG64(seed: seed)
        let parameters = VAEParameters(randomFrom: &generator, sizes: sizes)
        return VAENetwork(parameters, maximumBatch: batch, pool: WorkerPool(threads: threads))
    }

    @Test func `a small VAE computes PyTorch's loss, outputs and gradients`() throws {
        let golden = try GoldenRecording("vae-small")
        let frames = try golden.bytes("frames")
        let network = Self.network(Self.small, seed: 1, batch: 10)
        let noise = Array(try golden.floats("noise")[..<40])
        network.batch.noise.start.update(from: noise, count: 40)
        let loss = network.computeGradient(frames, count: 10)
        let expected = try golden.doubles("loss")
        #expect(abs(loss.squaredError - expected[0]) < 1e-5 * expected[0])
        #expect(abs(loss.divergence - expected[1]) < 1e-4 * expected[1])
        #expect(largestDifference(network.batch.mean.values, try golden.floats("mu")) < 1e-5)
        #expect(
            largestDifference(network.batch.logSigma.values, try golden.floats("logsigma"))
                < 1e-5)
        for (name, tensor) in network.layout.tensors(network.gradient) {
            let distance = relativeDistance(tensor.values, try golden.floats("gradient." + name))
            #expect(distance < 1e-4, "gradient of \(name) is off by \(distance)")
        }
        network.decode(count: 10)
        let last = Array(network.batch.reconstruction.values[(8 * 64 * 64 * 3)...])
        #expect(largestDifference(last, try golden.floats("reconstruction")) < 1e-5)
    }

    @Test func `twenty steps of Adam reach PyTorch's weights`() throws {
        let golden = try GoldenRecording("vae-small")
        let frames = try golden.bytes("frames")
        let noise = try golden.floats("noise")
        let network = Self.network(Self.small, seed: 1, batch: 10)
        let adam = Adam(count: network.parameters.count)
        for step in 0..<20 {
            let draws = Array(noise[(step * 40)..<((step + 1) * 40)])
            network.batch.noise.start.update(from: draws, count: 40)
            _ = network.computeGradient(frames, count: 10)
            adam.step(
                network.parameters, gradient: network.gradient, rate: 1e-3, pool: network.pool)
        }
        for (name, tensor) in network.exported.tensors {
            let distance = relativeDistance(tensor.values, try golden.floats("after." + name))
            #expect(distance < 1e-4, "\(name) is off by \(distance)")
        }
    }

    @Test func `the paper's VAE computes PyTorch's outputs and gradients`() throws {
        let golden = try GoldenRecording("vae-full")
        let network = Self.network(VAESizes(), seed: 2, batch: 3)
        network.batch.noise.start.update(from: try golden.floats("noise"), count: 96)
        let loss = network.computeGradient(try golden.bytes("frames"), count: 3)
        let expected = try golden.doubles("loss")
        #expect(abs(loss.squaredError - expected[0]) < 1e-5 * expected[0])
        #expect(abs(loss.divergence - expected[1]) < 1e-4 * expected[1])
        #expect(largestDifference(network.batch.mean.values, try golden.floats("mu")) < 1e-5)
        for (name, tensor) in network.layout.tensors(network.gradient) {
            let step = max(1, tensor.values.count / 200)
            let sample = stride(from: 0, to: tensor.values.count, by: step).map {
                tensor.values[$0]
            }
            let distance = relativeDistance(sample, try golden.floats("sample." + name))
            #expect(distance < 1e-4, "gradient of \(name) is off by \(distance)")
            let norm = tensor.values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
            let expectedNorm = try golden.doubles("norm." + name)[0]
            #expect(abs(norm - expectedNorm) < 1e-4 * expectedNorm)
        }
        network.decode(count: 3)
        let last = Array(network.batch.reconstruction.values[(2 * 64 * 64 * 3)...])
        #expect(largestDifference(last, try golden.floats("reconstruction")) < 1e-5)
    }

    @Test func `one and three threads give the same bits`() {
        var gradients: [[Float]] = []
        var losses: [VAELoss] = []
        for threads in [1, 3] {
            let network = Self.network(Self.small, seed: 5, batch: 21, threads: threads)
            var generator = PCG64(seed: 6)
            let frames = (0..<(21 * 64 * 64 * 3)).map { _ in
                UInt8(truncatingIfNeeded: generator.next32())
            }
            generator.fillNormal(
                UnsafeMutableBufferPointer(start: network.batch.noise.start, count: 84))
            losses.append(network.computeGradient(frames, count: 21))
            gradients.append(network.gradient.values)
        }
        #expect(gradients[0] == gradients[1])
        #expect(losses[0] == losses[1])
    }

    @Test func `free bits hold the divergence up and its gradient back`() {
        let network = Self.network(Self.small, seed: 7, batch: 2)
        let frames = [UInt8](repeating: 90, count: 2 * 64 * 64 * 3)
        let plain = network.computeGradient(frames, count: 2)
        let plainGradient = network.layout.tensors(network.gradient)["encoder.fc_mu.bias"]
        let held = network.computeGradient(frames, count: 2, freeBits: 0.5)
        let heldGradient = network.layout.tensors(network.gradient)["encoder.fc_mu.bias"]
        #expect(plain.divergence < 4)
        #expect(held.divergence == 4)
        #expect(held.squaredError == plain.squaredError)
        #expect(plainGradient != heldGradient)
    }

    @Test func `mirrored frames are those mirrored before`() {
        var generator = PCG64(seed: 8)
        let pixels = (0..<(64 * 64)).map { _ in UInt8(truncatingIfNeeded: generator.next32()) }
        let frame = pixels.flatMap { [$0, $0 ^ 85, $0 &+ 7] }
        var mirrored: [UInt8] = []
        for y in 0..<64 {
            for x in (0..<64).reversed() {
                let pixel = (y * 64 + x) * 3
                mirrored += frame[pixel..<(pixel + 3)]
            }
        }
        let network = Self.network(Self.small, seed: 9, batch: 1)
        network.encode(frame, flips: [true], count: 1)
        let flipped = network.batch.mean.values
        network.encode(mirrored, count: 1)
        #expect(network.batch.mean.values == flipped)
        network.encode(frame, count: 1)
        #expect(network.batch.mean.values != flipped)
    }
}
