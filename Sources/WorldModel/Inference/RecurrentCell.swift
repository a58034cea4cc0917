// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import CKernels

/// M's LSTM with its weights laid out for the compiled loops; the mixture head is not needed here.
///
/// An episode's state has the same bits whatever else is in the batch.
public struct RecurrentCell: Sendable {
    /// The length of the hidden state and of the cell state.
    public static let hiddenSize = 256
    /// Steering, gas and brake.
    public static let actionSize = 3

    private let kernels: Kernels
    private let matrix: PackedMatrix

    /// The states of several episodes and the memory that a step needs, for one thread.
    ///
    /// An episode's row holds the action, z and h one after another, so that M reads the whole row
    /// and C reads its end, [z, h].
    public final class States {
        /// The numbers of an episode's row: action 3, z 32, h 256.
        static let rowSize = actionSize + Encoder.latentSize + hiddenSize

        /// How many episodes there is room for.
        public let count: Int
        private let inputs: FloatBuffer
        private let cells: FloatBuffer
        fileprivate let gates: FloatBuffer

        /// Makes room for so many episodes, all at their start.
        public init(count: Int) {
            precondition(count > 0, "states of \(count) episodes")
            self.count = count
            inputs = FloatBuffer(count * Self.rowSize)
            cells = FloatBuffer(count * hiddenSize)
            gates = FloatBuffer(count * 4 * hiddenSize)
        }

        /// Where an episode's action is: 3 numbers.
        public func action(_ index: Int) -> UnsafeMutablePointer<Float> {
            precondition(index >= 0 && index < count, "episode \(index) of \(count)")
            return inputs.start + index * Self.rowSize
        }

        /// Where an episode's z is: 32 numbers, followed by h.
        public func latent(_ index: Int) -> UnsafeMutablePointer<Float> {
            action(index) + actionSize
        }

        /// Where an episode's hidden state h is: 256 numbers.
        public func hidden(_ index: Int) -> UnsafeMutablePointer<Float> {
            latent(index) + Encoder.latentSize
        }

        /// Where an episode's cell state c is: 256 numbers.
        public func cell(_ index: Int) -> UnsafeMutablePointer<Float> {
            precondition(index >= 0 && index < count, "episode \(index) of \(count)")
            return cells.start + index * hiddenSize
        }

        /// Sets an episode's states to 0, as at the start of an episode.
        public func reset(_ index: Int) {
            action(index).update(repeating: 0, count: Self.rowSize)
            cell(index).update(repeating: 0, count: hiddenSize)
        }
    }

    /// Refuses an MDN-RNN of other sizes than the paper's; an error calls it `name`.
    ///
    /// - Throws: `FrozenModelsError`.
    package static func requireSizes(of parameters: MDRNNParameters, name: String) throws {
        let sizes = parameters.sizes
        guard sizes.latent == Encoder.latentSize, sizes.hidden == hiddenSize,
            sizes.actions == actionSize
        else {
            throw FrozenModelsError.unsupportedSizes(
                model: name,
                found: "z \(sizes.latent), h \(sizes.hidden), actions \(sizes.actions)",
                expected: "z \(Encoder.latentSize), h \(hiddenSize), actions \(actionSize)")
        }
    }

    /// Lays out the weights of an MDN-RNN.
    ///
    /// - Throws: `FrozenModelsError` if the sizes are others than the paper's.
    public init(_ parameters: MDRNNParameters, kernels: Kernels = .best) throws {
        try Self.requireSizes(of: parameters, name: "M")
        let sizes = parameters.sizes
        self.kernels = kernels
        let input = parameters["rnn.weight_ih_l0"].values
        let recurrent = parameters["rnn.weight_hh_l0"].values
        let bias = zip(
            parameters["rnn.bias_ih_l0"].values, parameters["rnn.bias_hh_l0"].values
        ).map { $0 + $1 }
        matrix = PackedMatrix(kernels: kernels, bias: bias, inner: States.rowSize) {
            _, inner, output in
            inner < sizes.input
                ? input[output * sizes.input + inner]
                : recurrent[output * sizes.hidden + inner - sizes.input]
        }
    }

    /// Advances episodes, each named at most once: h and c become those after their action and z.
    public func step(_ indices: UnsafeBufferPointer<Int>, _ states: States) {
        let loops = kernels.table.pointee
        matrix.multiply(indices.count, into: states.gates.start) { place in
            UnsafePointer(states.action(indices[place]))
        }
        for (place, index) in indices.enumerated() {
            loops.lstm_update(
                states.gates.start + place * matrix.columns, states.cell(index),
                states.hidden(index), Self.hiddenSize)
        }
    }
}
