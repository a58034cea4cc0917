// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Tensors

/// A matrix A with A A^T = C, by which standard normal vectors become samples of N(0, C).
enum CovarianceFactor: Sendable {
    /// A = B D: the columns of B are eigenvectors, D holds the roots of the eigenvalues, ascending.
    case eigensystem(deviations: [Double], basis: DoubleMatrix)
    /// A = L, lower triangular, with an estimate of the condition number of C.
    case cholesky(DoubleMatrix, condition: Double)

    /// Whether a factorisation worked.
    enum Outcome {
        case ready
        /// The covariance is not positive definite; its least eigenvalue where that is known.
        case degenerate(leastVariance: Double)
    }

    /// Factorises a covariance; the factor is unchanged where that fails.
    mutating func refresh(from covariance: DoubleMatrix) -> Outcome {
        switch self {
        case .eigensystem:
            guard let system = try? covariance.symmetricEigensystem(),
                system.values.allSatisfy(\.isFinite)
            else { return .degenerate(leastVariance: 0) }
            guard let least = system.values.first, least > 0 else {
                return .degenerate(leastVariance: system.values.first ?? 0)
            }
            self = .eigensystem(
                deviations: system.values.map { $0.squareRoot() }, basis: system.vectors)
        case .cholesky:
            var factor = covariance
            do {
                try factor.choleskyFactorise()
            } catch {
                return .degenerate(leastVariance: 0)
            }
            guard factor.diagonal.allSatisfy({ $0 > 0 && $0.isFinite }) else {
                return .degenerate(leastVariance: 0)
            }
            let condition = factor.choleskyCondition(norm: covariance.symmetricNorm)
            self = .cholesky(factor, condition: condition)
        }
        return .ready
    }

    /// Turns standard normal columns z into A z, in place.
    func colour(_ normals: inout DoubleMatrix) {
        switch self {
        case .eigensystem(let deviations, let basis):
            let n = deviations.count
            normals.withMutableElements { elements in
                for start in stride(from: 0, to: elements.count, by: n) {
                    for row in 0..<n { elements[start + row] *= deviations[row] }
                }
            }
            normals = basis.product(normals)
        case .cholesky(let factor, _):
            normals.multiply(byLowerTriangle: factor)
        }
    }

    /// C^(-1/2) times a step, or L^(-1) times it: standard normal for a sampled step.
    func whitened(_ step: [Double]) -> [Double] {
        switch self {
        case .eigensystem(let deviations, let basis):
            var inner = basis.product(step, transposed: true)
            for index in inner.indices { inner[index] /= deviations[index] }
            return basis.product(inner)
        case .cholesky(let factor, _):
            return factor.solvingLowerTriangle(step)
        }
    }

    /// The axis of the given index: an eigenvector times its deviation, or a column of L.
    func axis(_ index: Int) -> [Double] {
        switch self {
        case .eigensystem(let deviations, let basis):
            basis.column(index).map { $0 * deviations[index] }
        case .cholesky(let factor, _):
            factor.column(index).enumerated().map { $0.offset < index ? 0 : $0.element }
        }
    }

    /// The extent; of a Cholesky factor by the largest deviation of a variable.
    func summary(longestStep: Double) -> AxisSummary {
        switch self {
        case .eigensystem(let deviations, _):
            let least = deviations.first ?? 1
            let most = deviations.last ?? 1
            return AxisSummary(longest: most, condition: (most / least) * (most / least))
        case .cholesky(_, let condition):
            return AxisSummary(longest: longestStep, condition: condition)
        }
    }

    func encode(into writer: inout StateWriter) {
        switch self {
        case .eigensystem(let deviations, let basis):
            writer.write(0)
            writer.write(deviations)
            writer.write(basis)
        case .cholesky(let factor, let condition):
            writer.write(1)
            writer.write(condition)
            writer.write(lowerTriangle: factor)
        }
    }

    init(from reader: inout StateReader, dimension: Int) throws(EvolutionStrategyError) {
        switch try reader.int() {
        case 0:
            self = .eigensystem(
                deviations: try reader.doubles(count: dimension),
                basis: try reader.matrix(rows: dimension, columns: dimension))
        case 1:
            let condition = try reader.double()
            self = .cholesky(try reader.lowerTriangle(size: dimension), condition: condition)
        case let kind:
            throw .invalidState(reason: "there is no factorisation of kind \(kind)")
        }
    }
}
