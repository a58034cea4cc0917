// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import CKernels
package import SeededRandom

/// V's encoder with its weights laid out for the compiled loops.
///
/// Four 4x4 convolutions of stride 2 with ReLU, then two linear layers to the mean and the
/// logarithm of the standard deviation of z (Ha & Schmidhuber 2018, figure 22). An image's result
/// has the same bits whatever else is in the batch and wherever in it the image stands.
public struct Encoder: Sendable {
    /// The length of z.
    public static let latentSize = 32
    /// The side of the square observation in pixels.
    public static let imageSide = 64
    /// The bytes of an observation: 64 x 64 x 3, rows from the top, RGB.
    public static let imageBytes = imageSide * imageSide * 3
    /// The numbers that an image gives: the mean of z, then the logarithm of its deviation.
    public static let outputSize = 2 * latentSize

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

    /// The memory that encoding needs, for one thread.
    public final class Scratch {
        fileprivate let capacity: Int
        fileprivate let image: FloatBuffer
        fileprivate let activations: [FloatBuffer]
        fileprivate let tiles: FloatBuffer

        /// Makes room for batches of at most `capacity` images.
        public init(for encoder: Encoder, capacity: Int) {
            precondition(capacity > 0, "a batch of \(capacity) images")
            self.capacity = capacity
            image = FloatBuffer(Encoder.imageBytes)
            // The first two layers run image by image, which keeps their data in the cache.
            activations = encoder.layers.enumerated().map { index, layer in
                FloatBuffer(layer.outputCount * (index == 0 ? 1 : capacity))
            }
            tiles = FloatBuffer(
                encoder.layers.filter(\.isTiled).map { layer in
                    withUnsafePointer(to: layer.convolution) { ck_tiles_scratch($0) }
                }.max() ?? 0)
        }
    }

    /// Refuses a VAE of other sizes than the paper's; an error calls it `name`.
    ///
    /// - Throws: `FrozenModelsError`.
    package static func requireSizes(of parameters: VAEParameters, name: String) throws {
        let sizes = parameters.sizes
        guard sizes.encoderChannels == [32, 64, 128, 256], sizes.latent == latentSize else {
            throw FrozenModelsError.unsupportedSizes(
                model: name, found: "encoder \(sizes.encoderChannels), z \(sizes.latent)",
                expected: "encoder [32, 64, 128, 256], z \(latentSize)")
        }
    }

    /// Lays out the weights of a VAE.
    ///
    /// - Throws: `FrozenModelsError` if the sizes are others than the paper's.
    public init(_ parameters: VAEParameters, kernels: Kernels = .best) throws {
        try Self.requireSizes(of: parameters, name: "V")
        self.kernels = kernels
        var layers: [Layer] = []
        var side = Self.imageSide
        for index in 1...4 {
            let weight = parameters["encoder.conv\(index).weight"]
            let channels = weight.shape[1]
            let bias = parameters["encoder.conv\(index).bias"].values
            // Winograd's form needs even output sides. In the last layer it would need 4.7 MB of
            // weights for each batch instead of 2.1, which costs more than the products saved.
            let isTiled = index == 2 || index == 3
            let matrix =
                isTiled
                ? Self.tiledMatrix(weight, bias: bias, kernels: kernels)
                : Self.matrix(weight, bias: bias, kernels: kernels)
            layers.append(
                Layer(side: side, channels: channels, matrix: matrix, isTiled: isTiled))
            side = (side - 2) / 2
        }
        self.layers = layers
        // PyTorch flattens the last image channels first (c, y, x); here it is (y, x, c).
        let channels = 256
        let pixels = side * side
        let mean = parameters["encoder.fc_mu.weight"]
        let deviation = parameters["encoder.fc_logsigma.weight"]
        head = PackedMatrix(
            kernels: kernels,
            bias: parameters["encoder.fc_mu.bias"].values
                + parameters["encoder.fc_logsigma.bias"].values,
            inner: channels * pixels
        ) { _, inner, output in
            let flat = inner % channels * pixels + inner / channels
            return output < Self.latentSize
                ? mean.values[output * channels * pixels + flat]
                : deviation.values[(output - Self.latentSize) * channels * pixels + flat]
        }
    }

    /// A convolution's weights, from (out, in, y, x) in files to the inner index (y, x, in).
    private static func matrix(
        _ weight: Tensor, bias: [Float], kernels: Kernels
    ) -> PackedMatrix {
        let channels = weight.shape[1]
        return PackedMatrix(kernels: kernels, bias: bias, inner: 16 * channels) {
            _, inner, output in
            weight.values[(output * channels + inner % channels) * 16 + inner / channels]
        }
    }

