// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CKernels
import WorldModel

/// The length of a gradient, or of weights, and the gradient's limit.
enum GradientNorm {
    /// The Euclidean norm, summed block by block in order, so that threads do not change it; not
    /// finite if an element is not.
    static func norm(_ gradient: FloatBuffer, pool: WorkerPool) -> Double {
        var sums = [Double](repeating: 0, count: WorkerPool.blocks(of: gradient.count))
        sums.withUnsafeMutableBufferPointer { sums in
            // Each task writes the sum of its own block.
            nonisolated(unsafe) let sums = sums
            pool.forEachBlock(of: gradient.count) { first, count, block in
                sums[block] = training_sum_of_squares(gradient.at(first), count)
            }
        }
        return sums.reduce(0, +).squareRoot()
    }

    /// Shortens the gradient to a limit, as PyTorch's `clip_grad_norm_`; gives the norm before.
    @discardableResult
    static func clip(_ gradient: FloatBuffer, to limit: Double, pool: WorkerPool) -> Double {
        let norm = norm(gradient, pool: pool)
        let factor = limit / (norm + 1e-6)
        if factor < 1 {
            pool.forEachBlock(of: gradient.count) { first, count, _ in
                training_scale(gradient.at(first), Float(factor), count)
            }
        }
        return norm
    }
}
