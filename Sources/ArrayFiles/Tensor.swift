// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// A dense array of single-precision numbers in row-major order.
///
/// It carries weights and small results between files and the engines; hot loops work on buffers
/// of their own.
public struct Tensor: Sendable, Hashable {
    /// The extent of each axis, outermost first; empty for a scalar.
    public let shape: [Int]

    /// The elements in row-major order; their count is the product of the shape.
    public var values: [Float] {
        didSet { precondition(values.count == oldValue.count, "a tensor keeps its size") }
    }

    /// Wraps as many values as the shape holds, in row-major order.
    public init(shape: [Int], values: [Float]) {
        precondition(
            shape.reduce(1, *) == values.count,
            "shape \(shape) does not hold \(values.count) values")
        self.shape = shape
        self.values = values
    }

    /// A tensor of zeros.
    public init(zeros shape: [Int]) {
        self.init(shape: shape, values: [Float](repeating: 0, count: shape.reduce(1, *)))
    }
}
