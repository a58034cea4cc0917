// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CKernels
import Tensors

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
            forward = PackedMatrix(inner: layer.width, columns: 4 * layer.width)
            backward = PackedMatrix(inner: 4 * layer.width, columns: layer.width)
        }

        /// Takes over weights (4 width, width).
        func load(_ weights: UnsafePointer<Float>, pool: WorkerPool) {
            forward.load(weights, rowStride: 1, columnStride: forward.inner, pool: pool)
            backward.load(weights, rowStride: backward.columns, columnStride: 1, pool: pool)
        }
    }
}

/// A matrix (inner, columns) in panels of columns, as the inference kernels take it; as it is
/// where the columns make no whole panels.
final class PackedMatrix: Sendable {
    let inner: Int
    let columns: Int
    private let isPaneled: Bool
    private let panel: Int
    private let elements: FloatBuffer

    /// Memory for a matrix.
    init(inner: Int, columns: Int) {
        self.inner = inner
        self.columns = columns
        let width = ck_best_kernels().pointee.panel_width
        // The portable form emulates fused multiply-adds where the processor has none.
        isPaneled = columns % width == 0 && ck_best_kernels() != ck_kernels_of(CK_PORTABLE)
        panel = isPaneled ? width : columns
        elements = FloatBuffer(inner * columns)
    }

    /// Copies the element of row k and column j from k rowStride + j columnStride.
    func load(
        _ source: UnsafePointer<Float>, rowStride: Int, columnStride: Int, pool: WorkerPool
    ) {
        // Its own panel of the buffer is all that a task writes.
        nonisolated(unsafe) let source = source
        pool.run(columns / panel) { index, _ in
            let target = elements.at(index * panel * inner)
            training_pack(
                source + index * panel * columnStride, rowStride, columnStride, inner, panel,
                target)
        }
    }

    /// sums += rows times the matrix.
    func addProduct(
        _ input: UnsafePointer<Float>, rows: Int, to sums: UnsafeMutablePointer<Float>,
        _ memory: LSTM.Memory
    ) {
        guard isPaneled else {
            FloatBLAS.multiply(
                .init(input, stride: inner), .init(elements.start, stride: columns), into: sums,
                stride: columns, rows: rows, columns: columns, inner: inner, accumulating: true)
            return
        }
        withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: rows) { pointers in
            for row in 0..<rows { pointers[row] = input + row * inner }
            ck_best_kernels().pointee.multiply(
                pointers.baseAddress, rows, inner, elements.start, memory.zeros.start, columns,
                memory.product.start)
        }
        training_add(sums, memory.product.start, rows * columns)
    }
}
