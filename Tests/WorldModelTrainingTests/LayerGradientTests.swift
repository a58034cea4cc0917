// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import WorldModel
import CKernels
import SeededRandom
import Testing

@testable import WorldModelTraining

/// Every layer's gradients by numerical differentiation, on random small shapes.
///
/// A layer's loss is its output times random weights, which are therefore the output's gradient.
struct LayerGradientTests {
    private let check = GradientCheck()

    /// Biases far from 0, half of them below: a ReLU after them has its kink out of reach, and
    /// some of its channels are off.
    private func decidedBiases(_ count: Int) -> FloatBuffer {
        let biases = FloatBuffer(count)
        for index in 0..<count { biases.start[index] = index % 2 == 0 ? 8 : -8 }
        return biases
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `a convolution followed by ReLU`(seed: UInt64) {
        var generator = PCG64(seed: seed)
        let kernel = whole(2...4, &generator)
        let layer = Convolution(
            side: kernel + whole(0...5, &generator), channels: whole(1...3, &generator),
            kernel: kernel, outputs: whole(2...4, &generator))
        // More images than share a product, not always a multiple.
        let count = whole(1...11, &generator)
        let input = FloatBuffer(count * layer.inputSize, scale: 0.5, &generator)
        let weight = FloatBuffer(layer.patch * layer.outputs, scale: 0.3, &generator)
        let bias = decidedBiases(layer.outputs)
        let output = FloatBuffer(count * layer.outputSize)
        let slope = FloatBuffer(output.count, &generator)
        let columns = FloatBuffer(layer.group * layer.columnsSize)
        func loss() -> Double {
            layer.forward(
                input.start, weight: weight.start, bias: bias.start, output: output.start,
                columns: columns.start, count: count)
            return output.projection(on: slope)
        }
        _ = loss()
        let sums = FloatBuffer(output.count)
        sums.start.update(from: slope.start, count: slope.count)
        training_relu_mask(sums.start, output.start, sums.count)
        let gradients = [weight, bias, input].map { FloatBuffer($0.count) }
        layer.backward(
            input.start, outputGradient: sums.start, weight: weight.start,
            weightGradient: gradients[0].start, biasGradient: gradients[1].start,
            inputGradient: gradients[2].start, columns: columns.start, count: count)
        check.expect("weight", of: weight.all, is: gradients[0].values, loss: loss)
        check.expect("bias", of: bias.all, is: gradients[1].values, loss: loss)
        check.expect("input", of: input.all, is: gradients[2].values, loss: loss)
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `a transposed convolution`(seed: UInt64) {
        var generator = PCG64(seed: seed)
        let layer = Deconvolution(
            side: whole(1...4, &generator), channels: whole(1...3, &generator),
            kernel: whole(2...5, &generator), outputs: whole(1...3, &generator))
        let count = whole(1...11, &generator)
        let input = FloatBuffer(count * layer.inputSize, &generator)
        let weight = FloatBuffer(layer.channels * layer.patch, &generator)
        let bias = FloatBuffer(layer.outputs, &generator)
        let output = FloatBuffer(count * layer.outputSize)
        let slope = FloatBuffer(output.count, &generator)
        let columns = FloatBuffer(layer.group * layer.columnsSize)
        func loss() -> Double {
            layer.forward(
                input.start, weight: weight.start, bias: bias.start, output: output.start,
                columns: columns.start, count: count)
            return output.projection(on: slope)
        }
        let gradients = [weight, bias, input].map { FloatBuffer($0.count) }
        layer.backward(
            input.start, outputGradient: slope.start, weight: weight.start,
            weightGradient: gradients[0].start, biasGradient: gradients[1].start,
            inputGradient: gradients[2].start, columns: columns.start, count: count)
        check.expect("weight", of: weight.all, is: gradients[0].values, loss: loss)
        check.expect("bias", of: bias.all, is: gradients[1].values, loss: loss)
        check.expect("input", of: input.all, is: gradients[2].values, loss: loss)
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `a linear layer, its input's gradient written or added`(seed: UInt64) {
        var generator = PCG64(seed: seed)
        let layer = Linear(inputs: whole(1...9, &generator), outputs: whole(1...9, &generator))
        let count = whole(1...7, &generator)
        let input = FloatBuffer(count * layer.inputs, &generator)
        let weight = FloatBuffer(layer.size, &generator)
        let bias = FloatBuffer(layer.outputs, &generator)
        let output = FloatBuffer(count * layer.outputs)
        let slope = FloatBuffer(output.count, &generator)
        func loss() -> Double {
            layer.forward(
                input.start, weight: weight.start, bias: bias.start, output: output.start,
                count: count)
            return output.projection(on: slope)
        }
        let gradients = [weight, bias, input].map { FloatBuffer($0.count) }
        func backward(accumulating: Bool) {
            layer.backward(
                input.start, outputGradient: slope.start, weight: weight.start,
                weightGradient: gradients[0].start, biasGradient: gradients[1].start,
                inputGradient: gradients[2].start, count: count, accumulating: accumulating)
        }
        gradients[2].start.update(repeating: 7, count: input.count)
        backward(accumulating: false)
        check.expect("weight", of: weight.all, is: gradients[0].values, loss: loss)
        check.expect("bias", of: bias.all, is: gradients[1].values, loss: loss)
        check.expect("input", of: input.all, is: gradients[2].values, loss: loss)
        backward(accumulating: true)
        check.expect("all, added twice", of: input.all, is: gradients[2].values) { 2 * loss() }
        check.expect("all, added twice", of: weight.all, is: gradients[0].values) { 2 * loss() }
    }

    /// All weights; nothing asks for the gradient of the LSTM's inputs, so there is none.
    ///
    /// A width of 16 takes the product with prepared panels, where the processor has one.
    @Test(arguments: [3, 5, 16], 1...2 as ClosedRange<UInt64>)
    func `an LSTM`(width: Int, seed: UInt64) {
        var generator = PCG64(seed: seed)
        let layer = LSTM(inputs: whole(1...4, &generator), width: width)
        let steps = whole(3...6, &generator)
        let rows = whole(1...4, &generator)
        let input = FloatBuffer(steps * rows * layer.inputs, &generator)
        let tensors = [4 * width * layer.inputs, 4 * width * width, 4 * width, 4 * width].map {
            FloatBuffer($0, scale: 0.4, &generator)
        }
        func weights(_ buffers: [FloatBuffer]) -> LSTM.Weights {
            LSTM.Weights(
                input: buffers[0].start, hidden: buffers[1].start, inputBias: buffers[2].start,
                hiddenBias: buffers[3].start)
        }
        let packed = LSTM.Packed(layer)
        let pool = WorkerPool(threads: 1)
        let memory = LSTM.Memory(layer, steps: steps, rows: rows)
        let slope = FloatBuffer(steps * rows * width, &generator)
        func loss() -> Double {
            packed.load(tensors[1].start, pool: pool)
            layer.forward(
                input.start, weights(tensors), packed, memory, steps: steps, rows: rows)
            let outputs = UnsafeBufferPointer(
                start: memory.hidden.at(rows * width), count: slope.count)
            return zip(outputs, slope.all).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        }
        _ = loss()
        let gradients = tensors.map { FloatBuffer($0.count) }
        memory.hiddenGradient.start.update(from: slope.start, count: slope.count)
        layer.backward(
            input.start, packed, gradients: weights(gradients), memory, steps: steps, rows: rows)
        for (index, name) in ["input weights", "hidden weights", "bias 1", "bias 2"].enumerated() {
            check.expect(
                name, of: tensors[index].all, is: gradients[index].values, loss: loss)
        }
    }

    @Test(arguments: [1, 7, 64]) func `a ReLU`(count: Int) {
        var generator = PCG64(seed: UInt64(count))
        let input = FloatBuffer(count, &generator)
        // The kink is out of the steps' reach.
        for index in 0..<count { input.start[index] += input.start[index] < 0 ? -0.2 : 0.2 }
        let slope = FloatBuffer(count, &generator)
        let output = FloatBuffer(count)
        func loss() -> Double {
            output.start.update(from: input.start, count: count)
            training_relu(output.start, count)
            return output.projection(on: slope)
        }
        _ = loss()
        let gradient = FloatBuffer(count)
        gradient.start.update(from: slope.start, count: count)
        training_relu_mask(gradient.start, output.start, count)
        check.expect("the input", of: input.all, is: gradient.values, loss: loss)
    }
}
