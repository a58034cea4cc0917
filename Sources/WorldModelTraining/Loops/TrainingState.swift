// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import ArrayFiles
import WorldModel

/// Where a training run stands after an epoch: all that the next epoch depends on.
///
/// Random streams need no saving: each epoch's are derived from the seed and the epoch's number.
struct TrainingState: Codable, Hashable {
    /// The epochs that are complete.
    var epoch = 0
    /// The optimiser's updates.
    var optimiserSteps = 0
    /// Learning rate and patience.
    var schedule: PlateauSchedule
    /// The lowest held-out loss; nil before the first epoch.
    var bestLoss: Double?
    /// What the weights depend on besides, as text: the options by their names, and fingerprints.
    ///
    /// The number of epochs and the patience are not among them: they say when to stop.
    var options: [String: String]

    /// The key of the header under which the state stands.
    private static let key = "state"

    /// Reads a state and its tensors; nil if there is no such file.
    ///
    /// A run that goes on with other options would not end as an uninterrupted one does.
    ///
    /// - Throws: `FileError`, `TrainingError.damagedState` or `.stateDisagrees`.
    static func load(
        _ url: URL, options: [String: String]
    ) throws -> (state: TrainingState, file: SafetensorsFile)? {
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        let file = try SafetensorsFile(contentsOf: url)
        guard let text = file.metadata[key],
            let state = try? JSONDecoder().decode(TrainingState.self, from: Data(text.utf8))
        else { throw TrainingError.damagedState(path: url.path, field: key) }
        for (name, value) in options.sorted(by: { $0.key < $1.key })
        where state.options[name] != value {
            throw TrainingError.stateDisagrees(
                path: url.path, field: name, found: state.options[name] ?? "nothing",
                expected: value)
        }
        return (state, file)
    }

    /// Writes the state, the weights and the optimiser's moments, whole or not at all.
    ///
    /// - Throws: `FileError`.
    func save(
        to url: URL, tensors: [String: Tensor], metadata: [String: String]
    ) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        var metadata = metadata
        metadata[Self.key] = String(decoding: try encoder.encode(self), as: UTF8.self)
        try SafetensorsFile(metadata: metadata, tensors: tensors).write(to: url)
    }

    /// Checks that the state has each prefix's set of a layout's tensors, all finite.
    ///
    /// - Throws: `TrainingError.stateDisagrees` or `.damagedState`.
    static func check(
        _ file: SafetensorsFile, _ layout: FlatLayout, prefixes: [String], url: URL
    ) throws {
        for prefix in prefixes {
            for entry in layout.entries {
                guard let tensor = file.tensors[prefix + entry.name] else {
                    throw TrainingError.damagedState(path: url.path, field: prefix + entry.name)
                }
                guard tensor.shape == entry.shape else {
                    throw TrainingError.stateDisagrees(
                        path: url.path, field: "a \(entry.name) of shape",
                        found: "\(tensor.shape)", expected: "\(entry.shape)")
                }
                guard tensor.values.allSatisfy(\.isFinite) else {
                    throw TrainingError.damagedState(path: url.path, field: prefix + entry.name)
                }
            }
        }
    }
}

/// The files of a run's directory that training reads and writes.
struct TrainingFiles {
    /// What is needed to resume.
    var training: URL { logdir.appending(path: "training") }
    /// What is there to look at.
    var pictures: URL { logdir.appending(path: "pictures") }

    /// The run's directory.
    let logdir: URL

    /// Makes the directories.
    ///
    /// - Throws: `FileError`.
    func prepare() throws {
        for directory in [logdir, training, pictures] { try OutputDirectory.prepare(directory) }
    }

    /// The best model of a kind.
    func model(_ part: Agent.Part) -> URL { part.file(in: logdir) }

    /// The state of a model's training.
    func state(_ part: Agent.Part) -> URL { training.appending(path: "\(part)-state.safetensors") }

    /// The log of a model's losses, one JSON object a line.
    func log(_ model: String) -> URL { training.appending(path: "\(model)-losses.jsonl") }

    /// Notes which recordings are trained on and which are held out.
    ///
    /// - Throws: `FileError`.
    func write(splitOf dataset: RolloutDataset) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let split = [
            "training": dataset.training.map(\.path), "heldOut": dataset.measured.map(\.path),
        ]
        try AtomicFile.write(
            encoder.encode(split), to: training.appending(path: "split.json"))
    }

    /// Appends an epoch to the log, dropping what earlier runs logged of it and later ones.
    func append(_ epoch: TrainingEpoch) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let url = log(epoch.model)
        let old = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
        let kept = old.split(separator: "\n").filter { line in
            let earlier = try? JSONDecoder().decode(TrainingEpoch.self, from: Data(line.utf8))
            return earlier.map { $0.epoch < epoch.epoch } ?? false
        }
        let line = String(decoding: try encoder.encode(epoch), as: UTF8.self)
        let text = (kept.map(String.init) + [line]).joined(separator: "\n") + "\n"
        try AtomicFile.write(Data(text.utf8), to: url)
    }
}
