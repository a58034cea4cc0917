// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CKernels
package import SeededRandom

/// V's encoder with its weights laid out for the compiled loops.
///
/// Four 4x4 convolutions of stride 2 with ReLU, then two linear layers to the mean and the
/// logarithm of the standard deviation of z (Ha & Schmidhuber 2018, figure 22). An image's result
/// has the same bits whatever else is in the batch and wherever in it the image stands.
public struct Encoder: Sendable {
    /// The length of z.
    public let latentSize: Int
    /// The side of the square observation in pixels.
    public static let imageSide = 64
    /// The bytes of an observation: 64 x 64 x 3, rows from the top, RGB.
    public static let imageBytes = imageSide * imageSide * 3
    /// The numbers that an image gives: the mean of z, then the logarithm of its deviation.
    public var outputSize: Int { 2 * latentSize }

    /// What it computes in.
    public let precision: Precision
    private let kernels: Kernels
    private let body: Body

    private enum Body: Sendable {
        case float32(Float32Encoder)
        case int8(Int8Encoder)
    }

    /// The memory that encoding needs, for one thread.
    public final class Scratch {
        fileprivate let capacity: Int
        fileprivate let memory: Memory

        fileprivate enum Memory {
            case float32(Float32Encoder.Memory)
            case int8(Int8Encoder.Memory)
        }

        /// Makes room for batches of at most `capacity` images.
        public init(for encoder: Encoder, capacity: Int) {
            precondition(capacity > 0, "a batch of \(capacity) images")
            self.capacity = capacity
            memory =
                switch encoder.body {
                case .float32(let encoder): .float32(.init(for: encoder, capacity: capacity))
                case .int8(let encoder): .int8(.init(for: encoder, capacity: capacity))
                }
        }
    }

    /// Refuses a VAE whose convolutions are not the paper's or whose z is beyond its limits; an error
    /// calls it `name`.
    ///
    /// - Throws: `FrozenModelsError`.
    package static func requireSizes(of parameters: VAEParameters, name: String) throws {
        let sizes = parameters.sizes
        let limits = ModelSizes.latentLimits
        guard sizes.encoderChannels == [32, 64, 128, 256], limits.contains(sizes.latent) else {
            throw FrozenModelsError.unsupportedSizes(
                model: name, found: "encoder \(sizes.encoderChannels), z \(sizes.latent)",
                expected: "encoder [32, 64, 128, 256], z \(limits.lowerBound) to "
                    + "\(limits.upperBound)")
        }
    }

    /// Refuses a VAE that cannot be used in a precision; an error calls it `name`.
    ///
    /// - Throws: `FrozenModelsError`.
    package static func require(
        _ precision: Precision, of parameters: VAEParameters, name: String
    ) throws {
        try requireSizes(of: parameters, name: name)
        if precision == .int8, parameters.ranges == nil {
            throw FrozenModelsError.noRanges(model: name)
        }
    }

    /// Lays out the weights of a VAE; an error calls it `name`.
    ///
    /// - Throws: `FrozenModelsError` if the sizes cannot be, or if 8-bit integers are wanted of a V
    ///   that has no `ranges`.
    public init(
        _ parameters: VAEParameters, kernels: Kernels = .best, precision: Precision = .float32,
        name: String = "V"
    ) throws {
        try Self.require(precision, of: parameters, name: name)
        self.kernels = kernels
        self.precision = precision
        latentSize = parameters.latentSize
        body =
            if precision == .int8, let ranges = parameters.ranges {
                .int8(Int8Encoder(parameters, ranges: ranges, kernels: kernels))
            } else {
                .float32(Float32Encoder(parameters, kernels: kernels))
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
        switch (body, scratch.memory) {
        case (.float32(let encoder), .float32(let memory)):
            encoder.encode(images, memory, into: output)
        case (.int8(let encoder), .int8(let memory)):
            encoder.encode(images, memory, into: output)
        default: preconditionFailure("\(precision) with another precision's memory")
        }
    }

    /// Draws z = mean + sigma * N(0, 1) (Kingma & Welling 2014, section 2.4), `latentSize` numbers.
    ///
    /// In `output`, an image's `outputSize` numbers, log sigma is replaced by sigma.
    package func sample(
        _ output: UnsafeMutablePointer<Float>, noise: inout PCG64,
        into latent: UnsafeMutablePointer<Float>
    ) {
        let sigma = output + latentSize
        kernels.table.pointee.exponential(sigma, latentSize)
        for index in stride(from: 0, to: latentSize, by: 2) {
            let pair = noise.normalPair()
            latent[index] = output[index] + sigma[index] * Float(pair.0)
            guard index + 1 < latentSize else { break }
            latent[index + 1] = output[index + 1] + sigma[index + 1] * Float(pair.1)
        }
    }

    /// Encodes a whole number of observations of `imageBytes`, one after another.
    ///
    /// - Returns: The means and the logarithms of the deviations, `latentSize` an image each.
    public func encode(_ observations: [UInt8]) -> (means: [Float], logSigmas: [Float]) {
        precondition(
            observations.count % Self.imageBytes == 0,
            "\(observations.count) bytes are no whole number of images")
        let count = observations.count / Self.imageBytes
        let batch = 16
        let scratch = Scratch(for: self, capacity: batch)
        let output = FloatBuffer(count * outputSize)
        observations.withUnsafeBufferPointer { bytes in
            guard let pixels = bytes.baseAddress else { return }
            for first in stride(from: 0, to: count, by: batch) {
                let starts = (first..<min(count, first + batch)).map {
                    pixels + $0 * Self.imageBytes
                }
                starts.withUnsafeBufferPointer {
                    encode($0, scratch: scratch, into: output.at(first * outputSize))
                }
            }
        }
        var (means, logSigmas): ([Float], [Float]) = ([], [])
        for start in stride(from: 0, to: output.count, by: outputSize) {
            means += output.elements(latentSize, from: start)
            logSigmas += output.elements(latentSize, from: start + latentSize)
        }
        return (means, logSigmas)
    }
}
