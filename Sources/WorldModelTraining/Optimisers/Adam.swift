// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CKernels
import WorldModel

/// Adam (Kingma & Ba 2015, algorithm 1) with PyTorch's definition and defaults.
final class Adam: Optimiser {
    private static let beta1 = 0.9
    private static let beta2 = 0.999
    private static let epsilon = 1e-8
    /// The running mean of the gradient.
    let firstMoment: FloatBuffer
    /// The running mean of the squared gradient.
    let secondMoment: FloatBuffer
    var steps = 0
    var moments: [String: FloatBuffer] { ["moment1.": firstMoment, "moment2.": secondMoment] }

    /// Moments of zero.
    init(count: Int) {
        firstMoment = FloatBuffer(count)
        secondMoment = FloatBuffer(count)
    }

    func step(_ parameters: FloatBuffer, gradient: FloatBuffer, rate: Double, pool: WorkerPool) {
        steps += 1
        let correctedRate = Float(rate / (1 - power(Self.beta1, steps)))
        let root = Float((1 - power(Self.beta2, steps)).squareRoot())
        let (m, v) = (firstMoment, secondMoment)
        pool.forEachBlock(of: parameters.count) { first, count, _ in
            training_adam(
                parameters.at(first), gradient.at(first), m.at(first), v.at(first), count,
                correctedRate, Float(Self.beta1), Float(Self.beta2), root, Float(Self.epsilon))
        }
    }

    /// base^exponent by repeated squaring: the same bits everywhere.
    private func power(_ base: Double, _ exponent: Int) -> Double {
        var result = 1.0
        var factor = base
        var rest = exponent
        while rest > 0 {
            if rest & 1 == 1 { result *= factor }
            factor *= factor
            rest >>= 1
        }
        return result
    }
}
