// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CKernels

/// How a controller's three linear outputs become steering, gas and brake.
public enum ControllerMapping: String, Sendable, Hashable, Codable, CaseIterable {
    /// Ha & Schmidhuber 2018: tanh; gas (tanh + 1) / 2; brake tanh where positive, else 0.
    case paper
    /// ctallec/world-models: the outputs as they are; the environment clips what it must.
    case linear
}

/// What a controller sees.
public enum ControllerInputs: String, Sendable, Hashable, Codable, CaseIterable {
    /// z alone ("V model" in the paper's table 2).
    case latent = "z"
    /// z and h, the paper's "full world model".
    case latentHidden = "zh"
    /// z, c and h, the paper's code for the Doom task.
    case latentCellHidden = "zch"

    /// The length of the controller's input.
    public var count: Int {
        switch self {
        case .latent: Encoder.latentSize
        case .latentHidden: Encoder.latentSize + RecurrentCell.hiddenSize
        case .latentCellHidden: Encoder.latentSize + 2 * RecurrentCell.hiddenSize
        }
    }

    /// The length of the flat parameters: weights (3 x inputs, row-major), then 3 biases.
    public var parameterCount: Int { RecurrentCell.actionSize * (count + 1) }
}

/// What of V's output the controller and M see.
public enum LatentUse: String, Sendable, Hashable, Codable, CaseIterable {
    /// The mean.
    case mean
    /// Mean + sigma * N(0, 1), drawn from the episode's own stream, as the paper's code does.
    case sampled
}

/// The linear controllers C of several episodes, each with parameters of its own.
public final class ControllerBank {
    /// What the controllers see.
    public let inputs: ControllerInputs
    /// How their outputs become actions.
    public let mapping: ControllerMapping
    private let kernels: Kernels
    private let count: Int
    private let parameters: FloatBuffer
    private let joined = FloatBuffer(ControllerInputs.latentCellHidden.count)

    /// Makes room for the controllers of so many episodes, all parameters 0.
    public init(
        count: Int, inputs: ControllerInputs, mapping: ControllerMapping, kernels: Kernels = .best
    ) {
        precondition(count > 0, "\(count) controllers")
        self.count = count
        self.inputs = inputs
        self.mapping = mapping
        self.kernels = kernels
        parameters = FloatBuffer(count * inputs.parameterCount)
    }

    /// Replaces an episode's parameters: weights (3 x inputs, row-major), then 3 biases.
    public func set(_ index: Int, _ values: [Float]) {
        precondition(index >= 0 && index < count, "controller \(index) of \(count)")
        precondition(
            values.count == inputs.parameterCount,
            "\(values.count) parameters for a controller of \(inputs.parameterCount)")
        parameters.at(index * inputs.parameterCount).update(from: values, count: values.count)
    }

    /// Computes an episode's action from its z, h and c, and puts it where M will read it.
    public func act(_ index: Int, _ states: RecurrentCell.States) {
        precondition(index >= 0 && index < count, "controller \(index) of \(count)")
        let loops = kernels.table.pointee
        let weights = parameters.start + index * inputs.parameterCount
        let bias = weights + RecurrentCell.actionSize * inputs.count
        let action = states.action(index)
        var input = states.latent(index)
        if inputs == .latentCellHidden {
            joined.start.update(from: input, count: Encoder.latentSize)
            (joined.start + Encoder.latentSize).update(
                from: states.cell(index), count: RecurrentCell.hiddenSize)
            (joined.start + Encoder.latentSize + RecurrentCell.hiddenSize).update(
                from: states.hidden(index), count: RecurrentCell.hiddenSize)
            input = joined.start
        }
        loops.dot(weights, bias, input, inputs.count, RecurrentCell.actionSize, action)
        if mapping == .paper {
            loops.hyperbolic_tangent(action, RecurrentCell.actionSize)
            action[1] = (action[1] + 1) / 2
            // Written so that a NaN stays one.
            if action[2] < 0 { action[2] = 0 }
        }
    }
}
