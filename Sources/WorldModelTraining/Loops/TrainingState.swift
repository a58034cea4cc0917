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
    /// What the weights depend on besides, as text: the options by their names.
    ///
    /// The number of epochs and the patience are not among them: they say when to stop.
    var options: [String: String]
    /// The fingerprints of the recordings, and for M of V, which may change between epochs.
    var inputs: [String: InputHistory]
    /// The recordings; nil in states of earlier versions.
    var recordings: [EarlierRecording]?
    /// A hash of the model's file as it was written; nil in states of earlier versions.
    var modelHash: String?

    /// The key of the header under which the state stands.
    private static let key = "state"

    /// Reads a state and its tensors; nil if there is no such file.
    ///
    /// - Throws: `FileError` or `TrainingError.damagedState`.
    static func load(_ url: URL) throws -> (state: TrainingState, file: SafetensorsFile)? {
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        let file = try SafetensorsFile(contentsOf: url)
        guard let text = file.metadata[key],
            let state = try? JSONDecoder().decode(TrainingState.self, from: Data(text.utf8)),
            state.isSound
        else { throw TrainingError.damagedState(path: url.path, field: key) }
        return (state, file)
    }

    /// Whether its counts are some, which later epochs add to.
    private var isSound: Bool {
        [epoch, optimiserSteps, schedule.badEpochs, schedule.epochsSinceImprovement]
            .allSatisfy { (0...1 << 40).contains($0) }
    }

    /// Refuses other options, with which a run would not end as an uninterrupted one does.
    ///
    /// An error calls the state `path`.
    ///
    /// - Throws: `TrainingError.stateDisagrees`.
    func require(_ options: [String: String], path: String) throws {
        for (name, value) in options.sorted(by: { $0.key < $1.key })
        where self.options[name] != value {
            throw TrainingError.stateDisagrees(
                path: path, field: name, found: self.options[name] ?? "nothing", expected: value)
        }
    }

    /// Takes other recordings or another V for the epochs to come; gives the names of what changed.
    mutating func take(_ fingerprints: [String: String]) -> [String] {
        let changed = fingerprints.keys.sorted().filter {
            inputs[$0].map { String($0.latest) } != fingerprints[$0]
        }
        for name in changed {
            guard let value = fingerprints[name] else { continue }
            if inputs[name] == nil {
                inputs[name] = InputHistory(rawValue: value)
            } else {
                inputs[name]?.append(value, from: epoch + 1)
            }
        }
        return changed
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

extension TrainingState {
    /// Decodes a state; those of earlier versions have the fingerprints among the options.
    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        epoch = try values.decode(Int.self, forKey: .epoch)
        optimiserSteps = try values.decode(Int.self, forKey: .optimiserSteps)
        schedule = try values.decode(PlateauSchedule.self, forKey: .schedule)
        bestLoss = try values.decodeIfPresent(Double.self, forKey: .bestLoss)
        options = try values.decode([String: String].self, forKey: .options)
        recordings = try values.decodeIfPresent([EarlierRecording].self, forKey: .recordings)
        modelHash = try values.decodeIfPresent(String.self, forKey: .modelHash)
        inputs = try values.decodeIfPresent([String: InputHistory].self, forKey: .inputs) ?? [:]
        for (name, option) in [
            ("dataset", "a --data of fingerprint"), ("vae", "a vae.safetensors of fingerprint"),
        ] {
            guard let value = options.removeValue(forKey: option) else { continue }
            inputs[name] = InputHistory(rawValue: value)
        }
    }
}
