// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// How a controller's linear outputs become steering, gas and brake.
public enum ControllerMapping: String, Sendable, Hashable, Codable, CaseIterable {
    /// Ha & Schmidhuber 2018: tanh; gas (tanh + 1) / 2; brake tanh where positive, else 0.
    case paper
    /// ctallec/world-models: the outputs as they are; the environment clips what it must.
    case linear
    /// The largest of five outputs is one of Gymnasium's discrete actions, in its order; of equal
    /// ones it is the first.
    case discrete

    /// How many outputs there are.
    public var outputCount: Int {
        self == .discrete ? Self.discreteControls.count : ModelSizes.actions
    }

    /// Steering, gas and brake of Gymnasium's variant `continuous=False`: nothing, right, left, gas,
    /// brake.
    package static let discreteControls: [SIMD3<Float>] = [
        SIMD3(0, 0, 0), SIMD3(0.6, 0, 0), SIMD3(-0.6, 0, 0), SIMD3(0, 0.2, 0), SIMD3(0, 0, 0.8),
    ]
}

/// What a controller sees.
public enum ControllerInputs: String, Sendable, Hashable, Codable, CaseIterable {
    /// z alone ("V model" in the paper's table 2).
    case latent = "z"
    /// z and h, the paper's "full world model".
    case latentHidden = "zh"
    /// z, c and h, the paper's code for the Doom task.
    case latentCellHidden = "zch"

    /// How many of M's states come after z.
    private var states: Int {
        switch self {
        case .latent: 0
        case .latentHidden: 1
        case .latentCellHidden: 2
        }
    }

    /// The length of the controller's input, given those of z and h.
    public func count(in sizes: ModelSizes = ModelSizes()) -> Int {
        sizes.latent + states * sizes.hidden
    }

    /// The lengths of the input's parts.
    func parts(in sizes: ModelSizes) -> [Int] {
        [sizes.latent] + [Int](repeating: sizes.hidden, count: states)
    }
}

/// What of V's output the controller and M see.
public enum LatentUse: String, Sendable, Hashable, Codable, CaseIterable {
    /// The mean.
    case mean
    /// Mean + sigma * N(0, 1), drawn from the episode's own stream, as the paper's code does.
    case sampled
}

/// What fixes how many parameters a controller has, and what each of them is.
///
/// The flat parameters are, without a hidden layer, the weights (outputs x inputs, row-major), then a
/// bias an output. With one they are the hidden layer's weights (units x inputs) and biases, then the
/// outputs' weights (outputs x units) and biases; the units' values are tanh of their sums, as those
/// of the paper's "z with a hidden layer".
public struct ControllerShape: Sendable, Hashable {
    /// What it sees.
    public var inputs: ControllerInputs
    /// The units of the hidden layer; 0: there is none.
    public var hiddenUnits: Int
    /// How its outputs become actions.
    public var mapping: ControllerMapping
    /// The lengths of z and h.
    public var sizes: ModelSizes

    /// The units that a hidden layer can have.
    public static let hiddenUnitLimits = 0...1024
    /// The most parameters of a controller that can be handed to workers.
    public static let mostParameters = 1 << 18

    /// A shape, the paper's by default.
    public init(
        inputs: ControllerInputs = .latentHidden, hiddenUnits: Int = 0,
        mapping: ControllerMapping = .paper, sizes: ModelSizes = ModelSizes()
    ) {
        self.inputs = inputs
        self.hiddenUnits = hiddenUnits
        self.mapping = mapping
        self.sizes = sizes
    }

    /// The length of the input.
    public var inputCount: Int { inputs.count(in: sizes) }
    /// How many outputs there are.
    public var outputCount: Int { mapping.outputCount }
    /// The length of the flat parameters.
    public var parameterCount: Int {
        layers.reduce(0) { $0 + $1.rows * ($1.inner + 1) }
    }

    /// The layers, each with its outputs and the length of its input.
    var layers: [(rows: Int, inner: Int)] {
        hiddenUnits == 0
            ? [(outputCount, inputCount)]
            : [(hiddenUnits, inputCount), (outputCount, hiddenUnits)]
    }
}
