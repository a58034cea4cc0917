// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CKernels

/// A layer in 8-bit integers, in the order in which the compiled loops read it.
///
/// A weight w of an output is q * (largest |w| of that output) / 127, rounded; an activation a is
/// q * (its layer's limit) / 255. All factors are made here, in one way.
struct Int8Matrix: Sendable {
    /// The weights' whole numbers in the order of the file, one row an output.
    private let numbers: [Int8]
    private let rowLength: Int
    /// The bias in units of an activation times a weight, one an output.
    let bias: [Int32]
    /// What makes activations of sums, or numbers where there is no limit.
    let scale: [Float]

    /// Biases are held within, where the sums keep clear of 32 bits.
    private static let largestBias = 0x1p30

    /// Wraps what is rounded already.
    init(numbers: [Int8], rowLength: Int, bias: [Int32], scale: [Float]) {
        precondition(
            numbers.count == rowLength * bias.count && scale.count == bias.count,
            "\(numbers.count) weights in rows of \(rowLength) for \(bias.count) outputs")
        self.numbers = numbers
        self.rowLength = rowLength
        self.bias = bias
        self.scale = scale
    }

    /// Rounds a layer's weights, (outputs, row) in the order of the file, given what one step of the
    /// inputs is; `limit` is the largest activation, nil for numbers as they are.
    init(weights: [Float], bias: [Float], inputStep: Double, limit: Float?) {
        let outputs = bias.count
        let length = weights.count / outputs
        var numbers: [Int8] = []
        numbers.reserveCapacity(weights.count)
        var (wholeBias, scale): ([Int32], [Float]) = ([], [])
        for output in 0..<outputs {
            let row = weights[(output * length)..<((output + 1) * length)]
            let largest = row.reduce(Float(0)) { max($0, abs($1)) }
            // An output that is hardly more than its bias has to keep that.
            let least = Double(abs(bias[output])) / (inputStep * Self.largestBias / 2)
            var step = max(Double(largest) / 127, least)
            if step == 0 { step = 1 }
            for weight in row {
                numbers.append(Int8((Double(weight) / step).rounded(.toNearestOrEven)))
            }
            wholeBias.append(
                Int32((Double(bias[output]) / (inputStep * step)).rounded(.toNearestOrEven)))
            scale.append(Float(inputStep * step / (limit.map { Double($0) / 255 } ?? 1)))
        }
        self.init(numbers: numbers, rowLength: length, bias: wholeBias, scale: scale)
    }

    /// The layer as one form of the loops reads it.
    struct Packed: Sendable {
        let weights: AlignedBytes
        let bias: AlignedBytes
        let scale: AlignedBytes
        /// The outputs, filled up to whole panels with such as are 0.
        let outputs: Int
        /// Whether it is Winograd's nine matrices.
        let isTiled: Bool

        /// The layer for images of a height, width and channels, or for rows.
        func layer(side: Int, channels: Int) -> ck_int8_layer {
            ck_int8_layer(
                weights: UnsafeRawPointer(weights.start),
                bias: UnsafePointer(bias.start.assumingMemoryBound(to: Int32.self)),
                scale: UnsafePointer(scale.start.assumingMemoryBound(to: Float.self)),
                height: side, width: side, channels: channels, outputs: outputs)
        }
    }

    /// The layer in one matrix, given where in the file's row an inner index is.
    func packed(for loops: ck_int8_kernels, place: (_ inner: Int, _ output: Int) -> Int) -> Packed {
        pack(loops, inner: rowLength, matrices: 1) { numbers, _, inner, output in
            Int(numbers[place(inner, output)])
        }
    }

    /// A convolution in Winograd's nine matrices.
    func tiled(for loops: ck_int8_kernels, channels: Int) -> Packed {
        pack(loops, inner: 4 * channels, matrices: 9) { numbers, matrix, inner, output in
            EncoderLayout.tileSum(matrix, inner, output, channels: channels) { Int(numbers[$0]) }
        }
    }

    private func pack(
        _ loops: ck_int8_kernels, inner: Int, matrices: Int,
        _ weight: (
            _ numbers: UnsafeBufferPointer<Int8>, _ matrix: Int, _ inner: Int, _ output: Int
        ) -> Int
    ) -> Packed {
        let (panel, size) = (loops.panel_width, loops.element_size)
        let group = 4 / size
        precondition(inner % group == 0, "rows of \(inner) are no groups of \(group)")
        let outputs = (bias.count + panel - 1) / panel * panel
        let missing = outputs - bias.count
        let memory = AlignedBytes(matrices * inner * outputs * size)
        numbers.withUnsafeBufferPointer { numbers in
            for matrix in 0..<matrices {
                for output in bias.indices {
                    let start = (matrix * outputs + output / panel * panel) * inner
                    for index in 0..<inner {
                        let place =
                            start + (index / group * panel + output % panel) * group + index % group
                        let number = weight(numbers, matrix, index, output)
                        if size == 1 {
                            memory.start.storeBytes(
                                of: Int8(number), toByteOffset: place, as: Int8.self)
                        } else {
                            memory.start.storeBytes(
                                of: Int16(number), toByteOffset: 2 * place, as: Int16.self)
                        }
                    }
                }
            }
        }
        // What the loops take from every activation comes back in the bias.
        let offset = Int32(loops.offset)
        let start = bias.indices.map { output in
            offset == 0
                ? bias[output]
                : numbers[(output * rowLength)..<((output + 1) * rowLength)]
                    .reduce(bias[output]) { $0 + offset * Int32($1) }
        }
        return Packed(
            weights: memory,
            bias: AlignedBytes(start + [Int32](repeating: 0, count: missing)),
            scale: AlignedBytes(scale + [Float](repeating: 0, count: missing)),
            outputs: outputs, isTiled: matrices > 1)
    }
}
