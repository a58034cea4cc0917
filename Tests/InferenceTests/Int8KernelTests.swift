// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CKernels
import Foundation
import SeededRandom
import Testing

@testable import WorldModel

private var tables: [ck_int8_kernels] {
    (0...5).compactMap { ck_int8_kernels_of(ck_int8_kind($0))?.pointee }
}

/// The loops in 8-bit integers against the same in whole numbers without limits.
struct Int8KernelTests {
    /// A layer with everything at the ends of its range, and numbers in between.
    private struct Case {
        let channels: Int
        let side: Int
        let outputs = 64
        let weights: [Int8]
        let bias: [Int32]
        let scale: [Float]
        let pixels: [UInt8]

        init(side: Int, channels: Int, seed: UInt64) {
            var generator = PCG64(seed: seed)
            self.side = side
            self.channels = channels
            weights = (0..<(outputs * 16 * channels)).map { index in
                // The first outputs have the largest sums that there can be.
                index < 16 * channels
                    ? 127
                    : index < 32 * channels ? -127 : Int8(Int(generator.integer(below: 255)) - 127)
            }
            bias = (0..<outputs).map { _ in Int32(generator.integer(below: 20001)) - 10000 }
            // Powers of two, so that halves and what lies beyond 255 occur.
            scale = (0..<outputs).map { exp2(-Float(5 + $0 % 9)) }
            pixels = (0..<(2 * side * side * channels)).map { index in
                index < side * side * channels ? 255 : UInt8(generator.integer(below: 256))
            }
        }

        func weight(_ output: Int, _ channel: Int, _ y: Int, _ x: Int) -> Int {
            Int(weights[(output * channels + channel) * 16 + 4 * y + x])
        }

        /// What two images give.
        var expected: [Int] {
            let high = (side - 2) / 2
            var result: [Int] = []
            for image in 0..<2 {
                for place in 0..<(high * high) {
                    let (y, x) = (2 * (place / high), 2 * (place % high))
                    for output in 0..<outputs {
                        var sum = Int(bias[output])
                        for dy in 0..<4 {
                            for dx in 0..<4 {
                                for channel in 0..<channels {
                                    let row = (image * side + y + dy) * side + x + dx
                                    sum +=
                                        Int(pixels[row * channels + channel])
                                        * weight(output, channel, dy, dx)
                                }
                            }
                        }
                        let value = (Float(sum) * scale[output]).rounded(.toNearestOrEven)
                        result.append(Int(max(0, min(255, value))))
                    }
                }
            }
            return result
        }

        func run(_ loops: ck_int8_kernels, tiled: Bool) -> [Int] {
            let matrix = Int8Matrix(
                numbers: weights, rowLength: 16 * channels, bias: bias, scale: scale)
            let packed =
                tiled
                ? matrix.tiled(for: loops, channels: channels)
                : matrix.packed(for: loops) {
                    EncoderLayout.place($0, $1, channels: channels)
                }
            var layer = packed.layer(side: side, channels: channels)
            let size = loops.element_size
            let input = AlignedBytes(pixels.count * size)
            if let load = loops.load {
                load(pixels, input.start, pixels.count)
            } else {
                input.start.copyMemory(from: pixels, byteCount: pixels.count)
            }
            let high = (side - 2) / 2
            let count = 2 * high * high * outputs
            let output = AlignedBytes(count * size)
            if tiled, let convolve = loops.convolve_tiles {
                let scratch = AlignedBytes(ck_int8_tiles_scratch(&layer))
                convolve(&layer, input.start, output.start, 2, scratch.start)
            } else {
                loops.convolve(&layer, input.start, output.start, 2)
            }
            return (0..<count).map { index in
                size == 1
                    ? Int(output.start.load(fromByteOffset: index, as: UInt8.self))
                    : Int(output.start.load(fromByteOffset: 2 * index, as: Int16.self))
            }
        }
    }

