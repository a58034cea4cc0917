// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CKernels

/// A weight matrix in the order in which the compiled loops read it, panel of columns by panel of
/// columns, and its bias.
package struct PackedMatrix: Sendable {
    /// The inner dimension: how many products make one output.
    package let inner: Int
    /// How many numbers a product's row has: the outputs, where these are packed filled up to whole
    /// panels with zeros.
    package let columns: Int
    /// The columns of a panel.
    package let panel: Int
    /// (matrices, panels, inner, panel).
    package let weights: FloatBuffer
    /// One number a column.
    let bias: FloatBuffer

    private let kernels: Kernels
    /// The most rows of a call of the loops; their addresses fit on the stack.
    private static let group = 128

    /// Memory for so many matrices of zeros, one after another, and a bias of zeros.
    ///
    /// The kernels set the panels' width; columns that fill no whole panels are one panel, which
    /// the loops cannot read.
    package init(kernels: Kernels, inner: Int, columns: Int, matrices: Int = 1) {
        self.kernels = kernels
        self.inner = inner
        self.columns = columns
        let width = kernels.table.pointee.panel_width
        panel = columns % width == 0 ? width : columns
        weights = FloatBuffer(matrices * inner * columns)
        bias = FloatBuffer(columns)
    }

    /// Packs matrices of one shape, given the weight of (matrix, inner index, column).
    ///
    /// Columns, one for each number of the bias, that fill no whole panels are followed by such of
    /// zeros.
    init(
        kernels: Kernels, bias: [Float], inner: Int, matrices: Int = 1,
        weight: (Int, Int, Int) -> Float
    ) {
        let width = kernels.table.pointee.panel_width
        self.init(
            kernels: kernels, inner: inner, columns: (bias.count + width - 1) / width * width,
            matrices: matrices)
        for column in bias.indices {
            for matrix in 0..<matrices {
                let start = weights.at(matrix * inner * columns)
                let first = start + column / panel * inner * panel + column % panel
                for index in 0..<inner { first[index * panel] = weight(matrix, index, column) }
            }
            self.bias.start[column] = bias[column]
        }
    }

    /// Whether the columns fill whole panels, so that `multiply` can be called.
    package var isReadable: Bool { panel == kernels.table.pointee.panel_width }

    /// output = the product of rows and the matrix, plus the bias: (count, columns).
    ///
    /// `row` tells where a row of `inner` numbers starts; its result has the same bits whatever the
    /// other rows are.
    package func multiply(
        _ count: Int, into output: UnsafeMutablePointer<Float>,
        row: (Int) -> UnsafePointer<Float>
    ) {
        withUnsafeTemporaryAllocation(
            of: UnsafePointer<Float>?.self, capacity: Self.group
        ) { rows in
            for first in stride(from: 0, to: count, by: Self.group) {
                let size = min(Self.group, count - first)
                for index in 0..<size {
                    rows.initializeElement(at: index, to: row(first + index))
                }
                kernels.table.pointee.multiply(
                    rows.baseAddress, size, inner, weights.start, bias.start, columns,
                    output + first * columns)
            }
        }
    }
}
