// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import WorldModel
import Foundation
import SeededRandom
import Testing

@testable import WorldModelTraining

/// Compares gradients with what small steps of the numbers do to a scalar loss.
///
/// The derivative along a direction is (8 (L(h) - L(-h)) - (L(2h) - L(-2h))) / 12 h: the error of
/// the formula falls with h^4, so that h can be large. It has to be: what is computed in single
/// precision moves by 6e-8 of itself whatever the step, which the formula divides by h. Losses are
/// summed in double precision.
///
/// With h = 1/16 both errors stay below 1e-4 of a gradient's length; the tolerance is 1e-3, and a
/// forgotten term or a wrong index is off by far more.
struct GradientCheck {
    /// The step, a power of two, so that adding it rounds little.
    var step: Float = 0x1p-4
    /// The largest difference, as a share of the gradient's length.
    var tolerance = 1e-3

    /// Checks the gradient of every single number.
    func expect(
        _ name: String, of values: UnsafeMutableBufferPointer<Float>, is gradient: [Float],
        sourceLocation: SourceLocation = #_sourceLocation, loss: () -> Double
    ) {
        let numeric = values.indices.map { index in
            Float(
                derivative(values, loss) { values, distance in values[index] += distance })
        }
        let distance = relativeDistance(gradient, numeric)
        #expect(
            distance < tolerance, "the gradient of \(name) is off by \(distance)",
            sourceLocation: sourceLocation)
    }

    /// Checks a gradient along random directions, where single numbers are too many.
    ///
    /// A direction's elements are of size 1, so that an error of the gradient shows by its length.
    func expectAlongDirections(
        _ name: String, of values: UnsafeMutableBufferPointer<Float>, is gradient: [Float],
        count: Int = 6, _ generator: inout PCG64,
        sourceLocation: SourceLocation = #_sourceLocation, loss: () -> Double
    ) {
        let length = gradient.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        #expect(length > 0, "the gradient of \(name) is 0", sourceLocation: sourceLocation)
        for _ in 0..<count {
            let direction = normals(values.count, &generator)
            let numeric = derivative(values, loss) { values, distance in
                for index in values.indices { values[index] += distance * direction[index] }
            }
            let slope = zip(gradient, direction).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
            let distance = abs(slope - numeric) / length
            #expect(
                distance < tolerance, "the gradient of \(name) is off by \(distance)",
                sourceLocation: sourceLocation)
        }
    }

    private func derivative(
        _ values: UnsafeMutableBufferPointer<Float>, _ loss: () -> Double,
        move: (UnsafeMutableBufferPointer<Float>, Float) -> Void
    ) -> Double {
        let kept = Array(values)
        func moved(_ distance: Float) -> Double {
            move(values, distance)
            let result = loss()
            _ = values.update(fromContentsOf: kept)
            return result
        }
        return (8 * (moved(step) - moved(-step)) - (moved(2 * step) - moved(-2 * step)))
            / (12 * Double(step))
    }
}

/// Draws from N(0, 1).
func normals(_ count: Int, _ generator: inout PCG64) -> [Float] {
    var result = [Float](repeating: 0, count: count)
    result.withUnsafeMutableBufferPointer { generator.fillNormal($0) }
    return result
}

/// A whole number of a range.
func whole(_ range: ClosedRange<Int>, _ generator: inout PCG64) -> Int {
    range.lowerBound + Int(generator.integer(below: UInt32(range.count)))
}

extension FloatBuffer {
    /// A buffer of draws from N(0, scale^2).
    convenience init(_ count: Int, scale: Float = 1, _ generator: inout PCG64) {
        self.init(count)
        for (index, value) in normals(count, &generator).enumerated() {
            start[index] = scale * value
        }
    }

    /// All elements, in place.
    var all: UnsafeMutableBufferPointer<Float> { .init(start: start, count: count) }

    /// The sum of the elements times weights: the scalar loss of a layer's check.
    func projection(on weights: FloatBuffer) -> Double {
        zip(all, weights.all).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
}
