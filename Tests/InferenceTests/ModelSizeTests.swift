// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Foundation
import SeededRandom
import Testing
import WorldModel

/// What Golden/record_sizes.py writes for one pair of sizes.
private struct SizedGolden: Decodable {
    struct Control: Decodable {
        var inputs: ControllerInputs
        var units: Int
        var mapping: ControllerMapping
        var action: [Double]
    }

    var latent: Int
    var hidden: Int
    var means: [Double]
    var logSigmas: [Double]
    var h: [Double]
    var c: [Double]
    var actions: [Control]

    var sizes: ModelSizes { ModelSizes(latent: latent, hidden: hidden) }

    static let all = Result {
        let url = try #require(
            Bundle.module.url(forResource: "sizes", withExtension: "json", subdirectory: "Golden"))
        return try JSONDecoder().decode([SizedGolden].self, from: Data(contentsOf: url))
    }
}

/// V and M with the weights of Golden/record_sizes.py; the decoder's and the head's are 0.
private func models(
    _ sizes: ModelSizes
) throws -> (vae: VAEParameters, mdrnn: MDRNNParameters) {
    let usual = try Shared.vae.get()
    var visual: [String: Tensor] = [:]
    for entry in VAEParameters.specification(VAESizes(latent: sizes.latent)) {
        visual[entry.name] =
            entry.name.hasPrefix("encoder.conv")
            ? usual[entry.name] : Tensor(zeros: entry.shape)
    }
    var memory: [String: Tensor] = [:]
    let specification = MDRNNParameters.specification(
        MDRNNSizes(latent: sizes.latent, hidden: sizes.hidden))
    for entry in specification { memory[entry.name] = Tensor(zeros: entry.shape) }
    func fill(_ tensors: inout [String: Tensor], _ name: String, _ seed: UInt64, _ bound: Double) {
        guard let shape = tensors[name]?.shape else { return }
        tensors[name] = Tensor(
            shape: shape, values: numbers(shape.reduce(1, *), seed: seed, bound: bound))
    }
    for (name, seed, bound) in [
        ("encoder.fc_mu.weight", 30, 0.05), ("encoder.fc_mu.bias", 31, 0.1),
        ("encoder.fc_logsigma.weight", 32, 0.05), ("encoder.fc_logsigma.bias", 33, 0.1),
    ] as [(String, UInt64, Double)] { fill(&visual, name, seed, bound) }
    for (name, seed, bound) in [
        ("rnn.weight_ih_l0", 40, 0.3), ("rnn.weight_hh_l0", 41, 0.1), ("rnn.bias_ih_l0", 42, 0.1),
        ("rnn.bias_hh_l0", 43, 0.1),
    ] as [(String, UInt64, Double)] { fill(&memory, name, seed, bound) }
    return (
        try VAEParameters(tensors: visual, name: "golden"),
        try MDRNNParameters(tensors: memory, name: "golden")
    )
}

