// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import SeededRandom
import ArrayFiles
import Testing
import WorldModel

struct ParameterSetTests {
    private static let smallVAE = VAESizes(
        latent: 3, encoderChannels: [2, 3, 4, 5], decoderInput: 6, decoderChannels: [4, 3, 2])
    private static let smallRNN = MDRNNSizes(latent: 4, hidden: 6, mixtures: 2)

    @Test func `the paper's VAE has 4,348,547 weights and its M 384,071`() {
        let vae = VAEParameters.specification().reduce(0) { $0 + $1.count }
        let rnn = MDRNNParameters.specification().reduce(0) { $0 + $1.count }
        #expect(vae == 4_348_547)
        #expect(rnn == 384_071)
    }

    @Test func `a file gives back the weights and the sizes`() throws {
        var generator = PCG64(seed: 1)
        let vae = VAEParameters(randomFrom: &generator, sizes: Self.smallVAE)
        let vaeFile = try SafetensorsFile(
            data: vae.file(metadata: ["epoch": "3"]).encoded(), name: "v")
        #expect(try VAEParameters(vaeFile, name: "v") == vae)
        #expect(vaeFile.metadata == ["epoch": "3", "kind": "vae"])
        let rnn = MDRNNParameters(randomFrom: &generator, sizes: Self.smallRNN)
        let rnnFile = try SafetensorsFile(data: rnn.file().encoded(), name: "m")
        let loaded = try MDRNNParameters(rnnFile, name: "m")
        #expect(loaded == rnn)
        #expect(loaded.sizes == Self.smallRNN)
    }

    @Test func `a file keeps the ranges of V's activations, and bad ones are refused`() throws {
        var generator = PCG64(seed: 1)
        var vae = VAEParameters(randomFrom: &generator, sizes: Self.smallVAE)
        let sound = [
            "int8.limits": "1.25 0.1 3e-05 7.0", "int8.frames": "12", "int8.saturated": "0.25",
        ]
        try vae.take(notes: sound, name: "v")
        #expect(vae.ranges?.limits == [1.25, 0.1, 3e-5, 7])
        let file = try SafetensorsFile(data: vae.file().encoded(), name: "v")
        #expect(file.metadata["int8.limits"] == "1.25 0.1 3e-05 7.0")
        let again = try VAEParameters(file, name: "v")
        #expect(again == vae && again.ranges?.frames == 12 && again.ranges?.saturated == 0.25)
        for text in [
            "", "1 2 3", "1 2 3 4 5", "1 2 3 x", "1 2 3 0", "1 2 3 -1", "1 2 3 inf", "1 2 3 nan",
        ] {
            var bad = file
            bad.metadata["int8.limits"] = text
            #expect(throws: ParameterError.badRanges(file: "v", found: text)) {
                try VAEParameters(bad, name: "v")
            }
        }
    }

    @Test func `the random start keeps PyTorch's bounds`() {
        var generator = PCG64(seed: 2)
        let vae = VAEParameters(randomFrom: &generator, sizes: Self.smallVAE)
        for entry in VAEParameters.specification(Self.smallVAE) {
            let largest = vae[entry.name].values.map(abs).max() ?? 0
            #expect(Double(largest) <= entry.initialBound)
            if entry.count > 50 { #expect(Double(largest) > 0.85 * entry.initialBound) }
        }
        // Conv2d(3, 2, 4): 1 / sqrt(3 * 16); ConvTranspose2d(2, 3, 6): 1 / sqrt(3 * 36).
        let bounds = Dictionary(
            uniqueKeysWithValues: VAEParameters.specification(Self.smallVAE).map {
                ($0.name, $0.initialBound)
            })
        #expect(bounds["encoder.conv1.weight"] == 1 / Double(48).squareRoot())
        #expect(bounds["decoder.deconv4.bias"] == 1 / Double(108).squareRoot())
    }

    @Test func `what does not fit is refused by name`() throws {
        var generator = PCG64(seed: 3)
        let good = MDRNNParameters(randomFrom: &generator, sizes: Self.smallRNN).file()

        var missing = good
        missing.tensors["rnn.bias_hh_l0"] = nil
        #expect(
            throws: ParameterError.missingTensor(
                file: "m", tensor: "rnn.bias_hh_l0", kind: "mdrnn")
        ) { try MDRNNParameters(missing, name: "m") }

        var extra = good
        extra.tensors["more"] = Tensor(zeros: [1])
        #expect(throws: ParameterError.unknownTensor(file: "m", tensor: "more", kind: "mdrnn")) {
            try MDRNNParameters(extra, name: "m")
        }

        var reshaped = good
        reshaped.tensors["rnn.bias_ih_l0"] = Tensor(zeros: [23])
        #expect(
            throws: ParameterError.wrongShape(
                file: "m", tensor: "rnn.bias_ih_l0", found: [23], expected: [24])
        ) { try MDRNNParameters(reshaped, name: "m") }

        var infinite = good
        infinite.tensors["gmm_linear.bias"]?.values[2] = .nan
        #expect(
            throws: ParameterError.notFinite(file: "m", tensor: "gmm_linear.bias", index: 2)
        ) { try MDRNNParameters(infinite, name: "m") }

        #expect(throws: ParameterError.wrongKind(file: "m", found: "mdrnn", expected: "vae")) {
            try VAEParameters(good, name: "m")
        }
    }

    @Test(arguments: ["module.", "_orig_mod.", "module._orig_mod."])
    func `what PyTorch's wrappers and cells make of names is read`(prefix: String) throws {
        func renamed(_ file: SafetensorsFile, _ name: (String) -> String) -> SafetensorsFile {
            SafetensorsFile(
                tensors: Dictionary(
                    uniqueKeysWithValues: file.tensors.map { (name($0.key), $0.value) }))
        }
        var generator = PCG64(seed: 4)
        let rnn = MDRNNParameters(randomFrom: &generator, sizes: Self.smallRNN)
        // The original's MDRNNCell, and the whole of it wrapped.
        for file in [
            renamed(rnn.file()) { prefix + $0 },
            renamed(rnn.file()) { prefix + $0.replacing("_l0", with: "") },
        ] {
            #expect(try MDRNNParameters(file, name: "m") == rnn)
        }
        let vae = VAEParameters(randomFrom: &generator, sizes: Self.smallVAE)
        // A part of it wrapped.
        let file = renamed(vae.file()) { $0.replacing("encoder.", with: "encoder." + prefix) }
        #expect(try VAEParameters(file, name: "v") == vae)
        let controller = ControllerParameters(inputs: .latent, mapping: .linear)
        let said = ControllerForm(mapping: .linear)
        #expect(
            try ControllerParameters(
                renamed(controller.file()) { prefix + $0 }, name: "c", form: said) == controller)

        // Of two that would fall together neither is dropped.
        var twice = rnn.file()
        twice.tensors[prefix + "gmm_linear.bias"] = twice.tensors["gmm_linear.bias"]
        #expect(
            throws: ParameterError.unknownTensor(
                file: "m", tensor: prefix + "gmm_linear.bias", kind: "mdrnn")
        ) { try MDRNNParameters(twice, name: "m") }
    }
}
