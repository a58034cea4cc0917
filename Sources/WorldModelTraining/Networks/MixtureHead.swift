// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import SeededRandom
import WorldModel

/// One row of M's output, taken apart: what M expects after a step.
struct MixtureHead {
    /// The logarithms of the Gaussians' weights, which sum to 1.
    let logWeights: [Float]
    /// (mixtures, latent).
    let means: [Float]
    /// (mixtures, latent), positive.
    let sigmas: [Float]
    /// The expected reward.
    let reward: Float
    /// The logit of the episode's end.
    let terminalLogit: Float

    private let latent: Int

    /// Takes a row apart: means, log-sigmas, mixture logits, reward, termination's logit.
    init(_ row: ArraySlice<Float>, sizes: MDRNNSizes) {
        precondition(row.count == sizes.output, "\(row.count) outputs, not \(sizes.output)")
        let size = sizes.mixtures * sizes.latent
        let start = row.startIndex
        latent = sizes.latent
        means = Array(row[start..<(start + size)])
        sigmas = row[(start + size)..<(start + 2 * size)].map { exp($0) }
        let logits = Array(row[(start + 2 * size)..<(start + 2 * size + sizes.mixtures)])
        let top = logits.max() ?? 0
        let normaliser = top + log(logits.reduce(0) { $0 + exp($1 - top) })
        logWeights = logits.map { $0 - normaliser }
        reward = row[row.endIndex - 2]
        terminalLogit = row[row.endIndex - 1]
    }

    /// Draws the next latent.
    ///
    /// Temperature 1 is the model's own distribution; the mixture's logits are divided by it and
    /// the variances multiplied (Ha & Schmidhuber 2018, section 4); 0 takes the likeliest
    /// Gaussian's mean.
    func sample(_ generator: inout PCG64, temperature: Double) -> [Float] {
        var chosen = logWeights.indices.max { logWeights[$0] < logWeights[$1] } ?? 0
        if temperature > 0 {
            let top = Double(logWeights[chosen])
            let weights = logWeights.map { exp((Double($0) - top) / temperature) }
            var rest = generator.unit() * weights.reduce(0, +)
            for (index, weight) in weights.enumerated() {
                chosen = index
                rest -= weight
                if rest < 0 { break }
            }
        }
        let spread = Float(temperature.squareRoot())
        var noise = [Float](repeating: 0, count: latent)
        noise.withUnsafeMutableBufferPointer { generator.fillNormal($0) }
        return (0..<latent).map {
            means[chosen * latent + $0] + spread * sigmas[chosen * latent + $0] * noise[$0]
        }
    }
}
