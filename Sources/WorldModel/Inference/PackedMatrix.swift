// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CKernels

/// Numbers at a fixed, cache-line aligned place, for the compiled loops.
///
/// Proof of safety: the memory belongs to this object alone. A buffer that several threads share
/// (packed weights) is written in `PackedMatrix.init` only, before anyone else can see it; scratch
/// buffers stay within one engine, which is not `Sendable`.
final class AlignedFloats: @unchecked Sendable {
    let start: UnsafeMutablePointer<Float>
    let count: Int

    /// Makes room for `count` numbers, all 0.
    init(count: Int) {
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: max(1, count) * MemoryLayout<Float>.stride, alignment: 64)
        start = memory.bindMemory(to: Float.self, capacity: max(1, count))
        start.initialize(repeating: 0, count: max(1, count))
        self.count = count
    }

    deinit { start.deallocate() }
}

/// A weight matrix in the order in which the loops read it, and its bias.
struct PackedMatrix: Sendable {
    /// The inner dimension: how many products make one output.
    let inner: Int
    /// How many outputs there are.
    let columns: Int
    let weights: AlignedFloats
    let bias: AlignedFloats

    /// Packs a matrix.
    ///
    /// - Parameters:
    ///   - kernels: The loops that will read it; they set the panels' width.
    ///   - bias: One number a column.
    ///   - inner: The inner dimension.
    ///   - weight: The weight of (inner index, column).
    init(kernels: Kernels, bias: [Float], inner: Int, weight: (Int, Int) -> Float) {
        let width = kernels.table.pointee.panel_width
        columns = bias.count
        precondition(columns % width == 0, "\(columns) columns do not fill panels of \(width)")
        self.inner = inner
        weights = AlignedFloats(count: inner * columns)
        self.bias = AlignedFloats(count: columns)
        for column in 0..<columns {
            let panel = weights.start + column / width * inner * width + column % width
            for index in 0..<inner { panel[index * width] = weight(index, column) }
            self.bias.start[column] = bias[column]
        }
    }
}
