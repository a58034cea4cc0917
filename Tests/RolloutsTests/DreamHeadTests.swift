// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Foundation
import SeededRandom
import Testing
import WorldModel

/// What M's head draws.
struct DreamHeadTests {
    private static let kernels = Kernels.VectorUnit.allCases.compactMap { Kernels($0) }

    @Test func `the random words are Threefry's`() {
        // From Random123's kat_vectors.
        let known: [(key: [UInt32], counter: [UInt32], words: [UInt32])] = [
            ([0, 0], [0, 0], [0x6b20_0159, 0x99ba_4efe]),
            ([.max, .max], [.max, .max], [0x1cb9_96fc, 0xbb00_2be7]),
            (
                [0x1319_8a2e, 0x0370_7344], [0x243f_6a88, 0x85a3_08d3],
                [0xc492_3a9c, 0x483d_f7a0]
            ),
        ]
        for (key, counter, words) in known {
            #expect(DreamReference.threefry(key, counter) == words)
        }
    }

    /// Draws with a head: z, reward and end of each step, M's state a new one each time.
    private static func draws(
        _ parameters: MDRNNParameters, _ hiddens: [[Float]], seed: UInt64, temperature: Double,
        kernels: Kernels = .best
    ) throws -> [(latent: [Float], reward: Float, isEnd: Bool)] {
        let head = try DreamHead(parameters, kernels: kernels)
        let states = RecurrentCell.States(count: 1, sizes: ModelSizes(of: parameters.sizes))
        let memory = DreamHead.Memory(for: head, count: 1)
        memory.begin(0, seed: seed, temperature: temperature)
        return hiddens.map { hidden in
            states.setMemory(0, hidden: hidden, cell: hidden)
            [0].withUnsafeBufferPointer { head.step($0, states, memory) }
            return (states.latentValues(0), memory.reward(0), memory.isEnd(0))
        }
    }

    private static func hiddens(_ count: Int, _ sizes: MDRNNSizes) -> [[Float]] {
        var generator = PCG64(seed: 3)
        return (0..<count).map { _ in
            (0..<sizes.hidden).map { _ in Float(generator.uniform(-1, 1)) }
        }
    }

    @Test(arguments: [
        MDRNNSizes(), MDRNNSizes(latent: 37, hidden: 20, mixtures: 17),
        MDRNNSizes(latent: 5, hidden: 16, mixtures: 1),
    ])
    func `draws are those of the formulas, and the same in every form`(sizes: MDRNNSizes) throws {
        let parameters = Dreams.memory(sizes)
        let reference = DreamReference(parameters: parameters)
        let hiddens = Self.hiddens(60, sizes)
        for temperature in [0, 0.5, 1, 1.3] {
            let found = try Self.draws(
                parameters, hiddens, seed: 0x1234_5678_9abc_def0, temperature: temperature)
            for (step, draw) in found.enumerated() {
                let expected = reference.draw(
                    hiddens[step], seed: 0x1234_5678_9abc_def0, step: step,
                    temperature: temperature)
                #expect(abs(Double(draw.reward) - expected.reward) < 1e-4)
                #expect(draw.isEnd == expected.isEnd, "step \(step)")
                for (number, wanted) in zip(draw.latent, expected.latent) {
                    #expect(abs(Double(number) - wanted) < 2e-4 * max(1, abs(wanted)))
                }
            }
            #expect(temperature == 0 || Set(found.map(\.isEnd)).count == 2)
            for kernels in Self.kernels {
                let other = try Self.draws(
                    parameters, hiddens, seed: 0x1234_5678_9abc_def0, temperature: temperature,
                    kernels: kernels)
                #expect(other.map(\.latent) == found.map(\.latent), "\(kernels.name)")
                #expect(other.map(\.reward) == found.map(\.reward), "\(kernels.name)")
                #expect(other.map(\.isEnd) == found.map(\.isEnd), "\(kernels.name)")
            }
        }
    }

