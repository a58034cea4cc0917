// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import SeededRandom
import Testing
import WorldModel

struct EncoderTests {
    @Test func `means and deviations are PyTorch's`() throws {
        let golden = try Golden.load()
        let found = try Shared.encoder.get().encode(image(1) + image(2))
        #expect(golden.means.count == 64 && found.means.count == 64)
        let means = worst(found.means, golden.means)
        let logSigmas = worst(found.logSigmas, golden.logSigmas)
        #expect(means.error < 3e-6, "mean \(means.index)")
        #expect(logSigmas.error < 3e-6, "log sigma \(logSigmas.index)")
    }

    @Test func `every vector unit gives the same bits`() throws {
        let parameters = try Shared.vae.get()
        let results = try everyKernels.map { kernels in
            try Encoder(parameters, kernels: kernels).encode(image(3))
        }
        for result in results {
            #expect(result.means.map(\.bitPattern) == results[0].means.map(\.bitPattern))
            #expect(result.logSigmas.map(\.bitPattern) == results[0].logSigmas.map(\.bitPattern))
        }
    }

    @Test(arguments: [2, 3, 8, 13])
    func `an image's bits depend neither on the batch's size nor on the place in it`(
        size: Int
    ) throws {
        let encoder = try Shared.encoder.get()
        let alone = encoder.encode(image(7))
        for place in Set([0, size / 2, size - 1]) {
            let batch = (0..<size).flatMap { image($0 == place ? 7 : 100 + UInt64($0)) }
            let scratch = Encoder.Scratch(for: encoder, capacity: 13)
            var output = [Float](repeating: 0, count: size * encoder.outputSize)
            batch.withUnsafeBufferPointer { bytes in
                guard let start = bytes.baseAddress else { return }
                let starts = (0..<size).map { start + $0 * Encoder.imageBytes }
                starts.withUnsafeBufferPointer { images in
                    output.withUnsafeMutableBufferPointer {
                        guard let target = $0.baseAddress else { return }
                        encoder.encode(images, scratch: scratch, into: target)
                    }
                }
            }
            let first = place * encoder.outputSize
            #expect(output[first..<(first + encoder.latentSize)].elementsEqual(alone.means))
            #expect(
                output[(first + encoder.latentSize)..<(first + encoder.outputSize)]
                    .elementsEqual(alone.logSigmas))
        }
    }

    @Test func `V of other widths is refused`() throws {
        var generator = PCG64(seed: 5)
        let small = VAEParameters(
            randomFrom: &generator,
            sizes: VAESizes(
                latent: 8, encoderChannels: [4, 4, 4, 4], decoderInput: 8,
                decoderChannels: [4, 4, 4]))
        #expect(throws: FrozenModelsError.self) { try Encoder(small) }
    }
}
