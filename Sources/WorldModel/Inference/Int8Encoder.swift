// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import CKernels

/// The encoder in 8-bit integers: the same bits on every processor.
struct Int8Encoder: Sendable {
    private struct Layer: Sendable {
        let side: Int
        let channels: Int
        let packed: Int8Matrix.Packed

        var outputSide: Int { (side - 2) / 2 }
        var outputCount: Int { outputSide * outputSide * packed.outputs }
        var convolution: ck_int8_layer { packed.layer(side: side, channels: channels) }
    }

    private let kernels: Kernels
    private let layers: [Layer]
    private let head: Int8Matrix.Packed
    /// The numbers of an image's result.
    private let outputSize: Int
    private var loops: ck_int8_kernels { kernels.int8.pointee }

    /// Working memory for one thread.
    final class Memory {
        fileprivate let image: AlignedBytes
        fileprivate let activations: [AlignedBytes]
        fileprivate let tiles: AlignedBytes
        /// The head's rows, where these are longer than the results.
        fileprivate let rows: FloatBuffer

        init(for encoder: Int8Encoder, capacity: Int) {
            let size = encoder.loops.element_size
            image = AlignedBytes(Encoder.imageBytes * size)
            // The first two layers run image by image, which keeps their data in the cache.
            activations = encoder.layers.enumerated().map { index, layer in
                AlignedBytes(layer.outputCount * size * (index == 0 ? 1 : capacity))
            }
            tiles = AlignedBytes(
                encoder.layers.filter(\.packed.isTiled).map { layer in
                    withUnsafePointer(to: layer.convolution) { ck_int8_tiles_scratch($0) }
                }.max() ?? 0)
            let isLonger = encoder.head.outputs > encoder.outputSize
            rows = FloatBuffer(isLonger ? capacity * encoder.head.outputs : 0)
        }
    }

    /// Rounds and lays out the weights of a VAE with the paper's convolutions.
    init(_ parameters: VAEParameters, ranges: ActivationRanges, kernels: Kernels) {
        self.kernels = kernels
        let loops = kernels.int8.pointee
        // The first layer's activations are the observation's bytes.
        var inputStep = 1.0 / 255
        var layers: [Layer] = []
        for (index, (side, channels)) in EncoderLayout.layers.enumerated() {
            let name = "encoder.conv\(index + 1)"
            let matrix = Int8Matrix(
                weights: parameters[name + ".weight"].values,
                bias: parameters[name + ".bias"].values, inputStep: inputStep,
                limit: ranges.limits[index])
            let packed =
                loops.convolve_tiles != nil && EncoderLayout.suitsTiles(index)
                ? matrix.tiled(for: loops, channels: channels)
                : matrix.packed(for: loops) {
                    EncoderLayout.place($0, $1, channels: channels)
                }
            layers.append(Layer(side: side, channels: channels, packed: packed))
            inputStep = Double(ranges.limits[index]) / 255
        }
        self.layers = layers
        outputSize = 2 * parameters.latentSize
        func both(_ part: String) -> [Float] {
            parameters["encoder.fc_mu.\(part)"].values
                + parameters["encoder.fc_logsigma.\(part)"].values
        }
        head = Int8Matrix(
            weights: both("weight"), bias: both("bias"), inputStep: inputStep, limit: nil
        ).packed(for: loops) { $1 * EncoderLayout.flatCount + EncoderLayout.flatPlace($0) }
    }

    /// Encodes images; the mean of z, then log sigma, for each.
    func encode(
        _ images: UnsafeBufferPointer<UnsafePointer<UInt8>>, _ memory: Memory,
        into output: UnsafeMutablePointer<Float>
    ) {
        let loops = loops
        let second = layers[1].outputCount * loops.element_size
        for (index, image) in images.enumerated() {
            var pixels = UnsafeRawPointer(image)
            if let load = loops.load {
                load(image, memory.image.start, Encoder.imageBytes)
                pixels = UnsafeRawPointer(memory.image.start)
            }
            convolve(0, pixels, memory.activations[0].start, images: 1, memory)
            convolve(
                1, memory.activations[0].start, memory.activations[1].start + index * second,
                images: 1, memory)
        }
        for index in 2...3 {
            convolve(
                index, memory.activations[index - 1].start, memory.activations[index].start,
                images: images.count, memory)
        }
        var shape = head.layer(side: 1, channels: EncoderLayout.flatCount)
        let isLonger = head.outputs > outputSize
        loops.multiply(
            &shape, memory.activations[3].start, images.count,
            isLonger ? memory.rows.start : output)
        guard isLonger else { return }
        for row in images.indices {
            (output + row * outputSize).update(
                from: memory.rows.start + row * head.outputs, count: outputSize)
        }
    }

    private func convolve(
        _ index: Int, _ input: UnsafeRawPointer, _ output: UnsafeMutableRawPointer, images: Int,
        _ memory: Memory
    ) {
        var shape = layers[index].convolution
        if layers[index].packed.isTiled, let convolve = loops.convolve_tiles {
            convolve(&shape, input, output, images, memory.tiles.start)
        } else {
            loops.convolve(&shape, input, output, images)
        }
    }
}
