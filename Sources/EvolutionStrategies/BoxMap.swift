// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// The map of all points into a box, and back.
///
/// Piecewise linear and quadratic, smooth, periodic beyond the bounds: the identity in
/// [lower + a, upper - b], quadratic within the margins a and b, mirrored outside. Margins are
/// min((upper - lower) / 2, 0.05 max(|bound|, 1)), as in pycma's BoxConstraintsLinQuad map.
struct BoxMap: Sendable {
    private let lower: [Double]
    private let upper: [Double]
    private let lowerMargin: [Double]
    private let upperMargin: [Double]

    init(_ bounds: EvolutionStrategy.Bounds) {
        lower = bounds.lower
        upper = bounds.upper
        func margins(_ ends: [Double]) -> [Double] {
            ends.indices.map { index in
                guard ends[index].isFinite else { return 1 }
                let half = (bounds.upper[index] - bounds.lower[index]) / 2
                return min(half, 0.05 * max(abs(ends[index]), 1))
            }
        }
        lowerMargin = margins(lower)
        upperMargin = margins(upper)
    }

    /// Folds a point into the box, in place.
    func fold(_ point: inout [Double]) {
        for index in point.indices { point[index] = folded(point[index], at: index) }
    }

    /// The point whose image a point of the box is.
    func unfolded(_ point: [Double]) -> [Double] {
        point.indices.map { index in
            let (x, low, high) = (point[index], lower[index], upper[index])
            let (a, b) = (lowerMargin[index], upperMargin[index])
            if x < low + a { return low - a + 2 * (a * max(0, x - low)).squareRoot() }
            if x > high - b { return high + b - 2 * (b * max(0, high - x)).squareRoot() }
            return x
        }
    }

    private func folded(_ value: Double, at index: Int) -> Double {
        let (low, high) = (lower[index], upper[index])
        let (a, b) = (lowerMargin[index], upperMargin[index])
        var x = value
        let half = (high - low) / 2
        if x < low - 2 * a - half || x > high + 2 * b + half {
            let period = 2 * (high - low + a + b)
            let start = low - 2 * a - half
            x -= period * ((x - start) / period).rounded(.down)
        }
        if x > high + b { x -= 2 * (x - high - b) }
        if x < low - a { x += 2 * (low - a - x) }
        if x < low + a {
            x = low + (x - (low - a)) * (x - (low - a)) / (4 * a)
        }
        if x > high - b {
            x = high - (x - (high + b)) * (x - (high + b)) / (4 * b)
        }
        // Rounding may leave the box by a last bit.
        return min(max(x, low), high)
    }
}
