// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Digests
package import Foundation
package import RunStore
import Search
import SeededRandom
package import WorldModel

/// The frozen V and M of a run, checked, as the bytes that every worker gets.
package struct RunModels: Sendable {
    /// A model that a run's directory lacks.
    package struct Missing: Error, Equatable, CustomStringConvertible {
        package let path: String
        package let part: Agent.Part
        package let directory: String
        /// Whether there is a checkpoint of ctallec/world-models instead.
        package var isCheckpoint: Bool {
            FileManager.default.fileExists(atPath: "\(directory)/\(part.checkpointName)")
        }

        package var description: String { "\(path) is missing" }
    }

    package let vae: Data
    package let mdrnn: Data
    /// The lengths of z and h.
    package let sizes: ModelSizes
    private let memoryToWrite: URL?

    /// Reads the models; where M is missing, a seed makes a random one.
    ///
    /// V has to be one that can compute in the precision.
    package init(
        _ directory: RunDirectory, untrainedMemorySeed: UInt64?, precision: Precision = .float32
    ) throws {
        func missing(_ part: Agent.Part) -> Missing {
            Missing(
                path: directory.file(of: part).path, part: part, directory: directory.path)
        }
        let vaeFile = directory.file(of: .vae)
        let mdrnnFile = directory.file(of: .mdrnn)
        guard let vae = FileManager.default.contents(atPath: vaeFile.path) else {
            throw missing(.vae)
        }
        self.vae = vae
        let latent = try Self.check(vae: vae, vaeFile, precision)
        if let mdrnn = FileManager.default.contents(atPath: mdrnnFile.path) {
            self.mdrnn = mdrnn
            memoryToWrite = nil
        } else if let untrainedMemorySeed {
            var generator = SeedStreams(root: untrainedMemorySeed).generator("untrained-memory")
            mdrnn = MDRNNParameters(
                randomFrom: &generator, sizes: MDRNNSizes(latent: latent)
            )
            .file(metadata: ["trained": "false"]).encoded()
            memoryToWrite = mdrnnFile
        } else {
            throw missing(.mdrnn)
        }
        sizes = try Self.check(mdrnn: mdrnn, mdrnnFile)
        guard sizes.latent == latent else {
            throw FrozenModelsError.disagree(
                mdrnn: mdrnnFile.path, found: sizes.latent, vae: latent)
        }
    }

    /// Refuses those of the models that are there and could not be driven with; the others may yet
    /// be trained or brought.
    static func checkPresent(in directory: RunDirectory, precision: Precision) throws {
        let (vae, mdrnn) = (directory.file(of: .vae), directory.file(of: .mdrnn))
        if let data = FileManager.default.contents(atPath: vae.path) {
            _ = try check(vae: data, vae, precision)
        }
        if let data = FileManager.default.contents(atPath: mdrnn.path) {
            _ = try check(mdrnn: data, mdrnn)
        }
    }

    /// The sizes of those of the models that are there, where they can be read; M's without an M
    /// are the paper's.
    ///
    /// - Returns: nil where there is no V.
    package static func sizesPresent(in directory: RunDirectory) -> ModelSizes? {
        guard let vae = try? VAEParameters(contentsOf: directory.file(of: .vae)) else { return nil }
        let mdrnn = try? MDRNNParameters(contentsOf: directory.file(of: .mdrnn))
        return ModelSizes(
            latent: vae.latentSize, hidden: mdrnn?.sizes.hidden ?? ModelSizes().hidden)
    }

    /// Refuses a V that a worker would refuse, by the file's name; gives the length of z.
    private static func check(vae data: Data, _ file: URL, _ precision: Precision) throws -> Int {
        let parameters = try VAEParameters(
            SafetensorsFile(data: data, name: file.path), name: file.path)
        try Encoder.require(precision, of: parameters, name: file.path)
        return parameters.latentSize
    }

    /// Refuses an M that a worker would refuse, by the file's name.
    private static func check(mdrnn data: Data, _ file: URL) throws -> ModelSizes {
        let parameters = try MDRNNParameters(
            SafetensorsFile(data: data, name: file.path), name: file.path)
        try RecurrentCell.requireSizes(parameters.sizes, name: file.path)
        return ModelSizes(of: parameters.sizes)
    }

    /// Keeps a random M in the run's directory.
    func writeMemory() throws {
        if let memoryToWrite { try AtomicFile.write(mdrnn, to: memoryToWrite) }
    }

    /// The settings that name the models.
    var settings: [String: String] {
        var settings = RunSettings()
        settings.vae = SHA256.digest(vae).hexadecimal
        settings.mdrnn = SHA256.digest(mdrnn).hexadecimal
        settings.latentSize = sizes.latent
        settings.hiddenSize = sizes.hidden
        return settings.texts(\.vae, \.mdrnn, \.latentSize, \.hiddenSize)
    }
}
