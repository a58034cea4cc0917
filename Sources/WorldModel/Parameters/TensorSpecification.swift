// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// What one tensor of a model is called in its file, how large it is, and how it starts.
package struct TensorSpecification: Sendable, Hashable {
    /// The name in PyTorch's `state_dict`.
    package let name: String
    /// The extent of each axis in PyTorch's layout, outermost first.
    package let shape: [Int]
    /// PyTorch's default start: every element is drawn uniformly from (-bound, bound).
    package let initialBound: Double

    /// The number of elements.
    package var count: Int { shape.reduce(1, *) }

    /// A tensor of which `fanIn` inputs make one output; its bound is the inverse square root.
    package init(name: String, shape: [Int], fanIn: Int) {
        precondition(fanIn > 0, "\(name): a fan-in of \(fanIn) has no starting bound")
        self.name = name
        self.shape = shape
        self.initialBound = 1 / Double(fanIn).squareRoot()
    }

    /// A layer's weight, then its bias, which PyTorch starts within the same bound.
    static func layer(
        _ name: String, weight: [Int], bias: Int, fanIn: Int
    ) -> [TensorSpecification] {
        [
            TensorSpecification(name: name + ".weight", shape: weight, fanIn: fanIn),
            TensorSpecification(name: name + ".bias", shape: [bias], fanIn: fanIn),
        ]
    }
}
