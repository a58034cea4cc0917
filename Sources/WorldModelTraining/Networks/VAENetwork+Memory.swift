// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import WorldModel

extension VAENetwork {
    /// What a step keeps for the whole batch.
    struct Batch {
        /// The images, 0..1.
        let images: FloatBuffer
        /// The encoder's four outputs after ReLU.
        let encoded: [FloatBuffer]
        /// The patches of the fourth convolution, and their gradient.
        let patches: FloatBuffer
        let patchGradient: FloatBuffer
        let mean: FloatBuffer
        let logSigma: FloatBuffer
        let noise: FloatBuffer
        let latent: FloatBuffer
        let meanGradient: FloatBuffer
        let logSigmaGradient: FloatBuffer
        let latentGradient: FloatBuffer
        let codeGradient: FloatBuffer
        /// The decoder's first vector after ReLU.
        let expanded: FloatBuffer
        let expandedGradient: FloatBuffer
        /// The first deconvolution's output after ReLU.
        let grown: FloatBuffer
        let grownGradient: FloatBuffer
        /// The decoder's output, 0..1, when it is asked for.
        let reconstruction: FloatBuffer

        init(_ encoder: [Convolution], _ decoder: [Deconvolution], sizes: VAESizes, count: Int) {
            func buffer(_ size: Int) -> FloatBuffer { FloatBuffer(count * size) }
            images = buffer(encoder[0].inputSize)
            encoded = encoder.map { buffer($0.outputSize) }
            patches = buffer(encoder[3].columnsSize)
            patchGradient = buffer(encoder[3].columnsSize)
            mean = buffer(sizes.latent)
            logSigma = buffer(sizes.latent)
            noise = buffer(sizes.latent)
            latent = buffer(sizes.latent)
            meanGradient = buffer(sizes.latent)
            logSigmaGradient = buffer(sizes.latent)
            latentGradient = buffer(sizes.latent)
            codeGradient = buffer(sizes.encoderOutput)
            expanded = buffer(sizes.decoderInput)
            expandedGradient = buffer(sizes.decoderInput)
            grown = buffer(decoder[0].outputSize)
            grownGradient = buffer(decoder[0].outputSize)
            reconstruction = buffer(decoder[3].outputSize)
        }
    }

    /// What one thread needs for one chunk.
    struct Scratch {
        let columns: FloatBuffer
        /// The outputs of deconvolutions 2 to 4; the last becomes its own gradient.
        let decoded: [FloatBuffer]
        /// The gradients of the inputs of deconvolutions 3 and 4.
        let decodedGradient: [FloatBuffer]
        /// The gradients of the outputs of convolutions 1 to 3.
        let encodedGradient: [FloatBuffer]

        init(_ encoder: [Convolution], _ decoder: [Deconvolution]) {
            let largest =
                encoder.map { $0.group * $0.columnsSize }
                + decoder[1...].map { $0.group * $0.columnsSize }
            columns = FloatBuffer(largest.max() ?? 0)
            decoded = decoder[1...].map { FloatBuffer(chunk * $0.outputSize) }
            decodedGradient = decoder[2...].map { FloatBuffer(chunk * $0.inputSize) }
            encodedGradient = encoder[..<3].map { FloatBuffer(chunk * $0.outputSize) }
        }
    }
}
