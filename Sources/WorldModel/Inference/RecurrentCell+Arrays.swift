// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// Safe calls beside those with pointers: arrays are copies, and of the right length or refused.
extension RecurrentCell.States {
    /// The length of z.
    private var latentLength: Int { sizes.latent }
    /// The length of h and of c.
    private var hiddenLength: Int { sizes.hidden }
    /// Steering, gas and brake.
    private var actionLength: Int { ModelSizes.actions }

    private static func copy(_ start: UnsafeMutablePointer<Float>, _ count: Int) -> [Float] {
        Array(UnsafeBufferPointer(start: start, count: count))
    }

    private static func fill(
        _ start: UnsafeMutablePointer<Float>, _ count: Int, with values: [Float]
    ) {
        precondition(values.count == count, "\(values.count) numbers for \(count)")
        start.update(from: values, count: count)
    }

    /// Replaces an episode's z: what the encoder gave as `means`.
    public func setLatent(_ index: Int, _ values: [Float]) {
        Self.fill(latent(index), latentLength, with: values)
    }

    /// Replaces an episode's action, as where nobody but the caller decides it: steering, gas, brake.
    public func setAction(_ index: Int, _ values: [Float]) {
        Self.fill(action(index), actionLength, with: values)
    }

    /// Replaces an episode's hidden state and cell state.
    public func setMemory(_ index: Int, hidden: [Float], cell: [Float]) {
        Self.fill(self.hidden(index), hiddenLength, with: hidden)
        Self.fill(self.cell(index), hiddenLength, with: cell)
    }

    /// An episode's action: steering, gas and brake.
    public func actionValues(_ index: Int) -> [Float] { Self.copy(action(index), actionLength) }

    /// An episode's z.
    public func latentValues(_ index: Int) -> [Float] { Self.copy(latent(index), latentLength) }

    /// An episode's hidden state h.
    public func hiddenValues(_ index: Int) -> [Float] { Self.copy(hidden(index), hiddenLength) }

    /// An episode's cell state c.
    public func cellValues(_ index: Int) -> [Float] { Self.copy(cell(index), hiddenLength) }
}

extension RecurrentCell {
    /// Advances episodes, each named at most once: h and c become those after their action and z.
    public func step(_ indices: [Int], _ states: States) {
        indices.withUnsafeBufferPointer { step($0, states) }
    }
}

extension ControllerBank {
    /// Computes an episode's action from its z, h and c, puts it where M will read it, and gives it:
    /// steering, gas and brake.
    public func action(_ index: Int, _ states: RecurrentCell.States) -> [Float] {
        act(index, states)
        return states.actionValues(index)
    }
}
