// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import COpenBLAS

/// Why LAPACK gave no factorisation.
package enum FactorisationError: Error, CustomStringConvertible, Equatable {
    /// The leading minor of this order is not positive, so there is no Cholesky factor.
    case notPositiveDefinite(order: Int)
    /// The iteration for the eigenvalues did not converge, which NaN in the matrix causes.
    case notConverged(code: Int)

    /// One line for a person.
    package var description: String {
        switch self {
        case .notPositiveDefinite(let order):
            "the matrix is not positive definite: its leading minor of order \(order) is not"
        case .notConverged(let code):
            "the eigenvalues did not converge (LAPACK's dsyevd gave \(code))"
        }
    }
}

extension DoubleMatrix {
    /// The eigensystem of the symmetric matrix in the lower triangle (LAPACK's dsyevd).
    ///
    /// Eigenvalues in ascending order, eigenvectors as columns in the same order.
    ///
    /// - Throws: `FactorisationError.notConverged`.
    package func symmetricEigensystem() throws(FactorisationError) -> (
        values: [Double], vectors: DoubleMatrix
    ) {
        precondition(rows == columns, "\(rows) x \(columns) is not square")
        var vectors = self
        var values = [Double](repeating: 0, count: rows)
        guard rows > 0 else { return (values, vectors) }
        var size = Int32(rows)
        var information: Int32 = 0
        var workLength: Int32 = -1
        var integerWorkLength: Int32 = -1
        vectors.withMutableElements { a in
            var wanted = 0.0
            var integersWanted: Int32 = 0
            dsyevd_(
                "V", "L", &size, a.baseAddress, &size, &values, &wanted, &workLength,
                &integersWanted, &integerWorkLength, &information)
            workLength = Int32(wanted)
            integerWorkLength = integersWanted
            var work = [Double](repeating: 0, count: Int(workLength))
            var integerWork = [Int32](repeating: 0, count: Int(integerWorkLength))
            dsyevd_(
                "V", "L", &size, a.baseAddress, &size, &values, &work, &workLength, &integerWork,
                &integerWorkLength, &information)
        }
        if information != 0 { throw .notConverged(code: Int(information)) }
        return (values, vectors)
    }

    /// Replaces the symmetric matrix in the lower triangle by its Cholesky factor, in place.
    ///
    /// - Throws: `FactorisationError.notPositiveDefinite`; the triangle is then half overwritten.
    package mutating func choleskyFactorise() throws(FactorisationError) {
        precondition(rows == columns, "\(rows) x \(columns) is not square")
        guard rows > 0 else { return }
        var size = Int32(rows)
        var information: Int32 = 0
        withMutableElements { a in
            dpotrf_("L", &size, a.baseAddress, &size, &information)
        }
        if information != 0 { throw .notPositiveDefinite(order: Int(information)) }
    }

    /// An estimate of the condition number of L L^T in the 1-norm, L being the lower triangle.
    ///
    /// LAPACK's dpocon, given the 1-norm of L L^T; infinity where it exceeds what doubles can tell.
    package func choleskyCondition(norm: Double) -> Double {
        guard rows > 0 else { return 1 }
        var size = Int32(rows)
        var norm = norm
        var reciprocal = 0.0
        var information: Int32 = 0
        var integerWork = [Int32](repeating: 0, count: rows)
        // Some of OpenBLAS's sums of magnitudes begin at the next multiple of 32 bytes, so their
        // bits depend on where the array lies; arrays lie at any multiple of 16.
        let bytes = UnsafeMutableRawPointer.allocate(
            byteCount: 3 * rows * MemoryLayout<Double>.stride, alignment: 64)
        defer { bytes.deallocate() }
        let work = bytes.initializeMemory(as: Double.self, repeating: 0, count: 3 * rows)
        withElements { l in
            dpocon_(
                "L", &size, l.baseAddress, &size, &norm,
                &reciprocal, work, &integerWork, &information)
        }
        return reciprocal > 0 ? 1 / reciprocal : .infinity
    }

    /// The 1-norm of the symmetric matrix in the lower triangle: the largest column sum.
    package var symmetricNorm: Double {
        var sums = [Double](repeating: 0, count: rows)
        withElements { a in
            for column in 0..<columns {
                sums[column] += abs(a[column * (rows + 1)])
                for row in (column + 1)..<max(column + 1, rows) {
                    let magnitude = abs(a[column * rows + row])
                    sums[column] += magnitude
                    sums[row] += magnitude
                }
            }
        }
        return sums.max() ?? 0
    }
}