    @Test func `a temperature tames or loosens the mixture and the Gaussians, not the end`() throws
    {
        // One number, three Gaussians far apart, nothing depends on h.
        let sizes = MDRNNSizes(latent: 1, hidden: 1, mixtures: 3)
        var tensors = Dreams.memory(sizes).tensors
        tensors["gmm_linear.weight"] = Tensor(zeros: [sizes.output, 1])
        let (logits, logSigma, endLogit): ([Float], Float, Float) = ([0, 1, -1], -1, -2)
        tensors["gmm_linear.bias"] = Tensor(
            shape: [sizes.output],
            values: [-100, 0, 100] + [logSigma, logSigma, logSigma] + logits + [0.5, endLogit])
        let parameters = MDRNNParameters(checked: tensors, sizes: sizes)
        let count = 20_000
        let hiddens = [[Float]](repeating: [0], count: count)
        for temperature in [0.5, 1, 2] {
            let draws = try Self.draws(parameters, hiddens, seed: 7, temperature: temperature)
            let weights = logits.map { exp(Double($0) / temperature) }
            let near = draws.map { Int(($0.latent[0] / 100).rounded()) + 1 }
            for component in 0..<3 {
                let share = Double(near.count { $0 == component }) / Double(count)
                let expected = weights[component] / weights.reduce(0, +)
                // Five standard deviations.
                let slack = 5 * (expected * (1 - expected) / Double(count)).squareRoot()
                #expect(abs(share - expected) < slack)
            }
            let noise = zip(draws, near).map { Double($0.latent[0]) - 100 * Double($1 - 1) }
            let variance = noise.reduce(0) { $0 + $1 * $1 } / Double(count)
            let expected = temperature * exp(2 * Double(logSigma))
            #expect(abs(variance / expected - 1) < 5 * (2 / Double(count)).squareRoot())
            let mean = noise.reduce(0, +) / Double(count)
            #expect(abs(mean) < 5 * (expected / Double(count)).squareRoot())
            let ends = Double(draws.count { $0.isEnd }) / Double(count)
            let likely = 1 / (1 + exp(-Double(endLogit)))
            #expect(abs(ends - likely) < 5 * (likely * (1 - likely) / Double(count)).squareRoot())
        }
        let still = try Self.draws(parameters, [[0], [0]], seed: 7, temperature: 0)
        #expect(still.allSatisfy { $0.latent == [0] && !$0.isEnd && $0.reward == 0.5 })
    }

    @Test func `starts come back from their file, and those of other models are refused`() throws {
        let starts = Dreams.starts(3, of: ModelSizes(latent: 4, hidden: 6))
        let data = starts.file.encoded()
        let file = try SafetensorsFile(data: data, name: "x")
        let read = try DreamStarts(file, name: "x")
        #expect(read == starts)
        try read.check(sizes: starts.sizes, vae: "v", mdrnn: "m", name: "x")
        #expect(throws: DreamStarts.Failure.self) {
            try read.check(sizes: starts.sizes, vae: "v", mdrnn: "other", name: "x")
        }
        #expect(throws: DreamStarts.Failure.self) {
            try read.check(sizes: ModelSizes(), vae: "v", mdrnn: "m", name: "x")
        }
        var broken = file
        broken.tensors["cell"] = Tensor(zeros: [3, 5])
        #expect(throws: DreamStarts.Failure.tensor(file: "x", name: "cell", found: [3, 5])) {
            try DreamStarts(broken, name: "x")
        }
        broken = file
        broken.tensors["hidden"] = nil
        #expect(throws: DreamStarts.Failure.tensor(file: "x", name: "hidden", found: nil)) {
            try DreamStarts(broken, name: "x")
        }
        broken = file
        broken.metadata["kind"] = "vae"
        #expect(throws: DreamStarts.Failure.wrongKind(file: "x", found: "vae")) {
            try DreamStarts(broken, name: "x")
        }
    }
}
