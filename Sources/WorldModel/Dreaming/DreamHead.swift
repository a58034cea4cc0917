// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import CKernels
import Foundation

/// M's head with its weights laid out for the compiled loops: what follows a step of M, drawn instead
/// of seen.
///
/// What is drawn in an episode has the same bits whatever else is in the batch: the random words
/// follow from the episode's seed and its step alone.
package struct DreamHead: Sendable {
    /// The sizes of M.
    package let sizes: MDRNNSizes
    /// The most Gaussians that the loops mix.
    package static let mixtureLimits = 1...64

    private let kernels: Kernels
    private let matrix: PackedMatrix
    /// z with zeros up to whole vectors.
    private let room: Int

    /// What one thread needs to dream several episodes, and what came of their last steps.
    package final class Memory {
        fileprivate let draws: UnsafeMutablePointer<ck_draw>
        fileprivate let rewards: FloatBuffer
        fileprivate let endLogits: FloatBuffer
        fileprivate let ends: UnsafeMutablePointer<Bool>
        fileprivate let outputs: FloatBuffer
        private let count: Int

        /// Makes room for so many episodes of a head.
        package init(for head: DreamHead, count: Int) {
            precondition(count > 0, "dreams of \(count) episodes")
            self.count = count
            draws = .allocate(capacity: count)
            draws.initialize(repeating: ck_draw(), count: count)
            ends = .allocate(capacity: count)
            ends.initialize(repeating: false, count: count)
            rewards = FloatBuffer(count)
            endLogits = FloatBuffer(count)
            outputs = FloatBuffer(count * head.matrix.columns)
        }

        deinit {
            draws.deallocate()
            ends.deallocate()
        }

        /// Begins an episode.
        ///
        /// - Parameters:
        ///   - index: Its place.
        ///   - seed: What all of its draws follow from.
        ///   - temperature: Divides the mixture's logits and multiplies the variances; 0 takes the
        ///     likeliest Gaussian's mean, and ends an episode where that is likelier than not.
        package func begin(_ index: Int, seed: UInt64, temperature: Double) {
            precondition(index >= 0 && index < count, "episode \(index) of \(count)")
            precondition(temperature >= 0 && temperature.isFinite, "temperature \(temperature)")
            draws[index] = ck_draw(
                key: (
                    UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)
                ), step: 0, temperature: Float(temperature),
                spread: Float(temperature.squareRoot()))
        }

        /// The reward that M expected of an episode's last step.
        package func reward(_ index: Int) -> Float { rewards.start[index] }

        /// The probability that M gave an episode's end with its last step.
        package func endProbability(_ index: Int) -> Double {
            1 / (1 + exp(-Double(endLogits.start[index])))
        }

        /// Whether an episode was drawn to end with its last step.
        package func isEnd(_ index: Int) -> Bool { ends[index] }
    }

    /// Lays out the weights of an MDN-RNN's head.
    ///
    /// - Throws: `FrozenModelsError` if the sizes are beyond their limits.
    package init(_ parameters: MDRNNParameters, kernels: Kernels = .best) throws {
        try RecurrentCell.requireSizes(parameters.sizes, name: "M")
        let sizes = parameters.sizes
        guard Self.mixtureLimits.contains(sizes.mixtures) else {
            throw FrozenModelsError.unsupportedSizes(
                model: "M", found: "\(sizes.mixtures) mixtures",
                expected: "\(Self.mixtureLimits.lowerBound) to \(Self.mixtureLimits.upperBound)")
        }
        self.sizes = sizes
        self.kernels = kernels
        let (latent, room) = (sizes.latent, ModelSizes.room(sizes.latent))
        self.room = room
        let weight = parameters["gmm_linear.weight"].values
        let bias = parameters["gmm_linear.bias"].values
        // The file's row of an output, whose latents are filled up to whole vectors here; nil: none.
        let gaussians = 2 * sizes.mixtures
        func row(_ output: Int) -> Int? {
            let gaussian = output / room
            guard gaussian < gaussians else {
                return gaussians * latent + output - gaussians * room
            }
            let place = output % room
            return place < latent ? gaussian * latent + place : nil
        }
        let outputs = gaussians * room + sizes.mixtures + 2
        matrix = PackedMatrix(
            kernels: kernels, bias: (0..<outputs).map { row($0).map { bias[$0] } ?? 0 },
            inner: ModelSizes.room(sizes.hidden)
        ) { _, inner, output in
            guard inner < sizes.hidden, let row = row(output) else { return 0 }
            return weight[row * sizes.hidden + inner]
        }
    }

    /// Draws what follows after M's step, for episodes each named at most once: z becomes the next
    /// one, and the memory has the rewards and the ends.
    package func step(
        _ indices: UnsafeBufferPointer<Int>, _ states: RecurrentCell.States, _ memory: Memory
    ) {
        let loops = kernels.table.pointee
        matrix.multiply(indices.count, into: memory.outputs.start) { place in
            UnsafePointer(states.hidden(indices[place]))
        }
        let reward = 2 * sizes.mixtures * room + sizes.mixtures
        for (place, index) in indices.enumerated() {
            let row = memory.outputs.start + place * matrix.columns
            let isEnd = loops.draw_latent(
                row, room, sizes.mixtures, memory.draws + index, states.latent(index),
                sizes.latent)
            memory.ends[index] = isEnd != 0
            memory.rewards.start[index] = row[reward]
            memory.endLogits.start[index] = row[reward + 1]
            memory.draws[index].step &+= 1
        }
    }
}
