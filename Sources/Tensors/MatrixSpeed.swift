// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import COpenBLAS

/// How fast this machine multiplies matrices, as a yardstick for other figures.
public enum MatrixSpeed {
    /// The speed of OpenBLAS's single-precision product of two 768 x 768 matrices on one core.
    ///
    /// - Parameters:
    ///   - repetitions: How many products are timed; the best counts.
    ///   - clock: Seconds, from any start.
    /// - Returns: GFLOP/s.
    public static func singlePrecision(repetitions: Int = 12, clock: () -> Double) -> Double {
        precondition(repetitions > 0, "\(repetitions) repetitions")
        openblas_set_num_threads(1)
        let size = 768
        let left = [Float](repeating: 0.5, count: size * size)
        let right = [Float](repeating: 0.25, count: size * size)
        var product = [Float](repeating: 0, count: size * size)
        let side = blasint(size)
        var best = Double.infinity
        for _ in 0..<repetitions {
            let start = clock()
            cblas_sgemm(
                CblasRowMajor, CblasNoTrans, CblasNoTrans, side, side, side, 1, left, side, right,
                side, 0, &product, side)
            best = min(best, clock() - start)
        }
        return 2 * Double(size * size * size) / best / 1e9
    }
}
