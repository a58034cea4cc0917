// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CKernels
import WorldModel

/// A batch of sequences for M, sequence outermost: row (sequence, step).
final class SequenceBatch {
    /// The steps of each sequence.
    let steps: Int
    /// How many sequences the batch holds now.
    var count = 0
    /// The action taken, (sequence, step, actions).
    let actions: FloatBuffer
    /// The latent before the action, (sequence, step, latent).
    let latents: FloatBuffer
    /// The latent after the action, (sequence, step, latent).
    let targets: FloatBuffer
    /// 1 where there is a latent after the action, 0 at the end of a recording.
    let targetWeights: FloatBuffer
    /// The reward for the action.
    let rewards: FloatBuffer
    /// 1 where the action ended the episode.
    let terminals: FloatBuffer

    /// Memory for batches up to a size.
    init(_ sizes: MDRNNSizes, steps: Int, maximumCount: Int) {
        self.steps = steps
        let rows = steps * maximumCount
        actions = FloatBuffer(rows * sizes.actions)
        latents = FloatBuffer(rows * sizes.latent)
        targets = FloatBuffer(rows * sizes.latent)
        targetWeights = FloatBuffer(rows)
        rewards = FloatBuffer(rows)
        terminals = FloatBuffer(rows)
    }
}

/// What a batch of sequences lost, averaged as the original does.
struct MDRNNLoss: Sendable, Hashable, Codable {
    /// -log of the mixture's density at the next latent, per step that has one.
    var mixture = 0.0
    /// The binary cross-entropy of the termination, per step.
    var termination = 0.0
    /// The squared error of the reward, per step.
    var reward = 0.0
    /// What is minimised.
    var total = 0.0
}

/// How the terms of the loss are averaged and added.
///
/// The original's loss is (mixture + termination + reward) / (latent + 2), or, without the reward,
/// (mixture + termination) / (latent + 1): the mixture's part grows with the latent's length.
struct Weighting {
    /// What a step's mixture counts in the total.
    let mixture: Float
    /// What a step's termination counts in the total.
    let others: Float
    /// 1 if the reward is part of the loss, else 0.
    let reward: Float

    private let rows: Double
    private let targetRows: Double
    private let scale: Double

    init(batch: SequenceBatch, sizes: MDRNNSizes, includeReward: Bool) {
        let count = batch.count * batch.steps
        rows = Double(max(1, count))
        targetRows = max(1, batch.targetWeights.elements(count).reduce(0) { $0 + Double($1) })
        scale = Double(sizes.latent + (includeReward ? 2 : 1))
        mixture = Float(1 / (targetRows * scale))
        others = Float(1 / (rows * scale))
        reward = includeReward ? 1 : 0
    }

    /// The averages of sums over slots.
    func average(_ sums: [training_head_loss]) -> MDRNNLoss {
        var loss = MDRNNLoss()
        loss.mixture = sums.reduce(0) { $0 + $1.mixture } / targetRows
        loss.termination = sums.reduce(0) { $0 + $1.termination } / rows
        loss.reward = sums.reduce(0) { $0 + $1.reward } / rows
        loss.total = (loss.mixture + loss.termination + Double(reward) * loss.reward) / scale
        return loss
    }
}