    @Test(arguments: [(8, 3), (6, 8), (6, 16), (14, 32)])
    func `a convolution is exact in every form, at the ends of the range as well`(
        side: Int, channels: Int
    ) {
        let example = Case(side: side, channels: channels, seed: UInt64(side))
        let expected = example.expected
        #expect(expected.contains(0) && expected.contains(255))
        #expect(Set(expected).count > 50)
        for loops in tables {
            #expect(
                example.run(loops, tiled: false) == expected, "\(String(cString: loops.name))")
            if loops.convolve_tiles != nil, channels % 16 == 0, (side - 2) / 2 % 2 == 0 {
                #expect(
                    example.run(loops, tiled: true) == expected, "\(String(cString: loops.name))")
            }
        }
    }

    @Test func `every form there is for this processor is tested, plain C always`() {
        #expect(tables.first.map { String(cString: $0.name) } == "portable")
        #expect(
            Set(tables.map { String(cString: $0.name) }).contains(Kernels.best.int8Name))
        #expect(Kernels(.portable)?.int8Name == "portable")
    }
}

/// The encoder in 8-bit integers.
struct Int8EncoderTests {
    private static let ranged = Result {
        var parameters = try Shared.vae.get()
        parameters.ranges = try ActivationRanges(
            of: parameters, on: (0..<6).flatMap { image(40 + $0) })
        return parameters
    }

    @Test func `every form gives the same bits, near to single precision's`() throws {
        let parameters = try Self.ranged.get()
        let exact = try Shared.encoder.get().encode(image(3) + image(4))
        let forms = Kernels.IntegerUnit.allCases.compactMap { Kernels(.portable, int8: $0) }
        let results = try forms.map { kernels in
            try Encoder(parameters, kernels: kernels, precision: .int8)
                .encode(image(3) + image(4))
        }
        for result in results {
            #expect(result.means.map(\.bitPattern) == results[0].means.map(\.bitPattern))
            #expect(result.logSigmas.map(\.bitPattern) == results[0].logSigmas.map(\.bitPattern))
        }
        let error = zip(results[0].means, exact.means).map { abs($0 - $1) }.reduce(0, +) / 64
        let size = exact.means.map(abs).reduce(0, +) / 64
        #expect(error > 0 && error < 0.02 * size, "\(error) of \(size)")
    }

    @Test(arguments: [2, 5, 13])
    func `an image's bits do not depend on the batch`(size: Int) throws {
        let encoder = try Encoder(Self.ranged.get(), precision: .int8)
        let batch = (0..<size).map { image(60 + UInt64($0)) }
        let together = encoder.encode(batch.flatMap { $0 })
        let alone = batch.flatMap { encoder.encode($0).means }
        #expect(together.means == alone)
    }

    @Test func `an output that is hardly more than its bias keeps it`() {
        let matrix = Int8Matrix(
            weights: [Float](repeating: 0, count: 16) + [Float](repeating: 1e-30, count: 16),
            bias: [0.25, -3], inputStep: 0.5, limit: nil)
        let values = zip(matrix.bias, matrix.scale).map { Double($0) * Double($1) }
        #expect(abs(values[0] - 0.25) < 1e-6 && abs(values[1] + 3) < 1e-6)
    }

    @Test func `V without ranges is refused by name`() throws {
        let error = #expect(throws: FrozenModelsError.self) {
            try Encoder(Shared.vae.get(), precision: .int8, name: "runs/a/vae.safetensors")
        }
        #expect(error == .noRanges(model: "runs/a/vae.safetensors"))
        #expect(error?.description.contains("model pack --data") == true)
    }

    @Test func `ranges are the largest activations, and what is beyond them is counted`() throws {
        let parameters = try Shared.vae.get()
        let one = try #require(try ActivationRanges(of: parameters, on: image(3)))
        let dark = try #require(
            try ActivationRanges(
                of: parameters, on: [UInt8](repeating: 0, count: Encoder.imageBytes) + image(3)))
        #expect(one.frames == 1 && one.saturated == 0)
        #expect(dark.frames == 2 && dark.saturated > 0 && dark.saturated < 1)
        #expect(dark.limits[0] < one.limits[0])
        #expect(try ActivationRanges(of: parameters, on: []) == nil)
    }
}
