// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CKernels
import WorldModel

/// RMSprop with PyTorch's definition, neither centred nor with momentum.
final class RMSprop: Optimiser {
    /// The mean's decay: 0.9 in the original, where PyTorch's default is 0.99.
    private static let alpha: Float = 0.9
    private static let epsilon: Float = 1e-8
    /// The running mean of the squared gradient.
    let squares: FloatBuffer
    var steps = 0
    var moments: [String: FloatBuffer] { ["square.": squares] }

    /// A running mean of zero.
    init(count: Int) { squares = FloatBuffer(count) }

    func step(_ parameters: FloatBuffer, gradient: FloatBuffer, rate: Double, pool: WorkerPool) {
        let squares = squares
        pool.forEachBlock(of: parameters.count) { first, count, _ in
            training_rmsprop(
                parameters.at(first), gradient.at(first), squares.at(first), count, Float(rate),
                Self.alpha, Self.epsilon)
        }
    }
}
