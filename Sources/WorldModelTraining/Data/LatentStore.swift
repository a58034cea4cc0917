// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import ArrayFiles
import WorldModel

/// A dataset as M sees it: every frame's latent distribution, action, reward and termination.
///
/// It is computed once for a V and a dataset and kept in a file that is mapped, not read, so that
/// a dataset larger than the memory can be trained on. A row is mean (latent), log-sigma (latent),
/// action, reward, termination, in single precision.
struct LatentStore {
    /// A recording's rows.
    struct Recording: Codable, Hashable {
        var path: String
        var start: Int
        var length: Int
    }

    /// What the rows were computed from, and where they are.
    struct Index: Codable, Hashable {
        /// A hash of V's file and the dataset's fingerprint.
        var key: String
        var latent: Int
        var actions: Int
        var recordings: [Recording]
        /// The files that could not be read.
        var skipped: [String: String]

        /// How many rows there are; nil where the recordings' do not follow one another.
        var rowCount: Int? {
            var count = 0
            for recording in recordings {
                guard recording.start == count, (0...1 << 30).contains(recording.length) else {
                    return nil
                }
                count += recording.length
            }
            return count
        }
    }

    /// Where the rows are.
    let index: Index
    private let rows: Data

    /// The numbers of a row.
    static func width(latent: Int, actions: Int) -> Int { 2 * latent + actions + 2 }

    /// Gives access to a row: mean, log-sigma, action, reward, termination.
    func withRow<Result>(_ row: Int, _ body: (UnsafePointer<Float>) -> Result) -> Result {
        let width = Self.width(latent: index.latent, actions: index.actions)
        return rows.withUnsafeBytes { bytes in
            let floats = bytes.bindMemory(to: Float.self)
            precondition((row + 1) * width <= floats.count, "row \(row) is beyond the file's end")
            guard let base = floats.baseAddress else { preconditionFailure("an empty file") }
            return body(base + row * width)
        }
    }

    /// Opens the directory's rows if they are of this V's file and dataset, else computes them.
    ///
    /// - Throws: `FileError`, `TrainingError`, `ParameterError`, or what `tell` throws.
    init(
        directory: URL, dataset: RolloutDataset, vae: URL, actions: Int, pool: WorkerPool,
        _ tell: (TrainingEvent) throws -> Void
    ) throws {
        let parameters = try VAEParameters(contentsOf: vae)
        var hash = StableHash()
        hash.combine(try Self.fingerprint(vae: vae))
        hash.combine(dataset.fingerprint)
        let indexURL = directory.appending(path: "latents.json")
        let rowsURL = directory.appending(path: "latents.bin")
        let width = Self.width(latent: parameters.latentSize, actions: actions)
        if let data = try? Data(contentsOf: indexURL),
            let index = try? JSONDecoder().decode(Index.self, from: data), index.key == hash.text,
            index.actions == actions, index.latent == parameters.latentSize,
            let count = index.rowCount,
            let rows = try? Data(contentsOf: rowsURL, options: .alwaysMapped),
            rows.count == count * width * 4
        {
            self.index = index
            self.rows = rows
            return
        }
        // The index is removed first and written last, so that it never describes other rows.
        try? FileManager.default.removeItem(at: indexURL)
        index = try Self.encode(
            dataset, parameters: parameters, key: hash.text, actions: actions, to: rowsURL,
            pool: pool, tell)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        try AtomicFile.write(encoder.encode(index), to: indexURL)
        rows = try Data(contentsOf: rowsURL, options: .alwaysMapped)
    }

    /// A hash of V's file, or another model's.
    static func fingerprint(vae: URL) throws -> String {
        var hash = StableHash()
        hash.combine(try Data(contentsOf: vae))
        return hash.text
    }

    /// The frames that go through the encoder at once.
    private static let batch = 64

    private static func encode(
        _ dataset: RolloutDataset, parameters: VAEParameters, key: String, actions: Int,
        to url: URL, pool: WorkerPool, _ tell: (TrainingEvent) throws -> Void
    ) throws -> Index {
        let encoder = FrameEncoder(parameters, maximumBatch: batch, pool: pool)
        let file = try AtomicFile(replacing: url)
        let total = dataset.recordings.reduce(0) { $0 + $1.length }
        var reporter = ProgressReporter("encoding", unit: "images", total: total)
        var index = Index(
            key: key, latent: parameters.latentSize, actions: actions, recordings: [], skipped: [:])
        var start = 0
        for recording in dataset.recordings {
            guard recording.actionSize == actions else {
                throw TrainingError.wrongActionSize(
                    path: recording.path, found: recording.actionSize, expected: actions)
            }
            let rollout: RolloutFile
            do {
                rollout = try RolloutFile(contentsOf: recording.url)
            } catch {
                index.skipped[recording.path] = String(describing: error)
                try tell(.skipped(path: recording.path, reason: String(describing: error)))
                continue
            }
            try file.append(
                rows(of: rollout, encoder).withUnsafeBytes { Data($0) })
            index.recordings.append(
                Recording(path: recording.path, start: start, length: rollout.length))
            start += rollout.length
            try reporter.advance(by: rollout.length, loss: 0, tell)
        }
        guard start > 0 else {
            throw TrainingError.emptyDataset(
                path: dataset.directory.path, skipped: index.skipped.count,
                firstReason: index.skipped.values.min())
        }
        try file.commit()
        return index
    }

    /// The rows of one recording.
    private static func rows(of rollout: RolloutFile, _ encoder: FrameEncoder) -> [Float] {
        let frames = FrameResizer(from: rollout.side, to: FrameStream.side)
            .resize(rollout.observations)
        var rows: [Float] = []
        rows.reserveCapacity(
            rollout.length * width(latent: encoder.width / 2, actions: rollout.actionSize))
        for first in stride(from: 0, to: rollout.length, by: batch) {
            let count = min(batch, rollout.length - first)
            frames.withUnsafeBufferPointer { frames in
                guard let base = frames.baseAddress else { return }
                encoder.encode(base + first * FrameStream.frameSize, count: count)
            }
            for offset in 0..<count {
                let step = first + offset
                rows += encoder.output.elements(encoder.width, from: offset * encoder.width)
                let action = step * rollout.actionSize
                rows += rollout.actions[action..<(action + rollout.actionSize)]
                rows.append(rollout.rewards[step])
                rows.append(rollout.terminals[step] ? 1 : 0)
            }
        }
        return rows
    }
}
