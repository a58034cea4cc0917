// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ClusterSessions
import ClusterProtocol
import Episodes
import RolloutServer
import Search
import Foundation
import RunStore
import SeededRandom
import ArrayFiles
import WorldModel

/// The frozen V and M of a run, checked, as the bytes that every worker gets.
struct RunModels {
    /// What a run's directory lacks.
    enum Failure: Error, CustomStringConvertible {
        case missing(path: String, logdir: String, command: String)

        var description: String {
            switch self {
            case .missing(let path, let logdir, let command):
                "\(path) is missing: train it with 'worldmodels \(command) --logdir \(logdir)"
                    + " --data DIR', or give the coordinator --data DIR"
            }
        }
    }

    let vae: Data
    let mdrnn: Data
    private let memoryToWrite: URL?

    /// Reads the models.
    ///
    /// - Parameters:
    ///   - directory: The run.
    ///   - untrainedMemorySeed: Where M is missing, make a random one from this seed.
    /// - Throws: `Failure`, or what the files' readers say of a damaged one.
    init(_ directory: RunDirectory, untrainedMemorySeed: UInt64?) throws {
        guard let vae = FileManager.default.contents(atPath: directory.vae.path) else {
            throw Failure.missing(
                path: directory.vae.path, logdir: directory.path, command: "train-vae")
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
            throw Failure.missing(
                path: directory.mdrnn.path, logdir: directory.path, command: "train-mdrnn")
        }
        // What a worker would refuse is refused here, by the file's name.
        _ = try VAEParameters(
            SafetensorsFile(data: vae, name: directory.vae.path), name: directory.vae.path)
        _ = try MDRNNParameters(
            SafetensorsFile(data: mdrnn, name: directory.mdrnn.path), name: directory.mdrnn.path)
    }

    /// Keeps a random M in the run's directory.
    func writeMemory() throws {
        if let memoryToWrite { try AtomicFile.write(mdrnn, to: memoryToWrite) }
    }

    var vaeDigest: String { SHA256.digest(vae).hexadecimal }
    var mdrnnDigest: String { SHA256.digest(mdrnn).hexadecimal }

    var served: [ServedModel] {
        [ServedModel(name: "vae", data: vae), ServedModel(name: "mdrnn", data: mdrnn)]
    }
}
