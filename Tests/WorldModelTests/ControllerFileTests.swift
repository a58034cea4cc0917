// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Testing
import WorldModel

/// Files of controllers with hidden layers, discrete actions and for other sizes of V and M.
struct ControllerFileTests {
    private static func numbered(_ shape: ControllerShape) -> ControllerParameters {
        ControllerParameters(
            shape: shape, values: (0..<shape.parameterCount).map { Float($0) / 1000 })
    }

    @Test(
        arguments: ControllerInputs.allCases,
        [(0, ControllerMapping.paper), (7, .linear), (40, .discrete)])
    func `every form is read as it was written`(
        inputs: ControllerInputs, form: (units: Int, mapping: ControllerMapping)
    ) throws {
        for sizes in [ModelSizes(), ModelSizes(latent: 16, hidden: 128)] {
            let controller = Self.numbered(
                ControllerShape(
                    inputs: inputs, hiddenUnits: form.units, mapping: form.mapping, sizes: sizes))
            let file = controller.file()
            #expect(try ControllerParameters(file, name: "C") == controller)
            #expect(try ControllerParameters(file, name: "C", sizes: sizes) == controller)
            // Layers are PyTorch's (out, in).
            let inner = form.units > 0 ? form.units : inputs.count(in: sizes)
            #expect(file.tensors["fc.weight"]?.shape == [form.mapping.outputCount, inner])
            if form.units > 0 {
                #expect(
                    file.tensors["hidden.weight"]?.shape == [form.units, inputs.count(in: sizes)])
                #expect(file.tensors["hidden.weight"]?.values.first == 0)
                #expect(file.tensors["fc.bias"]?.values.last == controller.values.last)
            }
            // Nothing more is said of the paper's sizes than by earlier versions.
            #expect((file.metadata["latent_size"] == nil) == (sizes == ModelSizes()))
        }
    }

    @Test func `the count of parameters is that of the layers`() {
        #expect(ControllerShape().parameterCount == 867)
        #expect(
            ControllerShape(inputs: .latent, hiddenUnits: 40).parameterCount == 33 * 40 + 3 * 41)
        #expect(ControllerShape(mapping: .discrete).parameterCount == 5 * 289)
    }

    @Test func `sizes come from the file, else from V and M, else from the paper`() throws {
        let sizes = ModelSizes(latent: 16, hidden: 128)
        let controller = Self.numbered(ControllerShape(mapping: .linear, sizes: sizes))
        var file = controller.file()
        let other = ModelSizes(latent: 16, hidden: 256)
        #expect(throws: ControllerFileError.otherSizes(file: "C", found: sizes, expected: other)) {
            try ControllerParameters(file, name: "C", sizes: other)
        }
        // As others save it.
        file.metadata = [:]
        let form = ControllerForm(mapping: .linear)
        #expect(try ControllerParameters(file, name: "C", form: form, sizes: sizes) == controller)
        #expect(
            throws: ControllerFileError.wrongShape(
                file: "C", weight: [3, 144], bias: [3], expected: [32, 288, 544])
        ) { try ControllerParameters(file, name: "C", form: form) }
        // This program's files for the paper's sizes do not go with others of the same sum.
        let usual = Self.numbered(ControllerShape()).file()
        #expect(throws: ControllerFileError.self) {
            try ControllerParameters(
                usual, name: "C", sizes: ModelSizes(latent: 16, hidden: 272))
        }
        // Who does not see h goes with every h.
        let blind = Self.numbered(ControllerShape(inputs: .latent)).file()
        let wide = try ControllerParameters(
            blind, name: "C", sizes: ModelSizes(latent: 32, hidden: 512))
        #expect(wide.shape.sizes.hidden == 512)
        #expect(throws: ControllerFileError.self) {
            try ControllerParameters(blind, name: "C", sizes: ModelSizes(latent: 31, hidden: 512))
        }
    }

    @Test func `what no controller can be is refused by what is wrong with it`() throws {
        let good = Self.numbered(ControllerShape(hiddenUnits: 4)).file()
        func refusal(_ change: (inout SafetensorsFile) -> Void) -> ControllerFileError? {
            var file = good
            change(&file)
            return #expect(throws: ControllerFileError.self) {
                try ControllerParameters(file, name: "C")
            }
        }
        #expect(
            refusal { $0.tensors["hidden.bias"] = nil }
                == .missingTensor(file: "C", tensor: "hidden.bias"))
        let expected = [32, 288, 544]
        #expect(
            refusal { $0.tensors["hidden.bias"] = Tensor(zeros: [5]) }
                == .wrongShape(file: "C", weight: [4, 288], bias: [5], expected: expected))
        #expect(
            refusal { $0.tensors["fc.weight"] = Tensor(zeros: [3, 5]) }
                == .wrongShape(file: "C", weight: [4, 288], bias: [4], expected: expected))
        #expect(
            refusal { $0.tensors["fc.bias"] = Tensor(zeros: [4]) }
                == .wrongShape(file: "C", weight: [4, 288], bias: [4], expected: expected))
        #expect(
            refusal { $0.metadata["mapping"] = "discrete" }
                == .wrongOutputs(file: "C", found: 3, mapping: .discrete))
        for text in ["0", "1025", "x"] {
            #expect(
                refusal { $0.metadata["latent_size"] = text }
                    == .unknownForm(
                        file: "C", key: "latent_size", found: text, known: ["1 to 1024"]))
        }
        #expect(
            refusal { $0.metadata["mapping"] = nil }?.description.contains("discrete") == true)
    }
}
