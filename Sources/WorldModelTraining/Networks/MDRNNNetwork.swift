// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CKernels
import Tensors
import WorldModel

/// The MDN-RNN on preallocated memory: forward and backward for batches of sequences.
///
/// A batch is cut in chunks of sequences; each goes through the whole network on its own.
final class MDRNNNetwork: TrainableNetwork {
    /// The sequences of a chunk.
    static let chunk = 8

    let sizes: MDRNNSizes
    let steps: Int
    let layout: FlatLayout
    let parameters: FloatBuffer
    let gradient: FloatBuffer
    let pool: WorkerPool
    let maximumBatch: Int

    private let recurrent: LSTM
    private let packed: LSTM.Packed
    private let slots: GradientSlots
    private let scratch: [Scratch]

    /// What one thread needs for one chunk.
    private struct Scratch {
        let memory: LSTM.Memory
        let inputs: FloatBuffer
        let targets: FloatBuffer
        let targetWeights: FloatBuffer
        let rewards: FloatBuffer
        let terminals: FloatBuffer
        /// The head's output, then its gradient.
        let head: FloatBuffer

        init(_ sizes: MDRNNSizes, recurrent: LSTM, steps: Int) {
            memory = LSTM.Memory(recurrent, steps: steps, rows: chunk)
            inputs = FloatBuffer(steps * chunk * sizes.input)
            targets = FloatBuffer(steps * chunk * sizes.latent)
            targetWeights = FloatBuffer(steps * chunk)
            rewards = FloatBuffer(steps * chunk)
            terminals = FloatBuffer(steps * chunk)
            head = FloatBuffer(steps * chunk * sizes.output)
        }
    }

    /// Takes the memory for batches of at most so many sequences.
    init(_ parameters: MDRNNParameters, steps: Int, maximumBatch: Int, pool: WorkerPool) {
        let sizes = parameters.sizes
        self.sizes = sizes
        self.steps = steps
        self.pool = pool
        self.maximumBatch = maximumBatch
        let recurrent = LSTM(inputs: sizes.input, width: sizes.hidden)
        self.recurrent = recurrent
        packed = LSTM.Packed(recurrent)
        var layout = FlatLayout()
        for entry in MDRNNParameters.specification(sizes) { layout.append(entry) }
        self.layout = layout
        self.parameters = FloatBuffer(layout.count)
        gradient = FloatBuffer(layout.count)
        slots = GradientSlots(chunk: Self.chunk, maximumBatch: maximumBatch, width: layout.count)
        scratch = (0..<pool.threads).map { _ in
            Scratch(sizes, recurrent: recurrent, steps: steps)
        }
        layout.load(parameters.tensors, into: self.parameters)
    }

    var exported: MDRNNParameters {
        MDRNNParameters(checked: layout.tensors(parameters), sizes: sizes)
    }

    /// The loss of a batch, averaged over its sequences of `steps` steps, and, if asked for, its
    /// derivative by every weight in `gradient`.
    func loss(_ batch: SequenceBatch, includeReward: Bool, differentiate: Bool) -> MDRNNLoss {
        precondition(
            batch.count <= maximumBatch && batch.steps == steps,
            "\(batch.count) sequences of \(batch.steps) steps, "
                + "room for \(maximumBatch) of \(steps)")
        let weights = Weighting(batch: batch, sizes: sizes, includeReward: includeReward)
        packed.load(place(parameters).hidden, pool: pool)
        let used = slots.count(batch: batch.count)
        var losses = [training_head_loss](repeating: training_head_loss(), count: used)
        losses.withUnsafeMutableBufferPointer { losses in
            // Each task writes the loss of its own slot.
            nonisolated(unsafe) let losses = losses
            pool.run(used) { slot, thread in
                if differentiate { slots[slot].clear() }
                slots.forEachChunk(of: slot, batch: batch.count) { first, count in
                    let loss = chunkLoss(batch, first, count, weights, scratch[thread])
                    losses[slot].mixture += loss.mixture
                    losses[slot].termination += loss.termination
                    losses[slot].reward += loss.reward
                    if differentiate { chunkGradient(count, slots[slot], scratch[thread]) }
                }
            }
        }
        if differentiate { slots.reduce(into: gradient.start, batch: batch.count, pool: pool) }
        return weights.average(losses)
    }

