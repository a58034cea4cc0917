// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import CKernels

/// The encoder in single precision.
struct Float32Encoder: Sendable {
    /// One convolution: NHWC images of `side` x `side` x `channels` to (side - 2) / 2 squared.
    private struct Layer: Sendable {
        let side: Int
        let channels: Int
        let matrix: PackedMatrix
        /// Whether Winograd's form is used, with its nine matrices.
        let isTiled: Bool

        var outputSide: Int { (side - 2) / 2 }
        var outputCount: Int { outputSide * outputSide * matrix.columns }

        /// The layer as the compiled loops want it.
        var convolution: ck_convolution {
            ck_convolution(
                weights: UnsafePointer(matrix.weights.start),
                bias: UnsafePointer(matrix.bias.start), height: side, width: side,
                channels: channels, outputs: matrix.columns)
        }
    }

    private let kernels: Kernels
    private let layers: [Layer]
    private let head: PackedMatrix
    /// The numbers of an image's result.
    private let outputSize: Int

    /// Working memory for one thread.
    final class Memory {
        fileprivate let image: FloatBuffer
        /// The activations after each layer, of the first only the last image's.
        let activations: [FloatBuffer]
        fileprivate let tiles: FloatBuffer
        /// The head's rows, where these are longer than the results.
        fileprivate let rows: FloatBuffer

        init(for encoder: Float32Encoder, capacity: Int) {
            image = FloatBuffer(Encoder.imageBytes)
            // The first two layers run image by image, which keeps their data in the cache.
            activations = encoder.layers.enumerated().map { index, layer in
                FloatBuffer(layer.outputCount * (index == 0 ? 1 : capacity))
            }
            tiles = FloatBuffer(
                encoder.layers.filter(\.isTiled).map { layer in
                    withUnsafePointer(to: layer.convolution) { ck_tiles_scratch($0) }
                }.max() ?? 0)
            let isLonger = encoder.head.columns > encoder.outputSize
            rows = FloatBuffer(isLonger ? capacity * encoder.head.columns : 0)
        }
    }

    /// Lays out the weights of a VAE with the paper's convolutions.
    init(_ parameters: VAEParameters, kernels: Kernels) {
        self.kernels = kernels
        layers = EncoderLayout.layers.enumerated().map { index, layer in
            let weight = parameters["encoder.conv\(index + 1).weight"].values
            let bias = parameters["encoder.conv\(index + 1).bias"].values
            let (side, channels) = layer
            // Winograd's sums are made in double precision, rounded once.
            let isTiled = EncoderLayout.suitsTiles(index)
            let matrix =
                isTiled
                ? PackedMatrix(kernels: kernels, bias: bias, inner: 4 * channels, matrices: 9) {
                    matrix, inner, output in
                    Float(
                        EncoderLayout.tileSum(matrix, inner, output, channels: channels) {
                            Double(weight[$0])
                        })
                }
                : PackedMatrix(kernels: kernels, bias: bias, inner: 16 * channels) {
                    _, inner, output in
                    weight[EncoderLayout.place(inner, output, channels: channels)]
                }
            return Layer(side: side, channels: channels, matrix: matrix, isTiled: isTiled)
        }
        let mean = parameters["encoder.fc_mu.weight"].values
        let deviation = parameters["encoder.fc_logsigma.weight"].values
        let length = EncoderLayout.flatCount
        let latent = parameters.latentSize
        outputSize = 2 * latent
        head = PackedMatrix(
            kernels: kernels,
            bias: parameters["encoder.fc_mu.bias"].values
                + parameters["encoder.fc_logsigma.bias"].values,
            inner: length
        ) { _, inner, output in
            let flat = EncoderLayout.flatPlace(inner)
            return output < latent
                ? mean[output * length + flat]
                : deviation[(output - latent) * length + flat]
        }
    }

    /// Encodes images; the mean of z, then log sigma, for each.
    func encode(
        _ images: UnsafeBufferPointer<UnsafePointer<UInt8>>, _ memory: Memory,
        into output: UnsafeMutablePointer<Float>
    ) {
        let activations = memory.activations
        for (index, image) in images.enumerated() {
            kernels.table.pointee.unit_range(image, memory.image.start, Encoder.imageBytes)
            convolve(0, memory.image.start, activations[0].start, images: 1, memory)
            convolve(
                1, activations[0].start, activations[1].at(index * layers[1].outputCount),
                images: 1, memory)
        }
        convolve(2, activations[1].start, activations[2].start, images: images.count, memory)
        convolve(3, activations[2].start, activations[3].start, images: images.count, memory)
        let isLonger = head.columns > outputSize
        head.multiply(images.count, into: isLonger ? memory.rows.start : output) { row in
            UnsafePointer(activations[3].start + row * head.inner)
        }
        guard isLonger else { return }
        for row in images.indices {
            (output + row * outputSize).update(
                from: memory.rows.start + row * head.columns, count: outputSize)
        }
    }

    private func convolve(
        _ index: Int, _ input: UnsafeMutablePointer<Float>, _ output: UnsafeMutablePointer<Float>,
        images: Int, _ memory: Memory
    ) {
        var shape = layers[index].convolution
        if layers[index].isTiled {
            kernels.table.pointee.convolve_tiles(
                &shape, input, output, images, memory.tiles.start)
        } else {
            kernels.table.pointee.convolve(&shape, input, output, images)
        }
    }
}
