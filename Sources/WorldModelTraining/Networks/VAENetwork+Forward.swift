// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CKernels
import Tensors
import WorldModel

extension VAENetwork {
    /// (count, 64, 64, 3) bytes, mirrored where flipped, to `batch.mean` and `batch.logSigma`.
    func encode(_ frames: UnsafePointer<UInt8>, flips: [Bool]? = nil, count: Int) {
        precondition(count <= maximumBatch, "\(count) frames, room for \(maximumBatch)")
        encodeChunks(frames, flips: flips, count: count)
        let last = encoder[3]
        let rows = count * last.grid * last.grid
        let weight = weight("encoder.conv4.weight")
        pool.forEachPiece(of: last.outputs, width: Self.piece) { first, columns in
            FloatBLAS.multiply(
                .init(batch.patches.start, stride: last.patch),
                .init(weight + first, stride: last.outputs),
                into: batch.encoded[3].at(first), stride: last.outputs, rows: rows,
                columns: columns, inner: last.patch)
        }
        training_bias_relu(
            batch.encoded[3].start, self.weight("encoder.conv4.bias"), rows, last.outputs)
        for (name, output) in [("mu", batch.mean), ("logsigma", batch.logSigma)] {
            code.forward(
                batch.encoded[3].start, weight: self.weight("encoder.fc_\(name).weight"),
                bias: self.weight("encoder.fc_\(name).bias"), output: output.start, count: count)
        }
    }

    /// The convolutions but the last, whose patches are gathered.
    private func encodeChunks(_ frames: UnsafePointer<UInt8>, flips: [Bool]?, count: Int) {
        let frameSize = encoder[0].inputSize
        pool.run(slots.count(batch: count)) { slot, thread in
            slots.forEachChunk(of: slot, batch: count) { first, images in
                for image in first..<(first + images) {
                    training_image_from_bytes(
                        frames + image * frameSize, VAESizes.imageSide, VAESizes.imageChannels,
                        flips?[image] == true ? 1 : 0, batch.images.at(image * frameSize))
                }
                var input = batch.images.at(first * frameSize)
                for (index, layer) in encoder[..<3].enumerated() {
                    let output = batch.encoded[index].at(first * layer.outputSize)
                    layer.forward(
                        input, weight: weight("encoder.conv\(index + 1).weight"),
                        bias: weight("encoder.conv\(index + 1).bias"), output: output,
                        columns: scratch[thread].columns.start, count: images)
                    input = output
                }
                encoder[3].gather(
                    input, batch.patches.at(first * encoder[3].columnsSize), images)
            }
        }
    }

    /// `batch.noise` to `batch.latent`.
    ///
    /// z = mean + sigma noise (Kingma & Welling 2014, equation 10).
    func sample(count: Int) {
        training_sample(
            batch.mean.start, batch.logSigma.start, batch.noise.start, batch.latent.start,
            count * sizes.latent)
    }

    /// `batch.latent` to `batch.grown`, the output of the first deconvolution.
    func expand(count: Int) {
        expansion.forward(
            batch.latent.start, weight: weight("decoder.fc1.weight"),
            bias: weight("decoder.fc1.bias"), output: batch.expanded.start, count: count)
        training_relu(batch.expanded.start, count * sizes.decoderInput)
        // From a 1x1 image the patch is the whole output: a product without overlaps.
        let layer = decoder[0]
        let weight = weight("decoder.deconv1.weight")
        pool.forEachPiece(of: layer.patch, width: 5 * Self.piece) { first, columns in
            FloatBLAS.multiply(
                .init(batch.expanded.start, stride: layer.channels),
                .init(weight + first, stride: layer.patch), into: batch.grown.at(first),
                stride: layer.patch, rows: count, columns: columns, inner: layer.channels)
        }
        training_bias_relu(
            batch.grown.start, self.weight("decoder.deconv1.bias"),
            count * layer.grid * layer.grid, layer.outputs)
    }

    /// The last three deconvolutions of a chunk into the thread's scratch, the last after the
    /// sigmoid.
    func decodeChunk(first: Int, count: Int, thread: Int) {
        let scratch = scratch[thread]
        var input = batch.grown.at(first * decoder[0].outputSize)
        for (index, layer) in decoder[1...].enumerated() {
            let output = scratch.decoded[index].start
            layer.forward(
                input, weight: weight("decoder.deconv\(index + 2).weight"),
                bias: weight("decoder.deconv\(index + 2).bias"), output: output,
                columns: scratch.columns.start, count: count)
            if index < 2 {
                training_relu(output, count * layer.outputSize)
            } else {
                training_sigmoid(output, count * layer.outputSize)
            }
            input = output
        }
    }

    /// `batch.latent` to `batch.reconstruction`.
    func decode(count: Int) {
        precondition(count <= maximumBatch, "\(count) latents, room for \(maximumBatch)")
        expand(count: count)
        let size = decoder[3].outputSize
        pool.run(slots.count(batch: count)) { slot, thread in
            slots.forEachChunk(of: slot, batch: count) { first, images in
                decodeChunk(first: first, count: images, thread: thread)
                batch.reconstruction.at(first * size).update(
                    from: scratch[thread].decoded[2].start, count: images * size)
            }
        }
    }

    /// `computeGradient`'s loss without the gradient; `batch.noise` has been drawn.
    func loss(_ frames: UnsafePointer<UInt8>, count: Int, freeBits: Float = 0) -> VAELoss {
        encode(frames, count: count)
        sample(count: count)
        decode(count: count)
        var loss = VAELoss()
        loss.squaredError = training_squared_error(
            batch.reconstruction.start, batch.images.start, count * decoder[3].outputSize)
        loss.divergence = divergence(count: count, freeBits: freeBits, differentiate: false)
        return loss
    }

    /// The divergence from N(0, 1), -1/2 sum(1 + 2 log s - m^2 - s^2) (Kingma & Welling 2014,
    /// appendix B), at least `freeBits` times the latent's length an image; adds its gradient to
    /// that of mean and log-sigma.
    func divergence(count: Int, freeBits: Float, differentiate: Bool) -> Double {
        let length = sizes.latent
        let floor = Double(freeBits) * Double(length)
        var sum = 0.0
        for image in 0..<count {
            let offset = image * length
            var divergence = 0.0
            for index in offset..<(offset + length) {
                let mean = Double(batch.mean.start[index])
                let logSigma = Double(batch.logSigma.start[index])
                let variance = Double(exponential(2 * batch.logSigma.start[index]))
                divergence -= 0.5 * (1 + 2 * logSigma - mean * mean - variance)
            }
            if divergence < floor {
                sum += floor
                continue
            }
            sum += divergence
            guard differentiate else { continue }
            for index in offset..<(offset + length) {
                let variance = exponential(2 * batch.logSigma.start[index])
                batch.meanGradient.start[index] += batch.mean.start[index]
                batch.logSigmaGradient.start[index] += variance - 1
            }
        }
        return sum
    }

    /// exp of one number, as the vector loops compute it.
    func exponential(_ x: Float) -> Float {
        var argument = x
        var result: Float = 0
        training_exp(&argument, &result, 1)
        return result
    }
}
