// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import SeededRandom
import Tensors
import Testing

struct DoubleMatrixTests {
    private static func random(_ rows: Int, _ columns: Int, seed: UInt64) -> DoubleMatrix {
        var generator = PCG64(seed: seed)
        var matrix = DoubleMatrix(rows: rows, columns: columns)
        matrix.withMutableElements { generator.fillNormal($0) }
        return matrix
    }

    private static func naive(_ a: DoubleMatrix, _ b: DoubleMatrix) -> DoubleMatrix {
        var c = DoubleMatrix(rows: a.rows, columns: b.columns)
        for i in 0..<a.rows {
            for j in 0..<b.columns {
                c[i, j] = (0..<a.columns).reduce(0) { $0 + a[i, $1] * b[$1, j] }
            }
        }
        return c
    }

    private static func transposed(_ a: DoubleMatrix) -> DoubleMatrix {
        var t = DoubleMatrix(rows: a.columns, columns: a.rows)
        for i in 0..<a.rows {
            for j in 0..<a.columns { t[j, i] = a[i, j] }
        }
        return t
    }

    private func expectClose(
        _ a: DoubleMatrix, _ b: DoubleMatrix, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(a.rows == b.rows && a.columns == b.columns, sourceLocation: sourceLocation)
        for column in 0..<min(a.columns, b.columns) {
            expectEqual(
                a.column(column), b.column(column), within: 1e-12, "column \(column)",
                sourceLocation: sourceLocation)
        }
    }

    @Test func `products are those of the definition`() {
        let (a, b) = (Self.random(4, 3, seed: 1), Self.random(3, 5, seed: 2))
        expectClose(a.product(b), Self.naive(a, b))
        expectClose(Self.transposed(a).product(b, transposed: true), Self.naive(a, b))
        expectEqual(
            a.product(b.column(1)), Self.naive(a, b).column(1), within: 1e-12, "vector")
        expectEqual(
            Self.transposed(a).product(b.column(1), transposed: true),
            Self.naive(a, b).column(1), within: 1e-12, "transposed vector")
        var c = Self.random(4, 5, seed: 3)
        var expected = Self.naive(a, b)
        for i in 0..<4 {
            for j in 0..<5 { expected[i, j] += 0.5 * c[i, j] }
        }
        c.scale(0.5, adding: a, times: b)
        expectClose(c, expected)
    }

    @Test func `the factorisations of a covariance multiply back to it`() throws {
        let a = Self.random(6, 9, seed: 4)
        let covariance = Self.naive(a, Self.transposed(a))
        var updated = DoubleMatrix(rows: 6, columns: 6)
        updated.updateLowerTriangle(decay: 0, adding: 1, times: a, count: 9)

        let system = try updated.symmetricEigensystem()
        #expect(system.values == system.values.sorted())
        var scaled = system.vectors
        for i in 0..<6 {
            for j in 0..<6 { scaled[i, j] *= system.values[j] }
        }
        expectClose(Self.naive(scaled, Self.transposed(system.vectors)), covariance)

        var factor = updated
        try factor.choleskyFactorise()
        var product = DoubleMatrix(identity: 6)
        product.multiply(byLowerTriangle: factor)
        expectClose(Self.naive(product, Self.transposed(product)), covariance)
        let solution = factor.solvingLowerTriangle([1, 2, 3, 4, 5, 6])
        expectEqual(product.product(solution), [1, 2, 3, 4, 5, 6], within: 1e-12, "solution")

        let exact = (system.values.last ?? 0) / (system.values.first ?? 0)
        let estimate = factor.choleskyCondition(norm: updated.symmetricNorm)
        #expect(estimate > exact / 6 && estimate < exact * 6)
    }

    @Test func `a matrix that is not positive definite has no Cholesky factor`() {
        var matrix = DoubleMatrix(identity: 3)
        matrix[1, 1] = -1
        #expect(throws: FactorisationError.notPositiveDefinite(order: 2)) {
            try matrix.choleskyFactorise()
        }
    }

    @Test func `a copy keeps its elements when the original is written to`() {
        var matrix = DoubleMatrix(identity: 3)
        let address = matrix.address
        matrix[0, 1] = 4
        #expect(matrix.address == address, "the only holder writes in place")
        let copy = matrix
        #expect(copy.address == address, "a copy shares the memory")
        matrix[0, 1] = 5
        #expect(copy[0, 1] == 4 && matrix[0, 1] == 5)
        #expect(matrix != copy)
    }

    @Test(arguments: 1...16)
    func `a condition's bits do not depend on where its arrays lie`(seed: UInt64) throws {
        // Near the identity, as a covariance is at first; long enough for the vectorised sums.
        let size = 300
        var matrix = Self.random(size, size, seed: seed)
        for column in 0..<size {
            for row in 0..<size {
                matrix[row, column] = 0.01 * matrix[row, column] + (row == column ? 1 : 0)
            }
        }
        let norm = matrix.symmetricNorm
        try matrix.choleskyFactorise()
        // Blocks of several sizes in between move what is allocated after them.
        var blocks: [[UInt8]] = []
        let bits = Set(
            (0..<40).map { index in
                blocks.append([UInt8](repeating: 0, count: 16 * (index % 7) + 7000))
                return matrix.choleskyCondition(norm: norm).bitPattern
            })
        #expect(bits.count == 1)
        #expect(blocks.count == 40)
    }
}