    private func place(_ buffer: FloatBuffer) -> LSTM.Weights {
        LSTM.Weights(
            input: buffer.at(layout.offset("rnn.weight_ih_l0")),
            hidden: buffer.at(layout.offset("rnn.weight_hh_l0")),
            inputBias: buffer.at(layout.offset("rnn.bias_ih_l0")),
            hiddenBias: buffer.at(layout.offset("rnn.bias_hh_l0")))
    }

    /// Forward through the network; the head's output is replaced by its gradient.
    private func chunkLoss(
        _ batch: SequenceBatch, _ first: Int, _ count: Int, _ weights: Weighting, _ scratch: Scratch
    ) -> training_head_loss {
        for step in 0..<steps {
            for index in 0..<count {
                let row = step * count + index
                let source = (first + index) * steps + step
                let input = scratch.inputs.at(row * sizes.input)
                input.update(
                    from: batch.actions.at(source * sizes.actions), count: sizes.actions)
                (input + sizes.actions).update(
                    from: batch.latents.at(source * sizes.latent), count: sizes.latent)
                scratch.targets.at(row * sizes.latent).update(
                    from: batch.targets.at(source * sizes.latent), count: sizes.latent)
                scratch.targetWeights.start[row] = batch.targetWeights.start[source]
                scratch.rewards.start[row] = batch.rewards.start[source]
                scratch.terminals.start[row] = batch.terminals.start[source]
            }
        }
        forwardChunk(scratch.inputs.start, count, scratch.memory, scratch.head)
        return training_mixture_head(
            scratch.head.start, scratch.targets.start, scratch.targetWeights.start,
            scratch.rewards.start, scratch.terminals.start, steps * count, sizes.latent,
            sizes.mixtures, weights.mixture, weights.others, weights.reward)
    }

    /// LSTM and head for inputs (steps, count, inputs).
    private func forwardChunk(
        _ inputs: UnsafePointer<Float>, _ count: Int, _ memory: LSTM.Memory, _ head: FloatBuffer
    ) {
        recurrent.forward(
            inputs, place(parameters), packed, memory, steps: steps, rows: count)
        let rows = steps * count
        training_fill_bias(
            head.start, parameters.at(layout.offset("gmm_linear.bias")), rows, sizes.output)
        FloatBLAS.multiply(
            .init(memory.hidden.at(count * sizes.hidden), stride: sizes.hidden),
            .init(
                parameters.at(layout.offset("gmm_linear.weight")), stride: sizes.hidden,
                transposed: true),
            into: head.start, stride: sizes.output, rows: rows, columns: sizes.output,
            inner: sizes.hidden, accumulating: true)
    }

    private func chunkGradient(_ count: Int, _ slot: FloatBuffer, _ scratch: Scratch) {
        let rows = steps * count
        FloatBLAS.multiply(
            .init(scratch.head.start, stride: sizes.output, transposed: true),
            .init(scratch.memory.hidden.at(count * sizes.hidden), stride: sizes.hidden),
            into: slot.at(layout.offset("gmm_linear.weight")), stride: sizes.hidden,
            rows: sizes.output, columns: sizes.hidden, inner: rows, accumulating: true)
        training_add_column_sums(
            scratch.head.start, rows, sizes.output, slot.at(layout.offset("gmm_linear.bias")))
        FloatBLAS.multiply(
            .init(scratch.head.start, stride: sizes.output),
            .init(parameters.at(layout.offset("gmm_linear.weight")), stride: sizes.hidden),
            into: scratch.memory.hiddenGradient.start, stride: sizes.hidden, rows: rows,
            columns: sizes.hidden, inner: sizes.output)
        recurrent.backward(
            scratch.inputs.start, packed, gradients: place(slot), scratch.memory,
            steps: steps, rows: count)
    }

    /// The head's raw output (steps, count, outputs) and the hidden states (steps, count, hidden).
    ///
    /// The inputs are (steps, count, actions + latents), the action first.
    func outputs(_ inputs: [Float], count: Int) -> (head: [Float], hidden: [Float]) {
        precondition(
            inputs.count == steps * count * sizes.input,
            "\(inputs.count) inputs for \(steps) steps of \(count) sequences")
        packed.load(place(parameters).hidden, pool: pool)
        let memory = LSTM.Memory(recurrent, steps: steps, rows: count)
        let head = FloatBuffer(steps * count * sizes.output)
        inputs.withUnsafeBufferPointer { inputs in
            guard let base = inputs.baseAddress else { return }
            forwardChunk(base, count, memory, head)
        }
        return (head.values, Array(memory.hidden.elements(from: count * sizes.hidden)))
    }
}
