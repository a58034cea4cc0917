// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CKernels

/// The controllers C of several episodes, each with parameters of its own.
public final class ControllerBank {
    /// What the controllers see and how they act.
    public let shape: ControllerShape
    private let kernels: Kernels
    private let count: Int
    private let layout: Layout
    /// Each controller's parameters, rows filled up to whole vectors with zeros.
    private let parameters: FloatBuffer
    /// z, c and h one after another, where a controller sees these.
    private let joined: FloatBuffer
    /// The hidden layer's values, filled up to whole vectors with zeros.
    private let units: FloatBuffer
    /// Outputs that are no controls yet.
    private let scores: FloatBuffer

    /// Makes room for the controllers of so many episodes, all parameters 0.
    public init(
        count: Int, shape: ControllerShape = ControllerShape(), kernels: Kernels = .best
    ) {
        precondition(count > 0, "\(count) controllers")
        precondition(shape.sizes.areWithinLimits, "a controller of \(shape.sizes)")
        self.count = count
        self.shape = shape
        self.kernels = kernels
        layout = Layout(shape)
        parameters = FloatBuffer(count * layout.room)
        joined = FloatBuffer(shape.sizes.latentRoom + 2 * shape.sizes.hiddenRoom)
        units = FloatBuffer(ModelSizes.room(shape.hiddenUnits))
        scores = FloatBuffer(shape.outputCount)
    }

    /// Replaces an episode's parameters, in the order that `ControllerShape` says.
    public func set(_ index: Int, _ values: [Float]) {
        precondition(index >= 0 && index < count, "controller \(index) of \(count)")
        precondition(
            values.count == shape.parameterCount,
            "\(values.count) parameters for a controller of \(shape.parameterCount)")
        let own = parameters.at(index * layout.room)
        values.withUnsafeBufferPointer { values in
            guard let start = values.baseAddress else { return }
            for copy in layout.copies {
                (own + copy.target).update(from: start + copy.source, count: copy.count)
            }
        }
    }

    /// Computes an episode's action from its z, h and c, and puts it where M will read it.
    public func act(_ index: Int, _ states: RecurrentCell.States) {
        precondition(index >= 0 && index < count, "controller \(index) of \(count)")
        precondition(states.sizes == shape.sizes, "states of \(states.sizes), not \(shape.sizes)")
        let loops = kernels.table.pointee
        let own = parameters.start + index * layout.room
        var input = seen(index, states)
        if let hidden = layout.hidden {
            apply(hidden, of: own, to: input, into: units.start)
            loops.hyperbolic_tangent(units.start, shape.hiddenUnits)
            input = UnsafePointer(units.start)
        }
        let action = states.action(index)
        switch shape.mapping {
        case .linear:
            apply(layout.output, of: own, to: input, into: action)
        case .paper:
            apply(layout.output, of: own, to: input, into: action)
            loops.hyperbolic_tangent(action, ModelSizes.actions)
            action[1] = (action[1] + 1) / 2
            // Written so that a NaN stays one.
            if action[2] < 0 { action[2] = 0 }
        case .discrete:
            apply(layout.output, of: own, to: input, into: scores.start)
            Self.choose(scores, into: action)
        }
    }

    /// What a controller sees, one after another, filled up to whole vectors.
    private func seen(_ index: Int, _ states: RecurrentCell.States) -> UnsafePointer<Float> {
        let latent = states.latent(index)
        guard shape.inputs == .latentCellHidden else { return UnsafePointer(latent) }
        let (latentRoom, hiddenRoom) = (shape.sizes.latentRoom, shape.sizes.hiddenRoom)
        joined.start.update(from: latent, count: latentRoom)
        (joined.start + latentRoom).update(from: states.cell(index), count: hiddenRoom)
        (joined.start + latentRoom + hiddenRoom).update(
            from: states.hidden(index), count: hiddenRoom)
        return UnsafePointer(joined.start)
    }

    private func apply(
        _ layer: Layout.Layer, of own: UnsafeMutablePointer<Float>, to input: UnsafePointer<Float>,
        into output: UnsafeMutablePointer<Float>
    ) {
        kernels.table.pointee.dot(
            own + layer.weights, own + layer.bias, input, layer.inner, layer.rows, output)
    }

    /// The controls of the largest score, the first of equal ones; a score that is not finite makes
    /// them NaN.
    private static func choose(_ scores: FloatBuffer, into action: UnsafeMutablePointer<Float>) {
        var best = 0
        var sum: Float = 0
        for (index, score) in scores.elements().enumerated() {
            // 0 as long as all are finite, else NaN.
            sum += score * 0
            if score > scores.start[best] { best = index }
        }
        let controls = ControllerMapping.discreteControls[best]
        for index in 0..<ModelSizes.actions { action[index] = controls[index] + sum }
    }
}

extension ControllerBank {
    /// Where a controller's parameters lie for the compiled loops, which read whole vectors.
    private struct Layout {
        struct Layer {
            let weights: Int
            let bias: Int
            let rows: Int
            /// The length of a row with the zeros that fill it up.
            let inner: Int
        }

        /// Neighbours of the flat parameters that are neighbours here as well.
        struct Copy {
            var source: Int
            var target: Int
            var count: Int
        }

        let hidden: Layer?
        let output: Layer
        let copies: [Copy]
        /// The numbers of one controller.
        let room: Int

        init(_ shape: ControllerShape) {
            var writer = Writer()
            let inputs = shape.inputs.parts(in: shape.sizes)
            hidden =
                shape.hiddenUnits > 0 ? writer.add(rows: shape.hiddenUnits, parts: inputs) : nil
            output = writer.add(
                rows: shape.outputCount, parts: hidden == nil ? inputs : [shape.hiddenUnits])
            copies = writer.copies
            room = writer.target
        }

        private struct Writer {
            var copies: [Copy] = []
            var source = 0
            var target = 0

            /// A layer whose rows have parts that are filled up each.
            mutating func add(rows: Int, parts: [Int]) -> Layer {
                let start = target
                for _ in 0..<rows {
                    for part in parts { add(part, room: ModelSizes.room(part)) }
                }
                let bias = target
                add(rows, room: rows)
                return Layer(
                    weights: start, bias: bias, rows: rows, inner: (bias - start) / rows)
            }

            private mutating func add(_ count: Int, room: Int) {
                if let last = copies.last, last.source + last.count == source,
                    last.target + last.count == target
                {
                    copies[copies.count - 1].count += count
                } else {
                    copies.append(Copy(source: source, target: target, count: count))
                }
                source += count
                target += room
            }
        }
    }
}
