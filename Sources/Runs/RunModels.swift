// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Digests
package import Foundation
package import RunStore
import Search
import SeededRandom
import WorldModel

/// The frozen V and M of a run, checked, as the bytes that every worker gets.
package struct RunModels: Sendable {
    /// A model that a run's directory lacks.
    package struct Missing: Error, Equatable, CustomStringConvertible {
        /// The model's file.
        package let path: String
        /// Which model: "vae" or "mdrnn".
        package let model: String
        /// The run's directory.
        package let directory: String

        package var description: String { "\(path) is missing" }
    }

    /// V's file.
    package let vae: Data
    /// M's file.
    package let mdrnn: Data
    private let memoryToWrite: URL?

    /// Reads the models.
    ///
    /// - Parameters:
    ///   - directory: The run.
    ///   - untrainedMemorySeed: Where M is missing, make a random one from this seed.
    /// - Throws: `Missing`, or what the files' readers say of a damaged one.
    package init(_ directory: RunDirectory, untrainedMemorySeed: UInt64?) throws {
        func missing(_ file: URL, _ model: String) -> Missing {
            Missing(path: file.path, model: model, directory: directory.path)
        }
        guard let vae = FileManager.default.contents(atPath: directory.vae.path) else {
            throw missing(directory.vae, "vae")
        }
        self.vae = vae
        if let mdrnn = FileManager.default.contents(atPath: directory.mdrnn.path) {
            self.mdrnn = mdrnn
            memoryToWrite = nil
        } else if let untrainedMemorySeed {
            var generator = SeedStreams(root: untrainedMemorySeed).generator("untrained-memory")
            mdrnn = MDRNNParameters(randomFrom: &generator)
                .file(metadata: ["trained": "false"]).encoded()
            memoryToWrite = directory.mdrnn
        } else {
            throw missing(directory.mdrnn, "mdrnn")
        }
        // What a worker would refuse is refused here, by the file's name.
        _ = try VAEParameters(
            SafetensorsFile(data: vae, name: directory.vae.path), name: directory.vae.path)
        _ = try MDRNNParameters(
            SafetensorsFile(data: mdrnn, name: directory.mdrnn.path), name: directory.mdrnn.path)
    }

    /// Keeps a random M in the run's directory.
    ///
    /// - Throws: `FileError` naming the file.
    func writeMemory() throws {
        if let memoryToWrite { try AtomicFile.write(mdrnn, to: memoryToWrite) }
    }

    /// The settings that name the models.
    var settings: [String: String] {
        var settings = RunSettings()
        settings.vae = SHA256.digest(vae).hexadecimal
        settings.mdrnn = SHA256.digest(mdrnn).hexadecimal
        return settings.texts(\.vae, \.mdrnn)
    }
}
