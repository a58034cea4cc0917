// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CKernels
import Tensors

/// A linear layer with weights (inputs, outputs): PyTorch's `Linear`, its weight transposed.
struct Linear {
    /// The length of an input row.
    let inputs: Int
    /// The length of an output row.
    let outputs: Int
    /// The number of weights.
    var size: Int { inputs * outputs }

    /// output = input weight + bias for `count` rows.
    func forward(
        _ input: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>,
        output: UnsafeMutablePointer<Float>, count: Int
    ) {
        training_fill_bias(output, bias, count, outputs)
        FloatBLAS.multiply(
            .init(input, stride: inputs), .init(weight, stride: outputs), into: output,
            stride: outputs, rows: count, columns: outputs, inner: inputs, accumulating: true)
    }

    /// Adds the weights' gradients; writes the input's gradient, or adds to it.
    func backward(
        _ input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>,
        weight: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>,
        biasGradient: UnsafeMutablePointer<Float>, inputGradient: UnsafeMutablePointer<Float>,
        count: Int, accumulating: Bool = false
    ) {
        training_add_column_sums(outputGradient, count, outputs, biasGradient)
        FloatBLAS.multiply(
            .init(input, stride: inputs, transposed: true),
            .init(outputGradient, stride: outputs), into: weightGradient, stride: outputs,
            rows: inputs, columns: outputs, inner: count, accumulating: true)
        FloatBLAS.multiply(
            .init(outputGradient, stride: outputs),
            .init(weight, stride: outputs, transposed: true), into: inputGradient,
            stride: inputs, rows: count, columns: inputs, inner: outputs,
            accumulating: accumulating)
    }
}
