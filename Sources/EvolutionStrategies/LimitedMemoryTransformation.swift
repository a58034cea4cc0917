// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Tensors

/// The identity changed by a few directions: LM-MA-ES.
///
/// Loshchilov, Glasmachers and Beyer, Large Scale Black-box Optimization by Limited-Memory Matrix
/// Adaptation (IEEE TEVC 2019, arXiv 1705.06693), algorithm 1. A step is z multiplied in turn with
/// (1 - c_j) I + c_j m_j m_j^T for the m directions; each is a path of the whitened mean steps
/// with a longer memory than the one before. Time and memory are O(m n), m = 4 + 3 ln n.
struct LimitedMemoryTransformation: SearchDistribution {
    private(set) var scales: [Double]
    private var directions: DoubleMatrix
    private var updates = 0
    /// The inner products of the directions, so that all candidates need two matrix products.
    private var gram: DoubleMatrix
    var path: [Double] { [] }

    init(scales: [Double]) {
        self.scales = scales
        let count = Self.directionCount(dimension: scales.count)
        directions = DoubleMatrix(rows: scales.count, columns: count)
        gram = DoubleMatrix(rows: count, columns: count)
    }

    /// The number of directions, m: 4 + 3 ln n, at most n.
    static func directionCount(dimension: Int) -> Int {
        min(dimension, Int(4 + 3 * log(Double(dimension))))
    }

    private var activeCount: Int { min(updates, directions.columns) }

    /// How far direction j changes a step: c_d,j = 1 / (1.5^j n), j from 0.
    private func changeRate(_ index: Int) -> Double {
        1 / (pow(1.5, Double(index)) * Double(scales.count))
    }

    /// The standard deviations of single variables, from the diagonal of the product's first
    /// order: the square of 1 + c (m_j^2 - 1), multiplied over the directions.
    var stepDeviations: [Double] {
        var deviations = [Double](repeating: 1, count: scales.count)
        directions.withElements { elements in
            for j in 0..<activeCount {
                let c = changeRate(j)
                for row in 0..<scales.count {
                    let element = elements[j * scales.count + row]
                    deviations[row] *= 1 + c * (element * element - 1)
                }
            }
        }
        return deviations
    }

    /// By the directions' lengths: along m_j a step is stretched by 1 + c (|m_j|^2 - 1).
    var axes: AxisSummary {
        var (least, most) = (1.0, 1.0)
        for j in 0..<activeCount {
            let stretch = 1 + changeRate(j) * (gram[j, j] - 1)
            least = min(least, 1 - changeRate(j), stretch)
            most = max(most, stretch)
        }
        return AxisSummary(longest: most, condition: (most / least) * (most / least))
    }

    mutating func prepare(generation: Int) throws(EvolutionStrategyError) {
        for j in 0..<activeCount where !(gram[j, j] >= 0 && gram[j, j].isFinite) {
            throw .degenerateCovariance(generation: generation)
        }
    }

    func colour(_ normals: inout DoubleMatrix) {
        let active = activeCount
        guard active > 0 else { return }
        // With s_j = m_j^T d_j, the inner products of the later directions follow from the Gram
        // matrix; the step is then a z + the sum of b_j m_j.
        var dots = directions.product(normals, transposed: true)
        var scale = 1.0
        var coefficients = DoubleMatrix(rows: directions.columns, columns: normals.columns)
        let rows = directions.columns
        gram.withElements { gram in
            dots.withMutableElements { dots in
                coefficients.withMutableElements { coefficients in
                    for j in 0..<active {
                        let c = changeRate(j)
                        scale *= 1 - c
                        for candidate in 0..<normals.columns {
                            let start = candidate * rows
                            let product = c * dots[start + j]
                            for k in 0..<active {
                                dots[start + k] =
                                    (1 - c) * dots[start + k] + gram[j * rows + k] * product
                                coefficients[start + k] *= 1 - c
                            }
                            coefficients[start + j] = product
                        }
                    }
                }
            }
        }
        normals.scale(scale, adding: directions, times: coefficients)
    }

    func whitened(_ step: [Double]) -> [Double] {
        var result = step
        let n = scales.count
        directions.withElements { elements in
            for j in (0..<activeCount).reversed() {
                // The inverse of (1 - c) I + c m m^T by Sherman and Morrison.
                let c = changeRate(j)
                let start = j * n
                var dot = 0.0
                for row in 0..<n { dot += elements[start + row] * result[row] }
                let factor = c * dot / (1 - c + c * gram[j, j])
                for row in 0..<n {
                    result[row] = (result[row] - factor * elements[start + row]) / (1 - c)
                }
            }
        }
        return result
    }

    mutating func stretch(_ index: Int, by factor: Double) { scales[index] *= factor }

    mutating func update(_ selection: Selection) {
        let n = scales.count
        let lambda = Double(selection.population.count)
        let mueff = selection.parameters.weights.effectiveParents
        directions.withMutableElements { elements in
            for j in 0..<(elements.count / n) {
                // c_c,j = lambda / (4^j n), j from 0; the paper's n is far larger than lambda.
                let rate = min(0.5, lambda / (pow(4, Double(j)) * Double(n)))
                let gain = (mueff * rate * (2 - rate)).squareRoot()
                for row in 0..<n {
                    elements[j * n + row] =
                        (1 - rate) * elements[j * n + row]
                        + gain * selection.whitenedMeanStep[row]
                }
            }
        }
        updates += 1
        gram = directions.product(directions, transposed: true)
    }
}

extension LimitedMemoryTransformation {
    func encode(into writer: inout StateWriter) {
        writer.write(scales)
        writer.write(updates)
        writer.write(directions)
    }

    init(from reader: inout StateReader, dimension: Int) throws(EvolutionStrategyError) {
        scales = try reader.doubles(count: dimension)
        updates = try reader.counter()
        directions = try reader.matrix(
            rows: dimension, columns: Self.directionCount(dimension: dimension))
        gram = DoubleBLASThreads.one { [directions] in
            directions.product(directions, transposed: true)
        }
    }
}
