// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CKernels
import Tensors
import WorldModel

extension VAENetwork {
    /// The loss, summed over a batch, and, in `gradient`, its derivative by every weight.
    ///
    /// The loss is the original's: squared error and divergence. Frames are (count, 64, 64, 3)
    /// bytes, flipped ones mirrored left to right; `batch.noise` has been drawn. `freeBits` is the
    /// divergence a latent below which it is not reduced (the paper's code's `kl_tolerance`).
    func computeGradient(
        _ frames: UnsafePointer<UInt8>, flips: [Bool]? = nil, count: Int, freeBits: Float = 0
    ) -> VAELoss {
        encode(frames, flips: flips, count: count)
        sample(count: count)
        expand(count: count)
        var loss = VAELoss()
        loss.squaredError = decoderGradient(count: count)
        growthGradient(count: count)
        loss.divergence = codeGradient(count: count, freeBits: freeBits)
        patchGradient(count: count)
        encoderGradient(count: count)
        slots.reduce(into: gradient.start, batch: count, pool: pool)
        return loss
    }

    /// The last three deconvolutions, forward and backward, down to `batch.grownGradient`.
    private func decoderGradient(count: Int) -> Double {
        let used = slots.count(batch: count)
        var losses = [Double](repeating: 0, count: used)
        losses.withUnsafeMutableBufferPointer { losses in
            // Each task writes the loss of its own slot.
            nonisolated(unsafe) let losses = losses
            pool.run(used) { slot, thread in
                slots[slot].clear()
                slots.forEachChunk(of: slot, batch: count) { first, images in
                    decodeChunk(first: first, count: images, thread: thread)
                    let output = decoder[3].outputSize
                    losses[slot] += training_sigmoid_squared_error(
                        scratch[thread].decoded[2].start, batch.images.at(first * output),
                        images * output)
                    decoderChunkGradient(slot: slot, first: first, count: images, thread: thread)
                }
            }
        }
        return losses.reduce(0, +)
    }

    private func decoderChunkGradient(slot: Int, first: Int, count: Int, thread: Int) {
        let scratch = scratch[thread]
        let grown = first * decoder[0].outputSize
        let inputs = [batch.grown.at(grown), scratch.decoded[0].start, scratch.decoded[1].start]
        let inputGradients = [
            batch.grownGradient.at(grown), scratch.decodedGradient[0].start,
            scratch.decodedGradient[1].start,
        ]
        var outputGradient = scratch.decoded[2].start
        for index in [2, 1, 0] {
            let layer = decoder[index + 1]
            let name = "decoder.deconv\(index + 2)"
            layer.backward(
                inputs[index], outputGradient: outputGradient, weight: weight(name + ".weight"),
                weightGradient: slots[slot].at(layout.offset(name + ".weight")),
                biasGradient: slots[slot].at(layout.offset(name + ".bias")),
                inputGradient: inputGradients[index], columns: scratch.columns.start,
                count: count)
            training_relu_mask(inputGradients[index], inputs[index], count * layer.inputSize)
            outputGradient = inputGradients[index]
        }
    }

    /// The first deconvolution, down to `batch.expandedGradient`.
    private func growthGradient(count: Int) {
        let layer = decoder[0]
        let weight = weight("decoder.deconv1.weight")
        let weightGradient = gradient("decoder.deconv1.weight")
        pool.forEachPiece(of: layer.patch, width: 5 * Self.piece) { first, columns in
            FloatBLAS.multiply(
                .init(batch.expanded.start, stride: layer.channels, transposed: true),
                .init(batch.grownGradient.at(first), stride: layer.patch),
                into: weightGradient + first, stride: layer.patch, rows: layer.channels,
                columns: columns, inner: count)
        }
        pool.forEachPiece(of: layer.channels, width: 2 * Self.piece) { first, columns in
            FloatBLAS.multiply(
                .init(batch.grownGradient.start, stride: layer.patch),
                .init(weight + first * layer.patch, stride: layer.patch, transposed: true),
                into: batch.expandedGradient.at(first), stride: layer.channels, rows: count,
                columns: columns, inner: layer.patch)
        }
        let bias = gradient("decoder.deconv1.bias")
        bias.update(repeating: 0, count: layer.outputs)
        training_add_column_sums(
            batch.grownGradient.start, count * layer.grid * layer.grid, layer.outputs, bias)
        training_relu_mask(
            batch.expandedGradient.start, batch.expanded.start, count * layer.channels)
    }

