// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CKernels
import WorldModel

/// The VAE on preallocated memory: forward and backward for batches of frames.
///
/// Images are NHWC. A step runs in phases: those over chunks of images (the convolutions, whose
/// patches are many) and those over columns of one product for the whole batch (the fourth
/// convolution and the first deconvolution, whose weights are many). Both are cut the same for any
/// number of threads.
final class VAENetwork: TrainableNetwork {
    /// The images that a task takes through a convolution at once.
    static let chunk = 8
    /// The columns of a piece of the two large products.
    static let piece = 64

    let sizes: VAESizes
    let layout: FlatLayout
    let parameters: FloatBuffer
    let gradient: FloatBuffer
    let pool: WorkerPool
    let maximumBatch: Int

    let encoder: [Convolution]
    let decoder: [Deconvolution]
    let code: Linear
    let expansion: Linear
    let slots: GradientSlots
    let batch: Batch
    let scratch: [Scratch]

    /// Takes the memory for batches of at most so many images.
    init(_ parameters: VAEParameters, maximumBatch: Int, pool: WorkerPool) {
        let sizes = parameters.sizes
        self.sizes = sizes
        self.pool = pool
        self.maximumBatch = maximumBatch
        let inputs = [VAESizes.imageChannels] + sizes.encoderChannels
        encoder = (0..<4).map {
            Convolution(
                side: VAESizes.encoderSides[$0], channels: inputs[$0],
                kernel: VAESizes.encoderKernel, outputs: inputs[$0 + 1])
        }
        let widths = [sizes.decoderInput] + sizes.decoderChannels + [VAESizes.imageChannels]
        decoder = (0..<4).map {
            Deconvolution(
                side: VAESizes.decoderSides[$0], channels: widths[$0],
                kernel: VAESizes.decoderKernels[$0], outputs: widths[$0 + 1])
        }
        code = Linear(inputs: sizes.encoderOutput, outputs: sizes.latent)
        expansion = Linear(inputs: sizes.latent, outputs: sizes.decoderInput)
        let (layout, shared) = Self.layout(sizes)
        self.layout = layout
        self.parameters = FloatBuffer(layout.count)
        gradient = FloatBuffer(layout.count)
        slots = GradientSlots(chunk: Self.chunk, maximumBatch: maximumBatch, width: shared)
        batch = Batch(encoder, decoder, sizes: sizes, count: maximumBatch)
        let (convolutions, deconvolutions) = (encoder, decoder)
        scratch = (0..<pool.threads).map { _ in Scratch(convolutions, deconvolutions) }
        layout.load(parameters.tensors, into: self.parameters)
    }

    var exported: VAEParameters {
        VAEParameters(checked: layout.tensors(parameters), sizes: sizes)
    }

    /// The place of a tensor's weights.
    func weight(_ name: String) -> UnsafeMutablePointer<Float> {
        parameters.at(layout.offset(name))
    }

    /// The place of a tensor's gradient.
    func gradient(_ name: String) -> UnsafeMutablePointer<Float> {
        gradient.at(layout.offset(name))
    }

    /// The layout, and how many of its first elements belong to layers that run over chunks.
    private static func layout(_ sizes: VAESizes) -> (FlatLayout, shared: Int) {
        let entries = Dictionary(
            uniqueKeysWithValues: VAEParameters.specification(sizes).map { ($0.name, $0) })
        var layout = FlatLayout()
        func append(_ layer: String, view: [Int]? = nil, axes: [Int]) {
            guard let weight = entries[layer + ".weight"], let bias = entries[layer + ".bias"]
            else { preconditionFailure("the VAE has no layer \(layer)") }
            layout.append(weight, view: view, axes: axes)
            layout.append(bias)
        }
        for index in 1...3 { append("encoder.conv\(index)", axes: [2, 3, 1, 0]) }
        for index in 2...4 { append("decoder.deconv\(index)", axes: [0, 2, 3, 1]) }
        let shared = layout.count
        append("encoder.conv4", axes: [2, 3, 1, 0])
        // The file flattens the last image channels first, here they come last.
        let flattened = [sizes.latent, sizes.encoderChannels[3], 2, 2]
        append("encoder.fc_mu", view: flattened, axes: [2, 3, 1, 0])
        append("encoder.fc_logsigma", view: flattened, axes: [2, 3, 1, 0])
        append("decoder.fc1", axes: [1, 0])
        append("decoder.deconv1", axes: [0, 2, 3, 1])
        return (layout, shared)
    }
}

/// What a batch of images lost.
struct VAELoss: Sendable, Hashable {
    /// The squared error of the reconstruction, summed over pixels, channels and images.
    var squaredError = 0.0
    /// The Kullback-Leibler divergence, summed over latents and images, free bits applied.
    var divergence = 0.0

    /// What is minimised.
    var total: Double { squaredError + divergence }

    static func += (sum: inout VAELoss, term: VAELoss) {
        sum.squaredError += term.squaredError
        sum.divergence += term.divergence
    }
}
