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
        _ entries: [TensorSpecification], of kind: String, notes: [String: String] = [:]
    ) -> Data {
        var tensors: [String: Tensor] = [:]
        for entry in entries {
            var state: UInt32 = 1
            let values = (0..<entry.count).map { _ in
                state = state &* 1_664_525 &+ 1_013_904_223
                return Float(Int32(bitPattern: state)) * 0x1p-31 * Float(entry.initialBound)
            }
            tensors[entry.name] = Tensor(shape: entry.shape, values: values)
        }
        return SafetensorsFile(metadata: notes.merging(["kind": kind]) { $1 }, tensors: tensors)
            .encoded()
    }
}
