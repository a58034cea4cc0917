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
        if let mdrnn = FileManager.default.contents(atPath: mdrnnFile.path) {
            self.mdrnn = mdrnn
            memoryToWrite = nil
        } else if let untrainedMemorySeed {
            var generator = SeedStreams(root: untrainedMemorySeed).generator("untrained-memory")
            mdrnn = MDRNNParameters(randomFrom: &generator)
                .file(metadata: ["trained": "false"]).encoded()
            memoryToWrite = mdrnnFile
        } else {
            throw missing(.mdrnn)
        }
        try Self.check(.vae, vae, vaeFile, precision)
        try Self.check(.mdrnn, mdrnn, mdrnnFile, precision)
    }

    /// Refuses those of the models that are there and could not be driven with; the others may yet
    /// be trained or brought.
    static func checkPresent(in directory: RunDirectory, precision: Precision) throws {
        for part in [Agent.Part.vae, .mdrnn] {
            let file = directory.file(of: part)
            if let data = FileManager.default.contents(atPath: file.path) {
                try check(part, data, file, precision)
            }
        }
    }

    /// Refuses what a worker would refuse, by the file's name.
    private static func check(
        _ part: Agent.Part, _ data: Data, _ file: URL, _ precision: Precision
    ) throws {
        let content = try SafetensorsFile(data: data, name: file.path)
        if part == .vae {
            let parameters = try VAEParameters(content, name: file.path)
            try Encoder.require(precision, of: parameters, name: file.path)
        } else {
            let parameters = try MDRNNParameters(content, name: file.path)
            try RecurrentCell.requireSizes(of: parameters, name: file.path)
        }
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
        return settings.texts(\.vae, \.mdrnn)
    }
}
