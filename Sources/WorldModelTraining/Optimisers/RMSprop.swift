// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CKernels
import WorldModel

/// RMSprop with PyTorch's definition, neither centred nor with momentum.
final class RMSprop: Optimiser {
    private let alpha: Double
    private let epsilon: Double
    /// The running mean of the squared gradient.
    let squares: FloatBuffer
    var steps = 0
    var moments: [String: FloatBuffer] { ["square.": squares] }

    /// A running mean of zero.
    ///
    /// - Parameters:
    ///   - count: The number of weights.
    ///   - alpha: The decay of the mean (0.9 in the original; PyTorch's default is 0.99).
    ///   - epsilon: Added to the mean's root.
    init(count: Int, alpha: Double = 0.9, epsilon: Double = 1e-8) {
        self.alpha = alpha
        self.epsilon = epsilon
        squares = FloatBuffer(count)
    }

    func step(_ parameters: FloatBuffer, gradient: FloatBuffer, rate: Double, pool: WorkerPool) {
        let squares = squares
        pool.forEachBlock(of: parameters.count) { first, count, _ in
            training_rmsprop(
                parameters.at(first), gradient.at(first), squares.at(first), count, Float(rate),
                Float(alpha), Float(epsilon))
        }
    }
}
