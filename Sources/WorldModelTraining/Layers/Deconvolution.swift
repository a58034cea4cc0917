// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CKernels
import Tensors

/// A square transposed convolution of stride 2 without padding: PyTorch's
/// `ConvTranspose2d(channels, outputs, kernel, stride: 2)`.
///
/// Each input pixel times the weights (channels, kernel, kernel, outputs) is a patch of the output
/// image; overlapping patches add up. So its parts are those of a `Convolution` of the output
/// image, taken in reverse.
struct Deconvolution {
    /// The input's height and width, and its channels.
    let side: Int
    let channels: Int
    /// The kernel's height and width.
    let kernel: Int
    /// The output's channels.
    let outputs: Int

    /// The output's height and width.
    var grid: Int { 2 * (side - 1) + kernel }
    /// The length of an output patch.
    var patch: Int { kernel * kernel * outputs }
    /// The elements of one input image.
    var inputSize: Int { side * side * channels }
    /// The elements of one output image.
    var outputSize: Int { grid * grid * outputs }
    /// The elements of one image's patches.
    var columnsSize: Int { side * side * patch }
    /// How many images share a product, as for `Convolution`.
    var group: Int { side * side >= 150 ? 1 : 8 }

    /// output = the patches' sum + bias for `count` images.
    ///
    /// `columns` has room for the patches of `group` images.
    func forward(
        _ input: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>,
        output: UnsafeMutablePointer<Float>, columns: UnsafeMutablePointer<Float>, count: Int
    ) {
        training_fill_bias(output, bias, count * grid * grid, outputs)
        for first in stride(from: 0, to: count, by: group) {
            let images = min(group, count - first)
            FloatBLAS.multiply(
                .init(input + first * inputSize, stride: channels), .init(weight, stride: patch),
                into: columns, stride: patch, rows: images * side * side, columns: patch,
                inner: channels)
            for image in 0..<images {
                training_col2im(
                    columns + image * columnsSize, grid, outputs, kernel, side,
                    output + (first + image) * outputSize)
            }
        }
    }

    /// Adds the weights' gradients and writes the input's.
    func backward(
        _ input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>,
        weight: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>,
        biasGradient: UnsafeMutablePointer<Float>, inputGradient: UnsafeMutablePointer<Float>,
        columns: UnsafeMutablePointer<Float>, count: Int
    ) {
        training_add_column_sums(outputGradient, count * grid * grid, outputs, biasGradient)
        for first in stride(from: 0, to: count, by: group) {
            let images = min(group, count - first)
            let rows = images * side * side
            for image in 0..<images {
                training_im2col(
                    outputGradient + (first + image) * outputSize, grid, outputs, kernel, side,
                    columns + image * columnsSize)
            }
            FloatBLAS.multiply(
                .init(columns, stride: patch), .init(weight, stride: patch, transposed: true),
                into: inputGradient + first * inputSize, stride: channels, rows: rows,
                columns: channels, inner: patch)
            FloatBLAS.multiply(
                .init(input + first * inputSize, stride: channels, transposed: true),
                .init(columns, stride: patch), into: weightGradient, stride: patch,
                rows: channels, columns: patch, inner: rows, accumulating: true)
        }
    }
}