    /// A convolution's weights for Winograd's form: G g G^T of each 2x2 kernel that the parities of
    /// y and x have, in double precision, rounded once.
    private static func tiledMatrix(
        _ weight: Tensor, bias: [Float], kernels: Kernels
    ) -> PackedMatrix {
        let channels = weight.shape[1]
        // Which of the two taps a row of G adds up.
        let taps = [[0], [0, 1], [1]]
        return PackedMatrix(kernels: kernels, bias: bias, inner: 4 * channels, matrices: 9) {
            matrix, inner, output in
            let channel = inner % channels
            let (yParity, xParity) = (inner / channels / 2, inner / channels % 2)
            let start = (output * channels + channel) * 16
            var sum = 0.0
            for y in taps[matrix / 3] {
                for x in taps[matrix % 3] {
                    sum += Double(
                        weight.values[start + (2 * y + yParity) * 4 + 2 * x + xParity])
                }
            }
            return Float(sum)
        }
    }

    /// Encodes observations of 64 x 64 x 3 bytes (rows from the top, RGB), given each one's start.
    ///
    /// `scratch` was made for at least as many; `output` has room for `outputSize` numbers an image:
    /// the mean, then log sigma.
    public func encode(
        _ images: UnsafeBufferPointer<UnsafePointer<UInt8>>, scratch: Scratch,
        into output: UnsafeMutablePointer<Float>
    ) {
        let count = images.count
        precondition(count <= scratch.capacity, "\(count) images, room for \(scratch.capacity)")
        let loops = kernels.table.pointee
        for index in 0..<count {
            loops.unit_range(images[index], scratch.image.start, Self.imageBytes)
            convolve(
                0, scratch.image.start, scratch.activations[0].start, images: 1, scratch)
            convolve(
                1, scratch.activations[0].start,
                scratch.activations[1].start + index * layers[1].outputCount, images: 1, scratch)
        }
        convolve(
            2, scratch.activations[1].start, scratch.activations[2].start, images: count,
            scratch)
        convolve(
            3, scratch.activations[2].start, scratch.activations[3].start, images: count,
            scratch)
        head.multiply(count, into: output) { row in
            UnsafePointer(scratch.activations[3].start + row * head.inner)
        }
    }

    /// Draws z = mean + sigma * N(0, 1) (Kingma & Welling 2014, section 2.4), 32 numbers.
    ///
    /// In `output`, an image's `outputSize` numbers, log sigma is replaced by sigma.
    package func sample(
        _ output: UnsafeMutablePointer<Float>, noise: inout PCG64,
        into latent: UnsafeMutablePointer<Float>
    ) {
        let sigma = output + Self.latentSize
        kernels.table.pointee.exponential(sigma, Self.latentSize)
        for index in stride(from: 0, to: Self.latentSize, by: 2) {
            let pair = noise.normalPair()
            latent[index] = output[index] + sigma[index] * Float(pair.0)
            latent[index + 1] = output[index + 1] + sigma[index + 1] * Float(pair.1)
        }
    }

    /// Encodes a whole number of observations of `imageBytes`, one after another.
    ///
    /// - Returns: The means and the logarithms of the deviations, 32 an image each.
    public func encode(_ observations: [UInt8]) -> (means: [Float], logSigmas: [Float]) {
        precondition(
            observations.count % Self.imageBytes == 0,
            "\(observations.count) bytes are no whole number of images")
        let count = observations.count / Self.imageBytes
        let batch = 16
        let scratch = Scratch(for: self, capacity: batch)
        let output = FloatBuffer(count * Self.outputSize)
        observations.withUnsafeBufferPointer { bytes in
            guard let pixels = bytes.baseAddress else { return }
            for first in stride(from: 0, to: count, by: batch) {
                let starts = (first..<min(count, first + batch)).map {
                    pixels + $0 * Self.imageBytes
                }
                starts.withUnsafeBufferPointer {
                    encode($0, scratch: scratch, into: output.at(first * Self.outputSize))
                }
            }
        }
        var (means, logSigmas): ([Float], [Float]) = ([], [])
        for start in stride(from: 0, to: output.count, by: Self.outputSize) {
            means += output.elements(Self.latentSize, from: start)
            logSigmas += output.elements(Self.latentSize, from: start + Self.latentSize)
        }
        return (means, logSigmas)
    }

    private func convolve(
        _ index: Int, _ input: UnsafeMutablePointer<Float>, _ output: UnsafeMutablePointer<Float>,
        images: Int, _ scratch: Scratch
    ) {
        var shape = layers[index].convolution
        if layers[index].isTiled {
            kernels.table.pointee.convolve_tiles(
                &shape, input, output, images, scratch.tiles.start)
        } else {
            kernels.table.pointee.convolve(&shape, input, output, images)
        }
    }
}