    /// The linear layers around the latent, down to `batch.codeGradient`.
    private func codeGradient(count: Int, freeBits: Float) -> Double {
        for layer in ["decoder.fc1", "encoder.fc_mu", "encoder.fc_logsigma"] {
            gradient(layer + ".weight").update(
                repeating: 0, count: layer == "decoder.fc1" ? expansion.size : code.size)
            gradient(layer + ".bias").update(
                repeating: 0, count: layer == "decoder.fc1" ? expansion.outputs : code.outputs)
        }
        expansion.backward(
            batch.latent.start, outputGradient: batch.expandedGradient.start,
            weight: weight("decoder.fc1.weight"), weightGradient: gradient("decoder.fc1.weight"),
            biasGradient: gradient("decoder.fc1.bias"),
            inputGradient: batch.latentGradient.start, count: count)
        for index in 0..<(count * sizes.latent) {
            let slope = batch.latentGradient.start[index]
            batch.meanGradient.start[index] = slope
            batch.logSigmaGradient.start[index] =
                slope * batch.noise.start[index] * exponential(batch.logSigma.start[index])
        }
        let divergence = divergence(count: count, freeBits: freeBits, differentiate: true)
        for (name, slope) in [("mu", batch.meanGradient), ("logsigma", batch.logSigmaGradient)] {
            code.backward(
                batch.encoded[3].start, outputGradient: slope.start,
                weight: weight("encoder.fc_\(name).weight"),
                weightGradient: gradient("encoder.fc_\(name).weight"),
                biasGradient: gradient("encoder.fc_\(name).bias"),
                inputGradient: batch.codeGradient.start, count: count,
                accumulating: name == "logsigma")
        }
        training_relu_mask(
            batch.codeGradient.start, batch.encoded[3].start, count * sizes.encoderOutput)
        return divergence
    }

    /// The fourth convolution, down to the gradient of its patches.
    private func patchGradient(count: Int) {
        let layer = encoder[3]
        let rows = count * layer.grid * layer.grid
        let weight = weight("encoder.conv4.weight")
        let weightGradient = gradient("encoder.conv4.weight")
        pool.forEachPiece(of: layer.patch, width: 4 * Self.piece) { first, columns in
            FloatBLAS.multiply(
                .init(batch.patches.at(first), stride: layer.patch, transposed: true),
                .init(batch.codeGradient.start, stride: layer.outputs),
                into: weightGradient + first * layer.outputs, stride: layer.outputs,
                rows: columns, columns: layer.outputs, inner: rows)
            FloatBLAS.multiply(
                .init(batch.codeGradient.start, stride: layer.outputs),
                .init(weight + first * layer.outputs, stride: layer.outputs, transposed: true),
                into: batch.patchGradient.at(first), stride: layer.patch, rows: rows,
                columns: columns, inner: layer.outputs)
        }
        let bias = gradient("encoder.conv4.bias")
        bias.update(repeating: 0, count: layer.outputs)
        training_add_column_sums(batch.codeGradient.start, rows, layer.outputs, bias)
    }

    /// The first three convolutions.
    private func encoderGradient(count: Int) {
        pool.run(slots.count(batch: count)) { slot, thread in
            slots.forEachChunk(of: slot, batch: count) { first, images in
                let gradients = scratch[thread].encodedGradient
                encoder[3].scatter(
                    batch.patchGradient.at(first * encoder[3].columnsSize), gradients[2].start,
                    images)
                for index in [2, 1, 0] {
                    let layer = encoder[index]
                    let name = "encoder.conv\(index + 1)"
                    training_relu_mask(
                        gradients[index].start,
                        batch.encoded[index].at(first * layer.outputSize),
                        images * layer.outputSize)
                    let input = index == 0 ? batch.images : batch.encoded[index - 1]
                    layer.backward(
                        input.at(first * layer.inputSize),
                        outputGradient: gradients[index].start, weight: weight(name + ".weight"),
                        weightGradient: slots[slot].at(layout.offset(name + ".weight")),
                        biasGradient: slots[slot].at(layout.offset(name + ".bias")),
                        inputGradient: index == 0 ? nil : gradients[index - 1].start,
                        columns: scratch[thread].columns.start, count: images)
                }
            }
        }
    }
}