struct ModelSizeTests {
    @Test(arguments: [(1, 1), (7, 50), (16, 128), (64, 512)])
    func `V of any z is PyTorch's, with the same bits in every form and batch`(
        latent: Int, hidden: Int
    ) throws {
        let golden = try #require(try SizedGolden.all.get().first { $0.latent == latent })
        let parameters = try models(golden.sizes).vae
        let batch = image(3) + image(1) + image(4)
        let alone = try Encoder(parameters).encode(image(1))
        #expect(alone.means.count == latent && alone.logSigmas.count == latent)
        #expect(worst(alone.means, golden.means).error < 3e-6)
        #expect(worst(alone.logSigmas, golden.logSigmas).error < 3e-6)
        for kernels in everyKernels {
            let found = try Encoder(parameters, kernels: kernels).encode(batch)
            #expect(Array(found.means[latent..<(2 * latent)]) == alone.means, "\(kernels.name)")
            #expect(
                Array(found.logSigmas[latent..<(2 * latent)]) == alone.logSigmas,
                "\(kernels.name)")
        }
    }

    @Test(arguments: [1, 7, 16, 64])
    func `V of any z has the same bits in 8-bit integers, near to single precision's`(
        latent: Int
    ) throws {
        var parameters = try models(ModelSizes(latent: latent, hidden: 1)).vae
        parameters.ranges = try ActivationRanges(of: parameters, on: image(40) + image(41))
        let exact = try Encoder(parameters).encode(image(3) + image(4)).means
        let forms = Kernels.IntegerUnit.allCases.compactMap { Kernels(.portable, int8: $0) }
        let results = try forms.map {
            try Encoder(parameters, kernels: $0, precision: .int8).encode(image(3) + image(4))
        }
        for result in results {
            #expect(result.means.map(\.bitPattern) == results[0].means.map(\.bitPattern))
            #expect(result.logSigmas.map(\.bitPattern) == results[0].logSigmas.map(\.bitPattern))
        }
        let error = zip(results[0].means, exact).map { abs($0 - $1) }.max() ?? .nan
        #expect(error > 0 && error < 0.05, "\(error)")
        let alone = try Encoder(parameters, precision: .int8).encode(image(4)).means
        #expect(Array(results[0].means[latent...]) == alone)
    }

    @Test(arguments: [(1, 1), (7, 50), (16, 128), (64, 512)])
    func `M of any h is PyTorch's, with the same bits in every form and batch`(
        latent: Int, hidden: Int
    ) throws {
        let golden = try #require(try SizedGolden.all.get().first { $0.latent == latent })
        let parameters = try models(golden.sizes).mdrnn
        func drive(_ kernels: Kernels, count: Int, place: Int) throws -> (h: [Float], c: [Float]) {
            let cell = try RecurrentCell(parameters, kernels: kernels)
            let states = RecurrentCell.States(count: count, sizes: golden.sizes)
            for index in 0..<count { states.reset(index) }
            for step in 0..<6 {
                for index in 0..<count {
                    let seed = index == place ? 50 + UInt64(step) : 1000 + UInt64(10 * index + step)
                    let row = numbers(3 + latent, seed: seed, bound: 2)
                    states.action(index).update(from: row, count: 3)
                    states.latent(index).update(from: Array(row[3...]), count: latent)
                }
                Array(0..<count).withUnsafeBufferPointer { cell.step($0, states) }
            }
            return (
                Array(UnsafeBufferPointer(start: states.hidden(place), count: hidden)),
                Array(UnsafeBufferPointer(start: states.cell(place), count: hidden))
            )
        }
        let alone = try drive(.best, count: 1, place: 0)
        #expect(worst(alone.h, golden.h).error < 2e-6)
        #expect(worst(alone.c, golden.c).error < 4e-6)
        for kernels in everyKernels {
            let found = try drive(kernels, count: 5, place: 3)
            #expect(found.h == alone.h && found.c == alone.c, "\(kernels.name)")
        }
    }

    @Test(arguments: [(1, 1), (7, 50), (16, 128), (64, 512)])
    func `controllers of every form are PyTorch's, with the same bits in every form of the loops`(
        latent: Int, hidden: Int
    ) throws {
        let golden = try #require(try SizedGolden.all.get().first { $0.latent == latent })
        #expect(golden.actions.count == 27)
        for control in golden.actions {
            let shape = ControllerShape(
                inputs: control.inputs, hiddenUnits: control.units, mapping: control.mapping,
                sizes: golden.sizes)
            let seen = shape.inputCount
            let inner = control.units > 0 ? control.units : seen
            let parameters =
                numbers(control.units * seen, seed: 65, bound: 0.1)
                + numbers(control.units, seed: 66, bound: 0.1)
                + numbers(shape.outputCount * inner, seed: 63, bound: 0.15)
                + numbers(shape.outputCount, seed: 64, bound: 0.1)
            #expect(parameters.count == shape.parameterCount)
            var bits: Set<[UInt32]> = []
            for kernels in everyKernels {
                let states = RecurrentCell.States(count: 2, sizes: golden.sizes)
                let bank = ControllerBank(count: 2, shape: shape, kernels: kernels)
                // What another controller was given does not matter.
                bank.set(0, [Float](repeating: 3, count: parameters.count))
                bank.set(1, [Float](repeating: 7, count: parameters.count))
                bank.set(1, parameters)
                states.latent(1).update(
                    from: numbers(latent, seed: 60, bound: 1.5), count: latent)
                states.hidden(1).update(from: numbers(hidden, seed: 61, bound: 1), count: hidden)
                states.cell(1).update(from: numbers(hidden, seed: 62, bound: 1.5), count: hidden)
                bank.act(1, states)
                let action = Array(UnsafeBufferPointer(start: states.action(1), count: 3))
                let error = worst(action, control.action)
                #expect(error.error < 4e-6, "\(control) with \(kernels.name)")
                bits.insert(action.map(\.bitPattern))
            }
            #expect(bits.count == 1)
        }
    }

    @Test func `z is drawn for odd lengths as well, each number from its own noise`() throws {
        let encoder = try Encoder(models(ModelSizes(latent: 7, hidden: 1)).vae)
        var output = (0..<14).map { Float($0 < 7 ? $0 : 0) }
        var drawn = [Float](repeating: 0, count: 8)
        var noise = PCG64(seed: 4)
        output.withUnsafeMutableBufferPointer { output in
            drawn.withUnsafeMutableBufferPointer { drawn in
                guard let from = output.baseAddress, let to = drawn.baseAddress else { return }
                encoder.sample(from, noise: &noise, into: to)
            }
        }
        var same = PCG64(seed: 4)
        let pairs = (0..<4).map { _ in same.normalPair() }
        let expected = pairs.flatMap { [$0.0, $0.1] }.prefix(7).enumerated().map {
            Float($0.offset) + Float($0.element)
        }
        #expect(Array(drawn[..<7]) == expected)
        #expect(drawn[7] == 0)
        #expect(same.next() == noise.next())
    }

    @Test func `sizes that cannot be are refused with the limits`() throws {
        var generator = PCG64(seed: 5)
        let narrow = VAESizes(
            latent: 8, encoderChannels: [4, 4, 4, 4], decoderInput: 8, decoderChannels: [4, 4, 4])
        let widths = #expect(throws: FrozenModelsError.self) {
            try Encoder(VAEParameters(randomFrom: &generator, sizes: narrow))
        }
        #expect(widths?.description.contains("[32, 64, 128, 256], z 1 to 1024") == true)
        func refusal(_ sizes: MDRNNSizes) -> String? {
            #expect(throws: FrozenModelsError.self) {
                try RecurrentCell.requireSizes(sizes, name: "M")
            }?.description
        }
        #expect(refusal(MDRNNSizes(hidden: 2049))?.contains("z 1 to 1024, h 1 to 2048") == true)
        #expect(refusal(MDRNNSizes(latent: 1025))?.contains("z 1 to 1024") == true)
        // What no coordinator could hand out.
        let heavy = MDRNNSizes(latent: 1024, hidden: 2048, mixtures: 64)
        #expect(refusal(heavy)?.contains("at most 58720256") == true)
        try RecurrentCell.requireSizes(
            MDRNNSizes(latent: 1024, hidden: 2048, mixtures: 5), name: "M")
        let sizes = MDRNNSizes(latent: 3, hidden: 4, mixtures: 2)
        #expect(
            sizes.weights == MDRNNParameters.specification(sizes).reduce(0) { $0 + $1.count })
        let disagreement = #expect(throws: FrozenModelsError.self) {
            let (vae, _) = try models(ModelSizes(latent: 7, hidden: 1))
            let (_, mdrnn) = try models(ModelSizes(latent: 8, hidden: 1))
            _ = try FrozenModels(vae: vae, mdrnn: mdrnn)
        }
        #expect(disagreement == .disagree(mdrnn: "M", found: 8, vae: 7))
    }

    @Test func `an output that is not finite makes the discrete action none`() {
        let shape = ControllerShape(mapping: .discrete)
        for place in 0..<5 {
            for bad in [Float.nan, .infinity, -.infinity] {
                let states = RecurrentCell.States(count: 1)
                let bank = ControllerBank(count: 1, shape: shape)
                var parameters = [Float](repeating: 0, count: shape.parameterCount)
                bank.set(0, parameters)
                bank.act(0, states)
                // Of equal outputs the first is taken, as by numpy's argmax.
                #expect(Array(UnsafeBufferPointer(start: states.action(0), count: 3)) == [0, 0, 0])
                parameters[parameters.count - 5 + place] = bad
                bank.set(0, parameters)
                bank.act(0, states)
                #expect(states.action(0)[0].isNaN)
            }
        }
    }
}
