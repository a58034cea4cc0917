// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CKernels

/// A weight matrix in the order in which the compiled loops read it, panel of columns by panel of
/// columns, and its bias.
package struct PackedMatrix: Sendable {
    /// The inner dimension: how many products make one output.
    package let inner: Int
    /// How many outputs there are.
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

    /// Memory for a matrix of zeros and a bias of zeros.
    ///
    /// - Parameters:
    ///   - kernels: The loops that will read it; they set the panels' width.
    ///   - inner: The inner dimension.
    ///   - columns: How many outputs there are; where they fill no whole panels they are one panel,
    ///     which the loops cannot read.
    ///   - matrices: How many matrices of this shape lie one after another.
    package init(kernels: Kernels, inner: Int, columns: Int, matrices: Int = 1) {
        self.kernels = kernels
        self.inner = inner
        self.columns = columns
        let width = kernels.table.pointee.panel_width
        panel = columns % width == 0 ? width : columns
        weights = FloatBuffer(matrices * inner * columns)
        bias = FloatBuffer(columns)
    }

    /// Packs one matrix, or several of one shape.
    ///
    /// - Parameters:
    ///   - kernels: The loops that will read it.
    ///   - bias: One number a column, which fill whole panels.
    ///   - inner: The inner dimension.
    ///   - matrices: How many there are.
    ///   - weight: The weight of (matrix, inner index, column).
    init(
        kernels: Kernels, bias: [Float], inner: Int, matrices: Int = 1,
        weight: (Int, Int, Int) -> Float
    ) {
        self.init(kernels: kernels, inner: inner, columns: bias.count, matrices: matrices)
        precondition(isReadable, "\(columns) columns do not fill panels")
        for column in 0..<columns {
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

    /// output = the product of rows and the matrix, plus the bias.
    ///
    /// A row's result has the same bits whatever the other rows are.
    ///
    /// - Parameters:
    ///   - count: The number of rows.
    ///   - output: Room for (count, columns).
    ///   - row: Where a row of `inner` numbers starts.
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
