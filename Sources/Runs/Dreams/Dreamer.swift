// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Digests
import Foundation
package import RunStore
package import WorldModel

/// The V and M of a run's directory, and where its dreams begin: what it takes to look into them.
package struct Dreamer: Sendable {
    /// M, and the starts.
    package let model: DreamModel
    /// V's weights, for its decoder.
    package let vae: VAEParameters
    /// M's weights.
    package let mdrnn: MDRNNParameters

    /// Reads them.
    ///
    /// - Returns: nil where the directory has no starts: its M has not learnt its reward and end.
    /// - Throws: `Agent.Failure`, `FileError`, `ParameterError` or `FrozenModelsError` for what is
    ///   missing or damaged; `DreamStarts.Failure` where the starts are of another V or M.
    package init?(_ directory: RunDirectory, kernels: Kernels = .best) throws {
        let (vae, mdrnn) = try Agent.parameters(in: directory.url)
        let file = DreamBank.file(in: directory)
        guard let data = FileManager.default.contents(atPath: file.path) else { return nil }
        let starts = try DreamStarts(
            SafetensorsFile(data: data, name: file.path), name: file.path)
        func digest(_ part: Agent.Part) throws -> String {
            SHA256.digest(try Data(contentsOf: directory.file(of: part))).hexadecimal
        }
        try RecurrentCell.requireSizes(mdrnn.sizes, name: directory.file(of: .mdrnn).path)
        try starts.check(
            sizes: ModelSizes(of: mdrnn.sizes), vae: digest(.vae), mdrnn: digest(.mdrnn),
            name: file.path)
        model = try DreamModel(mdrnn, starts: starts, kernels: kernels)
        self.vae = vae
        self.mdrnn = mdrnn
    }

    /// The same M with one start, at which every dream begins: z, and M's h and c before it sees that.
    ///
    /// - Throws: `DreamStarts.Failure.sizes` where they have other lengths.
    func starting(latent: [Float], hidden: [Float], cell: [Float]) throws -> DreamModel {
        let starts = DreamStarts(
            latents: latent, hiddens: hidden, cells: cell, sizes: model.sizes, vae: "", mdrnn: "")
        return try DreamModel(
            mdrnn, starts: starts, recurrence: model.recurrence, kernels: model.kernels)
    }
}
