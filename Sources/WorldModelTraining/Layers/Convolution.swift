// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CKernels
import Tensors

/// A square convolution of stride 2 without padding, followed by ReLU: PyTorch's
/// `Conv2d(channels, outputs, kernel, stride: 2)`.
///
/// Images are (side, side, channels); weights are (kernel, kernel, channels, outputs), so that a
/// row of patches times the weights is a pixel of the output.
struct Convolution {
    /// The input's height and width, and its channels.
    let side: Int
    let channels: Int
    /// The kernel's height and width.
    let kernel: Int
    /// The output's channels.
    let outputs: Int

    /// The output's height and width.
    var grid: Int { (side - kernel) / 2 + 1 }
    /// The length of a patch.
    var patch: Int { kernel * kernel * channels }
    /// The elements of one input image.
    var inputSize: Int { side * side * channels }
    /// The elements of one output image.
    var outputSize: Int { grid * grid * outputs }
    /// The elements of one image's patches.
    var columnsSize: Int { grid * grid * patch }
    /// How many images share a product: enough rows for it to run at full speed, few enough for
    /// the patches to stay in the cache.
    var group: Int { grid * grid >= 150 ? 1 : 8 }

    /// output = relu(patches weights + bias) for `count` images.
    ///
    /// `columns` has room for the patches of `group` images.
    func forward(
        _ input: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>,
        output: UnsafeMutablePointer<Float>, columns: UnsafeMutablePointer<Float>, count: Int
    ) {
        for first in stride(from: 0, to: count, by: group) {
            let images = min(group, count - first)
            gather(input + first * inputSize, columns, images)
            FloatBLAS.multiply(
                .init(columns, stride: patch), .init(weight, stride: outputs),
                into: output + first * outputSize, stride: outputs,
                rows: images * grid * grid, columns: outputs, inner: patch)
        }
        training_bias_relu(output, bias, count * grid * grid, outputs)
    }

    /// Adds the weights' gradients; writes the input's gradient unless it is nil.
    ///
    /// `outputGradient` is that of the sums before ReLU.
    func backward(
        _ input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>,
        weight: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>,
        biasGradient: UnsafeMutablePointer<Float>, inputGradient: UnsafeMutablePointer<Float>?,
        columns: UnsafeMutablePointer<Float>, count: Int
    ) {
        training_add_column_sums(outputGradient, count * grid * grid, outputs, biasGradient)
        for first in stride(from: 0, to: count, by: group) {
            let images = min(group, count - first)
            let rows = images * grid * grid
            let gradient = outputGradient + first * outputSize
            gather(input + first * inputSize, columns, images)
            FloatBLAS.multiply(
                .init(columns, stride: patch, transposed: true), .init(gradient, stride: outputs),
                into: weightGradient, stride: outputs, rows: patch, columns: outputs, inner: rows,
                accumulating: true)
            guard let inputGradient else { continue }
            FloatBLAS.multiply(
                .init(gradient, stride: outputs), .init(weight, stride: outputs, transposed: true),
                into: columns, stride: patch, rows: rows, columns: patch, inner: outputs)
            scatter(columns, inputGradient + first * inputSize, images)
        }
    }

    /// Writes the patches of images one after another.
    func gather(
        _ images: UnsafePointer<Float>, _ columns: UnsafeMutablePointer<Float>, _ count: Int
    ) {
        for image in 0..<count {
            training_im2col(
                images + image * inputSize, side, channels, kernel, grid,
                columns + image * columnsSize)
        }
    }

    /// The images that the patches add up to.
    func scatter(
        _ columns: UnsafePointer<Float>, _ images: UnsafeMutablePointer<Float>, _ count: Int
    ) {
        images.update(repeating: 0, count: count * inputSize)
        for image in 0..<count {
            training_col2im(
                columns + image * columnsSize, side, channels, kernel, grid,
                images + image * inputSize)
        }
    }
}
