// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Digests
package import Foundation
package import WorldModel

/// Models of the right shapes that are quick to make; what they compute is of no use.
package enum QuickModels {
    /// V's file.
    package static let vae: Data = weights(VAEParameters.specification(), of: "vae")
    /// V's file with the scales that 8-bit integers need.
    package static let rangedVAE: Data = weights(
        VAEParameters.specification(), of: "vae", notes: ["int8.limits": "0.5 0.5 0.5 0.5"])
    /// M's file.
    package static let mdrnn: Data = weights(
        MDRNNParameters.specification(MDRNNSizes()), of: "mdrnn")

    /// The file of three moments at which dreams of these begin.
    package static let dreamStarts: Data = {
        let sizes = ModelSizes()
        func numbers(_ length: Int) -> [Float] {
            (0..<(3 * length)).map { Float($0 % 17) / 17 - 0.5 }
        }
        return DreamStarts(
            latents: numbers(sizes.latent), hiddens: numbers(sizes.hidden),
            cells: numbers(sizes.hidden), sizes: sizes, vae: SHA256.digest(vae).hexadecimal,
            mdrnn: SHA256.digest(mdrnn).hexadecimal
        ).file.encoded()
    }()

    /// V's and M's files of other sizes.
    package static func files(_ sizes: ModelSizes) -> (vae: Data, mdrnn: Data) {
        (
            weights(VAEParameters.specification(VAESizes(latent: sizes.latent)), of: "vae"),
            weights(
                MDRNNParameters.specification(
                    MDRNNSizes(latent: sizes.latent, hidden: sizes.hidden)), of: "mdrnn")
        )
    }

    private static func weights(
        _ entries: [TensorSpecification], of kind: String, notes: [String: String] = [:],
        change: (String, inout [Float]) -> Void = { _, _ in }
    ) -> Data {
        var tensors: [String: Tensor] = [:]
        for entry in entries {
            var state: UInt32 = 1
            var values = (0..<entry.count).map { _ in
                state = state &* 1_664_525 &+ 1_013_904_223
                return Float(Int32(bitPattern: state)) * 0x1p-31 * Float(entry.initialBound)
            }
            change(entry.name, &values)
            tensors[entry.name] = Tensor(shape: entry.shape, values: values)
        }
        return SafetensorsFile(metadata: notes.merging(["kind": kind]) { $1 }, tensors: tensors)
            .encoded()
    }
}

extension QuickModels {
    /// Writes a V whose pictures differ, an M whose dreams go on until its end is likely, and three
    /// moments at which they begin.
    ///
    /// - Parameters:
    ///   - directory: Where to; it is made where it is missing.
    ///   - endLogit: The logit of the end before h has its say.
    /// - Throws: What the system says against it.
    package static func writeLively(to directory: URL, endLogit: Float = -30) throws {
        let vae = weights(VAEParameters.specification(), of: "vae") { name, values in
            guard name.hasPrefix("decoder"), name.hasSuffix("weight") else { return }
            for index in values.indices { values[index] *= 3 }
        }
        let mdrnn = weights(MDRNNParameters.specification(MDRNNSizes()), of: "mdrnn") {
            name, values in
            if ["gmm_linear.weight", "rnn.weight_ih_l0"].contains(name) {
                for index in values.indices { values[index] *= 4 }
            }
            if name == "gmm_linear.bias" { values[values.count - 1] = endLogit }
        }
        let sizes = ModelSizes()
        func numbers(_ length: Int) -> [Float] {
            (0..<(3 * length)).map { Float($0 % 13) / 6 - 1 }
        }
        let starts = DreamStarts(
            latents: numbers(sizes.latent), hiddens: numbers(sizes.hidden),
            cells: numbers(sizes.hidden), sizes: sizes, vae: SHA256.digest(vae).hexadecimal,
            mdrnn: SHA256.digest(mdrnn).hexadecimal)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try vae.write(to: directory.appending(path: "vae.safetensors"))
        try mdrnn.write(to: directory.appending(path: "mdrnn.safetensors"))
        try starts.file.encoded().write(to: directory.appending(path: DreamStarts.fileName))
    }
}
