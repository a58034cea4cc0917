// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CKernels
import Tensors
import WorldModel

/// M one step at a time for one sequence, its memory kept between the steps.
final class MDRNNStepper {
    private let network: MDRNNNetwork
    private let sizes: MDRNNSizes
    private let gates: FloatBuffer
    /// The cell state after the last step.
    let cell: FloatBuffer
    private let nextCell: FloatBuffer
    private let tanhCell: FloatBuffer
    /// The hidden state after the last step.
    let hidden: FloatBuffer
    private let output: FloatBuffer

    /// A sequence before its first step.
    init(_ parameters: MDRNNParameters) {
        sizes = parameters.sizes
        network = MDRNNNetwork(
            parameters, steps: 1, maximumBatch: 1, pool: WorkerPool(threads: 1))
        gates = FloatBuffer(4 * sizes.hidden)
        cell = FloatBuffer(sizes.hidden)
        nextCell = FloatBuffer(sizes.hidden)
        tanhCell = FloatBuffer(sizes.hidden)
        hidden = FloatBuffer(sizes.hidden)
        output = FloatBuffer(sizes.output)
    }

    /// What M expects after an action: the mixture of the next latent, the reward and the end.
    func step(action: ArraySlice<Float>, latent: [Float]) -> MixtureHead {
        precondition(
            action.count == sizes.actions && latent.count == sizes.latent,
            "\(action.count) action and \(latent.count) latent numbers")
        gates.clear()
        for name in ["rnn.bias_ih_l0", "rnn.bias_hh_l0"] {
            training_add(gates.start, place(name), gates.count)
        }
        multiply(Array(action) + latent, "rnn.weight_ih_l0", into: gates)
        multiply(hidden.values, "rnn.weight_hh_l0", into: gates)
        training_lstm_forward(
            gates.start, cell.start, nextCell.start, tanhCell.start, hidden.start, 1,
            sizes.hidden)
        cell.start.update(from: nextCell.start, count: sizes.hidden)
        output.start.update(from: place("gmm_linear.bias"), count: sizes.output)
        multiply(hidden.values, "gmm_linear.weight", into: output)
        return MixtureHead(output.values[...], sizes: sizes)
    }

    private func place(_ name: String) -> UnsafeMutablePointer<Float> {
        network.parameters.at(network.layout.offset(name))
    }

    /// output += weights input.
    private func multiply(_ input: [Float], _ name: String, into output: FloatBuffer) {
        FloatBLAS.multiply(
            .init(input, stride: input.count),
            .init(place(name), stride: input.count, transposed: true), into: output.start,
            stride: output.count, rows: 1, columns: output.count, inner: input.count,
            accumulating: true)
    }
}
