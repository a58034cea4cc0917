// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CKernels
import Tensors
import WorldModel

extension LSTM {
    /// The recurrent weights prepared for the many small products of a batch.
    ///
    /// A step multiplies a few rows with all recurrent weights; a general product would lay the
    /// weights out anew in each step, which costs as much as the arithmetic.
    struct Packed {
        /// From the hidden state to the gates.
        let forward: PackedMatrix
        /// From the gates' gradient to the hidden state's.
        let backward: PackedMatrix

        /// Memory for the weights of a layer.
        init(_ layer: LSTM) {
            forward = PackedMatrix(
                kernels: .best, inner: layer.width, columns: 4 * layer.width)
            backward = PackedMatrix(
                kernels: .best, inner: 4 * layer.width, columns: layer.width)
        }

        /// Takes over weights (4 width, width).
        func load(_ weights: UnsafePointer<Float>, pool: WorkerPool) {
            forward.load(weights, rowStride: 1, columnStride: forward.inner, pool: pool)
            backward.load(weights, rowStride: backward.columns, columnStride: 1, pool: pool)
        }
    }
}

extension PackedMatrix {
    /// Copies the element of row k and column j from k rowStride + j columnStride.
    ///
    /// Where the loops cannot read the panels, or emulate fused multiply-adds, the matrix is kept
    /// as it is, in one panel.
    func load(
        _ source: UnsafePointer<Float>, rowStride: Int, columnStride: Int, pool: WorkerPool
    ) {
        // Its own panel of the buffer is all that a task writes.
        nonisolated(unsafe) let source = source
        let width = isPaneled ? panel : columns
        pool.run(columns / width) { index, _ in
            training_pack(
                source + index * width * columnStride, rowStride, columnStride, inner, width,
                weights.at(index * width * inner))
        }
    }

    /// sums (rows, columns) += input (rows, inner) times the matrix; `product` has as much room.
    func addProduct(
        _ input: UnsafePointer<Float>, rows: Int, to sums: UnsafeMutablePointer<Float>,
        _ product: FloatBuffer
    ) {
        guard isPaneled else {
            FloatBLAS.multiply(
                .init(input, stride: inner), .init(weights.start, stride: columns), into: sums,
                stride: columns, rows: rows, columns: columns, inner: inner, accumulating: true)
            return
        }
        multiply(rows, into: product.start) { input + $0 * inner }
        training_add(sums, product.start, rows * columns)
    }

    private var isPaneled: Bool { isReadable && Kernels.best.areFast }
}
