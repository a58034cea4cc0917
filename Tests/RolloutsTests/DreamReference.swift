// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Foundation
import SeededRandom
import WorldModel

/// M's head and its draws once more, a number at a time in double precision.
struct DreamReference {
    let parameters: MDRNNParameters

    /// What a step draws.
    struct Draw {
        var component: Int
        var latent: [Double]
        var reward: Double
        var isEnd: Bool
    }

    /// Threefry-2x32 with 20 rounds.
    static func threefry(_ key: [UInt32], _ counter: [UInt32]) -> [UInt32] {
        let schedule = key + [0x1bd1_1bda ^ key[0] ^ key[1]]
        let rotations: [UInt32] = [13, 15, 26, 6, 17, 29, 16, 24]
        var (a, b) = (counter[0] &+ schedule[0], counter[1] &+ schedule[1])
        for round in 0..<20 {
            a &+= b
            let turn = rotations[round % 8]
            b = (b << turn | b >> (32 - turn)) ^ a
            if round % 4 == 3 {
                let number = round / 4 + 1
                a &+= schedule[number % 3]
                b &+= schedule[(number + 1) % 3] &+ UInt32(number)
            }
        }
        return [a, b]
    }

    /// A number within 0 and 1 of a word.
    private static func unit(_ word: UInt32) -> Double { (Double(word >> 9) + 0.5) * 0x1p-23 }

    private static func gumbel(_ word: UInt32) -> Double { -log(-log(unit(word))) }

    /// The number below which a normal one is with a word's probability.
    private static func normal(_ word: UInt32) -> Double {
        var (low, high) = (-8.0, 8.0)
        for _ in 0..<80 {
            let middle = (low + high) / 2
            if erfc(-middle / 2.0.squareRoot()) / 2 < unit(word) {
                low = middle
            } else {
                high = middle
            }
        }
        return low
    }

    /// What a step draws, after which M's state is `hidden`.
    func draw(_ hidden: [Float], seed: UInt64, step: Int, temperature: Double) -> Draw {
        let sizes = parameters.sizes
        let weight = parameters["gmm_linear.weight"].values
        let bias = parameters["gmm_linear.bias"].values
        let head = (0..<sizes.output).map { output in
            (0..<sizes.hidden).reduce(Double(bias[output])) {
                $0 + Double(weight[output * sizes.hidden + $1]) * Double(hidden[$1])
            }
        }
        let key = [UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)]
        func word(_ pair: Int, _ lane: Int, _ half: Int) -> UInt32 {
            Self.threefry(key, [UInt32(16 * pair + lane), UInt32(step)])[half]
        }
        let means = sizes.mixtures * sizes.latent
        let scores = (0..<sizes.mixtures).map { index in
            head[2 * means + index] + temperature * Self.gumbel(word(index / 16, index % 16, 0))
        }
        let component = scores.indices.max { scores[$0] < scores[$1] } ?? 0
        let first = (sizes.mixtures + 15) / 16
        let latent = (0..<sizes.latent).map { index in
            let noise = Self.normal(word(first + index / 32, index % 16, index % 32 / 16))
            let place = component * sizes.latent + index
            return head[place] + exp(head[means + place]) * temperature.squareRoot() * noise
        }
        let logistic = Self.gumbel(word(0, 0, 1)) - Self.gumbel(word(0, 1, 1))
        let end = head[sizes.output - 1] + (temperature > 0 ? logistic : 0)
        return Draw(
            component: component, latent: latent, reward: head[sizes.output - 2], isEnd: end > 0)
    }
}

/// Models whose dreams are lively: all weights count, and an end is drawn about every twentieth step.
enum Dreams {
    static func memory(_ sizes: MDRNNSizes = MDRNNSizes(), endLogit: Float = -3) -> MDRNNParameters
    {
        var generator = PCG64(seed: 23)
        let drawn = MDRNNParameters(randomFrom: &generator, sizes: sizes)
        var tensors = drawn.tensors
        for (name, factor) in [("gmm_linear.weight", Float(4)), ("rnn.weight_ih_l0", 4)] {
            tensors[name]?.values = drawn[name].values.map { factor * $0 }
        }
        tensors["gmm_linear.bias"]?.values[sizes.output - 1] = endLogit
        return MDRNNParameters(checked: tensors, sizes: sizes)
    }

    static func starts(_ count: Int, of sizes: ModelSizes = ModelSizes()) -> DreamStarts {
        var generator = PCG64(seed: 29)
        func numbers(_ length: Int) -> [Float] {
            (0..<(count * length)).map { _ in Float(generator.uniform(-1, 1)) }
        }
        return DreamStarts(
            latents: numbers(sizes.latent), hiddens: numbers(sizes.hidden),
            cells: numbers(sizes.hidden), sizes: sizes, vae: "v", mdrnn: "m")
    }

    static func model(
        _ sizes: MDRNNSizes = MDRNNSizes(), endLogit: Float = -3, kernels: Kernels = .best
    ) throws -> DreamModel {
        try DreamModel(
            memory(sizes, endLogit: endLogit), starts: starts(5, of: ModelSizes(of: sizes)),
            kernels: kernels)
    }
}
