// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CKernels
import Tensors
import WorldModel

/// One layer of long short-term memory over a chunk of sequences: PyTorch's `LSTM`.
///
/// T steps of `rows` sequences, time outermost. Weights are (4 width, inputs) and (4 width, width),
/// the gates stacked input, forget, cell, output; sequences start from zeros.
struct LSTM {
    /// The length of an input row.
    let inputs: Int
    /// The length of the hidden state.
    let width: Int

    /// The memory of one chunk; `gates` becomes its own gradient on the way back.
    struct Memory {
        /// (T, rows, 4 width).
        let gates: FloatBuffer
        /// (T + 1, rows, width), the first step being the zeros before the sequence.
        let cell: FloatBuffer
        /// (T, rows, width).
        let tanhCell: FloatBuffer
        /// (T + 1, rows, width), as `cell`.
        let hidden: FloatBuffer
        /// (T, rows, width), the gradient of the outputs; becomes that of each hidden state.
        let hiddenGradient: FloatBuffer
        /// (rows, width).
        let cellGradient: FloatBuffer
        /// (rows, 4 width), a product before it is added.
        let product: FloatBuffer

        /// Memory for chunks up to a size.
        init(_ layer: LSTM, steps: Int, rows: Int) {
            let size = rows * layer.width
            gates = FloatBuffer(steps * 4 * size)
            cell = FloatBuffer((steps + 1) * size)
            tanhCell = FloatBuffer(steps * size)
            hidden = FloatBuffer((steps + 1) * size)
            hiddenGradient = FloatBuffer(steps * size)
            cellGradient = FloatBuffer(size)
            product = FloatBuffer(4 * size)
        }
    }

    /// The four tensors, weights or gradients.
    struct Weights {
        let input: UnsafeMutablePointer<Float>
        let hidden: UnsafeMutablePointer<Float>
        let inputBias: UnsafeMutablePointer<Float>
        let hiddenBias: UnsafeMutablePointer<Float>
    }

    /// Fills the memory from inputs (steps, rows, inputs).
    func forward(
        _ input: UnsafePointer<Float>, _ weights: Weights, _ packed: Packed, _ memory: Memory,
        steps: Int, rows: Int
    ) {
        let gates = 4 * width
        let size = rows * width
        training_fill_bias(memory.gates.start, weights.inputBias, steps * rows, gates)
        training_add_rows(memory.gates.start, weights.hiddenBias, steps * rows, gates)
        FloatBLAS.multiply(
            .init(input, stride: inputs), .init(weights.input, stride: inputs, transposed: true),
            into: memory.gates.start, stride: gates, rows: steps * rows, columns: gates,
            inner: inputs, accumulating: true)
        memory.cell.clear(size)
        memory.hidden.clear(size)
        for step in 0..<steps {
            let sums = memory.gates.at(step * 4 * size)
            if step > 0 {
                packed.forward.addProduct(
                    memory.hidden.at(step * size), rows: rows, to: sums, memory.product)
            }
            training_lstm_forward(
                sums, memory.cell.at(step * size), memory.cell.at((step + 1) * size),
                memory.tanhCell.at(step * size), memory.hidden.at((step + 1) * size), rows, width)
        }
    }

    /// Adds the weights' gradients, given `memory.hiddenGradient` of the outputs.
    func backward(
        _ input: UnsafePointer<Float>, _ packed: Packed, gradients: Weights, _ memory: Memory,
        steps: Int, rows: Int
    ) {
        let gates = 4 * width
        let size = rows * width
        memory.cellGradient.clear(size)
        for step in stride(from: steps - 1, through: 0, by: -1) {
            let hiddenGradient = memory.hiddenGradient.at(step * size)
            if step + 1 < steps {
                packed.backward.addProduct(
                    memory.gates.at((step + 1) * 4 * size), rows: rows, to: hiddenGradient,
                    memory.product)
            }
            training_lstm_backward(
                memory.gates.at(step * 4 * size), memory.cell.at(step * size),
                memory.tanhCell.at(step * size), hiddenGradient, memory.cellGradient.start, rows,
                width)
        }
        let total = steps * rows
        FloatBLAS.multiply(
            .init(memory.gates.start, stride: gates, transposed: true),
            .init(input, stride: inputs), into: gradients.input, stride: inputs, rows: gates,
            columns: inputs, inner: total, accumulating: true)
        FloatBLAS.multiply(
            .init(memory.gates.at(4 * size), stride: gates, transposed: true),
            .init(memory.hidden.at(size), stride: width), into: gradients.hidden, stride: width,
            rows: gates, columns: width, inner: total - rows, accumulating: true)
        training_add_column_sums(memory.gates.start, total, gates, gradients.inputBias)
        training_add_column_sums(memory.gates.start, total, gates, gradients.hiddenBias)
    }
}
