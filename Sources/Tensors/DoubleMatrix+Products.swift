// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import COpenBLAS

// A symmetric or triangular matrix lives in its lower triangle here; what stands above the
// diagonal is neither read nor written by the operations that say so.

extension DoubleMatrix {
    /// The product (m, n) of this matrix (m, k), or of its transpose, and another (k, n).
    package func product(_ right: DoubleMatrix, transposed: Bool = false) -> DoubleMatrix {
        let (height, inner) = transposed ? (columns, rows) : (rows, columns)
        precondition(inner == right.rows, "a product of \(inner) columns and \(right.rows) rows")
        var result = DoubleMatrix(rows: height, columns: right.columns)
        guard rows > 0, columns > 0, right.columns > 0 else { return result }
        let (m, n, k) = (Int32(height), Int32(right.columns), Int32(inner))
        withElements { a in
            right.withElements { b in
                result.withMutableElements { c in
                    cblas_dgemm(
                        CblasColMajor, transposed ? CblasTrans : CblasNoTrans, CblasNoTrans, m, n,
                        k,
                        1, a.baseAddress, Int32(rows), b.baseAddress, k, 0, c.baseAddress, m)
                }
            }
        }
        return result
    }

    /// The product of this matrix, or of its transpose, and a vector.
    package func product(_ vector: [Double], transposed: Bool = false) -> [Double] {
        let length = transposed ? rows : columns
        precondition(vector.count == length, "\(vector.count) elements for \(length) columns")
        var result = [Double](repeating: 0, count: transposed ? columns : rows)
        guard rows > 0, columns > 0 else { return result }
        withElements { a in
            cblas_dgemv(
                CblasColMajor, transposed ? CblasTrans : CblasNoTrans, Int32(rows), Int32(columns),
                1, a.baseAddress, Int32(rows), vector, 1, 0, &result, 1)
        }
        return result
    }

    /// Replaces the matrix by L times itself, L being the lower triangle of a square matrix.
    package mutating func multiply(byLowerTriangle factor: DoubleMatrix) {
        precondition(
            factor.rows == rows && factor.columns == rows,
            "a triangle of \(factor.rows) rows for a matrix of \(rows)")
        guard rows > 0, columns > 0 else { return }
        let (m, n) = (Int32(rows), Int32(columns))
        factor.withElements { l in
            withMutableElements { b in
                cblas_dtrmm(
                    CblasColMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, m, n, 1,
                    l.baseAddress, m, b.baseAddress, m)
            }
        }
    }

    /// The solution x of L x = v, for L the lower triangle of this matrix.
    package func solvingLowerTriangle(_ vector: [Double]) -> [Double] {
        precondition(
            rows == columns && vector.count == rows, "\(vector.count) elements for \(rows) rows")
        var result = vector
        guard rows > 0 else { return result }
        withElements { l in
            cblas_dtrsv(
                CblasColMajor, CblasLower, CblasNoTrans, CblasNonUnit, Int32(rows), l.baseAddress,
                Int32(rows), &result, 1)
        }
        return result
    }

    /// Multiplies the lower triangle with `decay` and adds `factor` v v^T for the first columns v.
    package mutating func updateLowerTriangle(
        decay: Double, adding factor: Double, times vectors: DoubleMatrix, count: Int
    ) {
        precondition(
            rows == columns && vectors.rows == rows && count <= vectors.columns,
            "an update of \(rows) rows with \(count) of \(vectors.columns) columns")
        let (n, k) = (Int32(rows), Int32(count))
        vectors.withElements { v in
            withMutableElements { c in
                cblas_dsyrk(
                    CblasColMajor, CblasLower, CblasNoTrans, n, k, factor, v.baseAddress, n, decay,
                    c.baseAddress, n)
            }
        }
    }

    /// Multiplies the matrix (m, n) with a factor and adds left (m, k) times right (k, n), in
    /// place.
    package mutating func scale(
        _ factor: Double, adding left: DoubleMatrix, times right: DoubleMatrix
    ) {
        precondition(
            left.rows == rows && left.columns == right.rows && right.columns == columns,
            "\(left.rows) x \(left.columns) times \(right.rows) x \(right.columns)")
        guard rows > 0, columns > 0 else { return }
        let (m, n, k) = (Int32(rows), Int32(columns), Int32(left.columns))
        left.withElements { a in
            right.withElements { b in
                withMutableElements { c in
                    cblas_dgemm(
                        CblasColMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1, a.baseAddress, m,
                        b.baseAddress, k, factor, c.baseAddress, m)
                }
            }
        }
    }
}
