// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import CKernels

/// M's LSTM with its weights laid out for the compiled loops; the mixture head is not needed here.
///
/// An episode's state has the same bits whatever else is in the batch.
public struct RecurrentCell: Sendable {
    /// The lengths of z and of the hidden state.
    public let sizes: ModelSizes

    private let kernels: Kernels
    private let matrix: PackedMatrix

    /// The states of several episodes and the memory that a step needs, for one thread.
    ///
    /// An episode's row holds the action, z and h one after another, so that M reads the whole row
    /// and C reads its end, [z, h]. z and h are filled up to whole vectors with zeros each, which the
    /// paper's sizes are without that.
    public final class States {
        /// How many episodes there is room for.
        public let count: Int
        /// The lengths of z and of h and c.
        public let sizes: ModelSizes
        /// The numbers of an episode's row.
        private let rowSize: Int
        private let hiddenRoom: Int
        private let hiddenStart: Int
        private let inputs: FloatBuffer
        private let cells: FloatBuffer
        fileprivate let gates: FloatBuffer

        /// Makes room for so many episodes, all at their start.
        public init(count: Int, sizes: ModelSizes = ModelSizes()) {
            precondition(count > 0, "states of \(count) episodes")
            precondition(sizes.areWithinLimits, "states of \(sizes)")
            self.count = count
            self.sizes = sizes
            hiddenRoom = sizes.hiddenRoom
            hiddenStart = ModelSizes.actions + sizes.latentRoom
            rowSize = hiddenStart + hiddenRoom
            inputs = FloatBuffer(count * rowSize)
            cells = FloatBuffer(count * hiddenRoom)
            gates = FloatBuffer(count * 4 * hiddenRoom)
        }

        /// Where an episode's action is: 3 numbers.
        public func action(_ index: Int) -> UnsafeMutablePointer<Float> {
            precondition(index >= 0 && index < count, "episode \(index) of \(count)")
            return inputs.start + index * rowSize
        }

        /// Where an episode's z is: `sizes.latent` numbers.
        public func latent(_ index: Int) -> UnsafeMutablePointer<Float> {
            action(index) + ModelSizes.actions
        }

        /// Where an episode's hidden state h is: `sizes.hidden` numbers.
        public func hidden(_ index: Int) -> UnsafeMutablePointer<Float> {
            action(index) + hiddenStart
        }

        /// Where an episode's cell state c is: `sizes.hidden` numbers.
        public func cell(_ index: Int) -> UnsafeMutablePointer<Float> {
            precondition(index >= 0 && index < count, "episode \(index) of \(count)")
            return cells.start + index * hiddenRoom
        }

        /// Sets an episode's states to 0, as at the start of an episode.
        public func reset(_ index: Int) {
            action(index).update(repeating: 0, count: rowSize)
            cell(index).update(repeating: 0, count: hiddenRoom)
        }
    }

    /// Refuses an MDN-RNN of sizes that cannot drive; an error calls it `name`.
    ///
    /// - Throws: `FrozenModelsError`.
    package static func requireSizes(_ sizes: MDRNNSizes, name: String) throws {
        guard ModelSizes(of: sizes).areWithinLimits, sizes.actions == ModelSizes.actions else {
            throw FrozenModelsError.unsupportedSizes(
                model: name,
                found: "z \(sizes.latent), h \(sizes.hidden), actions \(sizes.actions)",
                expected: "\(ModelSizes.limitsText), actions \(ModelSizes.actions)")
        }
        guard sizes.weights <= MDRNNSizes.mostWeights else {
            throw FrozenModelsError.unsupportedSizes(
                model: name,
                found: "z \(sizes.latent), h \(sizes.hidden), \(sizes.mixtures) mixtures: "
                    + "\(sizes.weights) weights",
                expected: "at most \(MDRNNSizes.mostWeights)")
        }
    }

    /// Lays out the weights of an MDN-RNN.
    ///
    /// - Throws: `FrozenModelsError` if the sizes are beyond their limits.
    public init(_ parameters: MDRNNParameters, kernels: Kernels = .best) throws {
        try Self.requireSizes(parameters.sizes, name: "M")
        let sizes = parameters.sizes
        let room = ModelSizes(of: sizes)
        self.sizes = room
        self.kernels = kernels
        let input = parameters["rnn.weight_ih_l0"].values
        let recurrent = parameters["rnn.weight_hh_l0"].values
        let bias = zip(
            parameters["rnn.bias_ih_l0"].values, parameters["rnn.bias_hh_l0"].values
        ).map { $0 + $1 }
        // What fills up z and h has weights and biases of 0, and so stays 0: the gates' sums are 0,
        // with which c and h go from 0 to 0.
        let (units, hiddenRoom) = (sizes.hidden, room.hiddenRoom)
        let hiddenStart = sizes.actions + room.latentRoom
        let roomyBias = (0..<(4 * hiddenRoom)).map { output in
            let unit = output % hiddenRoom
            return unit < units ? bias[output / hiddenRoom * units + unit] : 0
        }
        matrix = PackedMatrix(
            kernels: kernels, bias: roomyBias, inner: hiddenStart + hiddenRoom
        ) { _, inner, output in
            let unit = output % hiddenRoom
            guard unit < units else { return 0 }
            let row = output / hiddenRoom * units + unit
            if inner < sizes.input { return input[row * sizes.input + inner] }
            let state = inner - hiddenStart
            return (0..<units).contains(state) ? recurrent[row * units + state] : 0
        }
    }

    /// Advances episodes, each named at most once: h and c become those after their action and z.
    public func step(_ indices: UnsafeBufferPointer<Int>, _ states: States) {
        precondition(states.sizes == sizes, "states of \(states.sizes), not \(sizes)")
        let loops = kernels.table.pointee
        matrix.multiply(indices.count, into: states.gates.start) { place in
            UnsafePointer(states.action(indices[place]))
        }
        for (place, index) in indices.enumerated() {
            loops.lstm_update(
                states.gates.start + place * matrix.columns, states.cell(index),
                states.hidden(index), matrix.columns / 4)
        }
    }
}

extension ModelSizes {
    /// What a controller gets of an MDN-RNN of some sizes.
    package init(of sizes: MDRNNSizes) {
        self.init(latent: sizes.latent, hidden: sizes.hidden)
    }
}
