// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import ArrayFiles
public import Foundation
package import SeededRandom

/// The sizes of the convolutional VAE.
///
/// Kernels, strides and the 64x64 RGB image are fixed (Ha & Schmidhuber 2018, figure 22); the
/// widths default to the paper's and are smaller only in tests.
public struct VAESizes: Sendable, Hashable {
    /// The length of the latent vector z.
    public var latent: Int
    /// The output channels of the four encoder convolutions.
    public var encoderChannels: [Int]
    /// The length of the decoder's first vector, the input channels of its first deconvolution.
    public var decoderInput: Int
    /// The output channels of the first three decoder deconvolutions; the fourth makes RGB.
    public var decoderChannels: [Int]

    /// The side of the image in pixels.
    public static let imageSide = 64
    /// Red, green and blue.
    public static let imageChannels = 3
    /// The encoder's kernels are 4x4, its strides 2.
    public static let encoderKernel = 4
    /// The decoder's kernels, one a layer; its strides are 2.
    public static let decoderKernels = [5, 5, 6, 6]
    /// The sides of the encoder's images, input and outputs.
    public static let encoderSides = [64, 31, 14, 6, 2]
    /// The sides of the decoder's images, input and outputs.
    public static let decoderSides = [1, 5, 13, 30, 64]

    /// The length of the flattened last encoder image.
    public var encoderOutput: Int { encoderChannels[3] * 4 }

    /// The sizes of a VAE, the paper's by default; four encoder and three decoder widths.
    public init(
        latent: Int = 32, encoderChannels: [Int] = [32, 64, 128, 256], decoderInput: Int = 1024,
        decoderChannels: [Int] = [128, 64, 32]
    ) {
        precondition(encoderChannels.count == 4, "four encoder widths, not \(encoderChannels)")
        precondition(decoderChannels.count == 3, "three decoder widths, not \(decoderChannels)")
        self.latent = latent
        self.encoderChannels = encoderChannels
        self.decoderInput = decoderInput
        self.decoderChannels = decoderChannels
    }
}

/// The weights of the VAE (V), under the names and in the layouts of ctallec/world-models.
///
/// Convolutions are (out, in, ky, kx), deconvolutions (in, out, ky, kx), linear layers (out, in);
/// the encoder's last image is flattened channels first.
public struct VAEParameters: ParameterSet {
    package static let part = Agent.Part.vae
    /// The numbers that fix the tensors' shapes.
    public let sizes: VAESizes
    /// The weights under PyTorch's names.
    package let tensors: [String: Tensor]
    /// How large the encoder's activations become, without which there are no 8-bit integers.
    public var ranges: ActivationRanges?

    /// The length of the latent vector z.
    public var latentSize: Int { sizes.latent }

    package var notes: [String: String] { ranges?.metadata ?? [:] }

    package mutating func take(notes: [String: String], name: String) throws(ParameterError) {
        ranges = try ActivationRanges(metadata: notes, name: name)
    }

    /// Reads V's file, written here or by PyTorch.
    ///
    /// - Throws: `FileError` if it cannot be read, `ParameterError` that says what does not fit.
    public init(contentsOf url: URL) throws {
        try self.init(SafetensorsFile(contentsOf: url), name: url.path)
    }

    /// Draws PyTorch's default start of a VAE of the paper's sizes.
    package init(randomFrom generator: inout PCG64) {
        self.init(randomFrom: &generator, sizes: VAESizes())
    }

    /// Wraps tensors which match the specification by name and shape.
    package init(checked: [String: Tensor], sizes: VAESizes) {
        self.tensors = checked
        self.sizes = sizes
    }

    /// The tensors in `state_dict` order.
    package static func specification(_ sizes: VAESizes = VAESizes()) -> [TensorSpecification] {
        var entries: [TensorSpecification] = []
        let kernel = VAESizes.encoderKernel
        var channels = VAESizes.imageChannels
        for (index, outputs) in sizes.encoderChannels.enumerated() {
            entries += TensorSpecification.layer(
                "encoder.conv\(index + 1)", weight: [outputs, channels, kernel, kernel],
                bias: outputs, fanIn: channels * kernel * kernel)
            channels = outputs
        }
        for name in ["encoder.fc_mu", "encoder.fc_logsigma"] {
            entries += TensorSpecification.layer(
                name, weight: [sizes.latent, sizes.encoderOutput], bias: sizes.latent,
                fanIn: sizes.encoderOutput)
        }
        entries += TensorSpecification.layer(
            "decoder.fc1", weight: [sizes.decoderInput, sizes.latent], bias: sizes.decoderInput,
            fanIn: sizes.latent)
        channels = sizes.decoderInput
        for (index, outputs) in (sizes.decoderChannels + [VAESizes.imageChannels]).enumerated() {
            let kernel = VAESizes.decoderKernels[index]
            // PyTorch takes a transposed convolution's fan-in from its second axis, the outputs.
            entries += TensorSpecification.layer(
                "decoder.deconv\(index + 1)", weight: [channels, outputs, kernel, kernel],
                bias: outputs, fanIn: outputs * kernel * kernel)
            channels = outputs
        }
        return entries
    }

    /// Reads the sizes off the tensors' shapes; `init(tensors:name:)` checks the rest.
    package static func sizes(of tensors: [String: Tensor], name: String) throws -> VAESizes {
        func extent(_ tensor: String, _ rank: Int) throws -> [Int] {
            try shape(of: tensor, rank: rank, in: tensors, name: name)
        }
        return VAESizes(
            latent: try extent("encoder.fc_mu.weight", 2)[0],
            encoderChannels: try (1...4).map { try extent("encoder.conv\($0).weight", 4)[0] },
            decoderInput: try extent("decoder.fc1.weight", 2)[0],
            decoderChannels: try (1...3).map { try extent("decoder.deconv\($0).weight", 4)[1] })
    }
}
