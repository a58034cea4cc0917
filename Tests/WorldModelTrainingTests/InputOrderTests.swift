// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import SeededRandom
import Testing
import WorldModel

@testable import WorldModelTraining

/// M must be fed in rollouts as it was in training: action first, then z.
struct InputOrderTests {
    @Test func `in rollouts M's state is the one that training computes its loss from`() throws {
        var generator = PCG64(seed: 31)
        let sizes = MDRNNSizes()
        let parameters = MDRNNParameters(randomFrom: &generator, sizes: sizes)
        let steps = 6
        let network = MDRNNNetwork(
            parameters, steps: steps, maximumBatch: 1, pool: WorkerPool(threads: 1))
        let batch = SequenceBatch(sizes, steps: steps, maximumCount: 1)
        batch.count = 1
        generator.fillNormal(batch.actions.all)
        generator.fillNormal(batch.latents.all)

        // The rollouts' cell, whose rows are filled by name, and the head's row for the reward.
        let cell = try RecurrentCell(parameters)
        let states = RecurrentCell.States(count: 1)
        states.reset(0)
        let weights = parameters["gmm_linear.weight"].values
        let row = sizes.output - 2
        for step in 0..<steps {
            states.action(0).update(from: batch.actions.at(step * 3), count: 3)
            states.latent(0).update(from: batch.latents.at(step * 32), count: 32)
            [0].withUnsafeBufferPointer { cell.step($0, states) }
            let hidden = UnsafeBufferPointer(start: states.hidden(0), count: sizes.hidden)
            batch.rewards.start[step] =
                zip(hidden, weights[(row * sizes.hidden)...]).reduce(
                    parameters["gmm_linear.bias"].values[row]
                ) { $0 + $1.0 * $1.1 }
        }
        // Training expects those very rewards, at every step.
        let loss = network.loss(batch, includeReward: true, differentiate: false)
        #expect(loss.reward < 1e-12)
        batch.actions.start[0] += 0.1
        #expect(network.loss(batch, includeReward: true, differentiate: false).reward > 1e-9)
    }
}
