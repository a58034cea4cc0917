// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import COpenBLAS

/// Single-precision matrix products by OpenBLAS, on row-major matrices.
public enum FloatBLAS {
    /// A matrix operand: where it lies, the distance between its rows, and how it is taken.
    public struct Matrix {
        let elements: UnsafePointer<Float>
        let stride: Int
        let transposed: Bool

        /// A row-major matrix, used as it lies or transposed; the stride is from row start to row
        /// start.
        public init(_ elements: UnsafePointer<Float>, stride: Int, transposed: Bool = false) {
            self.elements = elements
            self.stride = stride
            self.transposed = transposed
        }
    }

    /// Keeps OpenBLAS from starting threads of its own, in the whole process.
    public static func useOneThread() {
        openblas_set_num_threads(1)
    }

    /// c = a b, or c += a b, for a (rows, inner), b (inner, columns) and row-major c (rows,
    /// columns).
    ///
    /// `stride` is the distance between the starts of two rows of c.
    public static func multiply(
        _ a: Matrix, _ b: Matrix, into c: UnsafeMutablePointer<Float>, stride: Int,
        rows: Int, columns: Int, inner: Int, accumulating: Bool = false
    ) {
        if rows == 0 || columns == 0 { return }
        cblas_sgemm(
            CblasRowMajor, a.transposed ? CblasTrans : CblasNoTrans,
            b.transposed ? CblasTrans : CblasNoTrans, blasint(rows), blasint(columns),
            blasint(inner), 1, a.elements, blasint(a.stride), b.elements, blasint(b.stride),
            accumulating ? 1 : 0, c, blasint(stride))
    }
}
