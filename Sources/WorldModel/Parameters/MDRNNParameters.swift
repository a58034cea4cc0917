// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import ArrayFiles
public import Foundation
package import SeededRandom

/// The sizes of the mixture-density recurrent network.
public struct MDRNNSizes: Sendable, Hashable {
    /// The length of the latent vector z.
    public var latent: Int
    /// The length of the action.
    public var actions: Int
    /// The length of the LSTM's hidden state.
    public var hidden: Int
    /// How many Gaussians are mixed for each prediction of z.
    public var mixtures: Int

    /// The LSTM's input: the action, then z.
    public var input: Int { actions + latent }
    /// The head's output: means and log-sigmas (mixtures x latent each), mixture logits, the
    /// reward, the termination's logit.
    public var output: Int { (2 * latent + 1) * mixtures + 2 }
    /// How many weights and biases there are.
    public var weights: Int { 4 * hidden * (input + hidden + 2) + output * (hidden + 1) }
    /// The most weights of an M whose file, beside V's, a coordinator can hand to its workers.
    public static let mostWeights = (1 << 26) - (1 << 23)

    /// The sizes of an MDN-RNN, the paper's by default.
    public init(latent: Int = 32, actions: Int = 3, hidden: Int = 256, mixtures: Int = 5) {
        self.latent = latent
        self.actions = actions
        self.hidden = hidden
        self.mixtures = mixtures
    }
}

/// The weights of the MDN-RNN (M), under the names and in the layouts of ctallec/world-models.
///
/// The LSTM's input is the action followed by z; its gates are stacked input, forget, cell,
/// output, as PyTorch has them.
public struct MDRNNParameters: ParameterSet {
    package static let part = Agent.Part.mdrnn
    /// The numbers that fix the tensors' shapes.
    public let sizes: MDRNNSizes
    /// The weights under PyTorch's names.
    package let tensors: [String: Tensor]

    /// Reads M's file, written here or by PyTorch.
    ///
    /// - Throws: `FileError` if it cannot be read, `ParameterError` that says what does not fit.
    public init(contentsOf url: URL) throws {
        try self.init(SafetensorsFile(contentsOf: url), name: url.path)
    }

    /// Draws PyTorch's default start of an MDN-RNN of the paper's sizes.
    package init(randomFrom generator: inout PCG64) {
        self.init(randomFrom: &generator, sizes: MDRNNSizes())
    }

    /// Wraps tensors which match the specification by name and shape.
    package init(checked: [String: Tensor], sizes: MDRNNSizes) {
        self.tensors = checked
        self.sizes = sizes
    }

    /// The layer's name where it is a cell's: the original's drives with an LSTMCell, whose names go
    /// without the layer's number.
    package static func canonical(_ name: String) -> String {
        let isCell = name.hasPrefix("rnn.") && (name.hasSuffix("_ih") || name.hasSuffix("_hh"))
        return isCell ? name + "_l0" : name
    }

    /// The tensors in the order in which they are drawn at random.
    package static func specification(_ sizes: MDRNNSizes = MDRNNSizes()) -> [TensorSpecification] {
        let hidden = sizes.hidden
        let gates = 4 * hidden
        return TensorSpecification.layer(
            "gmm_linear", weight: [sizes.output, hidden], bias: sizes.output, fanIn: hidden)
            + [
                TensorSpecification(
                    name: "rnn.weight_ih_l0", shape: [gates, sizes.input], fanIn: hidden),
                TensorSpecification(
                    name: "rnn.weight_hh_l0", shape: [gates, hidden], fanIn: hidden),
                TensorSpecification(name: "rnn.bias_ih_l0", shape: [gates], fanIn: hidden),
                TensorSpecification(name: "rnn.bias_hh_l0", shape: [gates], fanIn: hidden),
            ]
    }

    /// Reads the sizes off the tensors' shapes; `init(tensors:name:)` checks the rest.
    package static func sizes(of tensors: [String: Tensor], name: String) throws -> MDRNNSizes {
        let recurrent = try shape(of: "rnn.weight_hh_l0", rank: 2, in: tensors, name: name)
        let input = try shape(of: "rnn.weight_ih_l0", rank: 2, in: tensors, name: name)
        let head = try shape(of: "gmm_linear.weight", rank: 2, in: tensors, name: name)
        // (2 L + 1) G + 2 outputs and L + A inputs: with the paper's three actions both follow.
        let actions = MDRNNSizes().actions
        let latent = input[1] - actions
        guard latent > 0, head[0] > 2, (head[0] - 2) % (2 * latent + 1) == 0 else {
            throw ParameterError.wrongShape(
                file: name, tensor: "gmm_linear.weight", found: head,
                expected: [MDRNNSizes(latent: max(1, latent)).output, recurrent[1]])
        }
        return MDRNNSizes(
            latent: latent, actions: actions, hidden: recurrent[1],
            mixtures: (head[0] - 2) / (2 * latent + 1))
    }
}
