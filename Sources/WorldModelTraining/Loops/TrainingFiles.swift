// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
package import Foundation
package import WorldModel

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

    /// The recordings that were read whole and found sound.
    var index: URL { training.appending(path: "recordings.json") }

    /// The split that V's training noted, of recordings that are among those of a dataset.
    func split(of dataset: RolloutDataset) -> [EarlierRecording]? {
        guard let data = try? Data(contentsOf: training.appending(path: "split.json")),
            let split = try? JSONDecoder().decode([String: [String]].self, from: data)
        else { return nil }
        let training = Set(split["training"] ?? [])
        let heldOut = Set(split["heldOut"] ?? []).subtracting(training)
        return dataset.recordings.filter { training.contains($0.path) || heldOut.contains($0.path) }
            .map { EarlierRecording($0, isHeldOut: heldOut.contains($0.path)) }
    }

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

    /// Gives a model that is there a second name, with the time of its last change, so that another
    /// can take its place; there is one under its usual name all the time.
    ///
    /// - Returns: The second name.
    /// - Throws: `FileError`.
    func keepAside(_ part: Agent.Part) throws -> URL {
        let original = model(part).resolvingSymlinksInPath()
        var status = stat()
        guard stat(original.path, &status) == 0 else {
            throw FileError(code: errno, path: original.path, action: "read")
        }
        let time = Date(timeIntervalSince1970: Double(status.st_mtim.tv_sec))
            .formatted(.iso8601.dateSeparator(.omitted).timeSeparator(.omitted))
        var number = 1
        while true {
            let suffix = number == 1 ? "" : "-\(number)"
            let kept = logdir.appending(path: "\(part).\(time)\(suffix).safetensors")
            if link(original.path, kept.path) == 0 { return kept }
            guard errno == EEXIST else {
                // Not every file system has links.
                try AtomicFile.write(try Data(contentsOf: original), to: kept)
                return kept
            }
            number += 1
        }
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

extension TrainingEpoch {
    /// The epochs of a model that the log in a run's directory has, in their order.
    package static func logged(_ part: Agent.Part, in logdir: URL) -> [TrainingEpoch] {
        let log = TrainingFiles(logdir: logdir).log(part.rawValue)
        let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
        return text.split(separator: "\n")
            .compactMap { try? JSONDecoder().decode(Self.self, from: Data($0.utf8)) }
            .filter { $0.model == part.rawValue }
            .sorted { $0.epoch < $1.epoch }
    }
}
