// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Foundation
import SeededRandom
import TestSupport
import WorldModel

@testable import WorldModelTraining

/// A directory that is removed with the object.
final class TrainingWorkspace {
    private let scratch: TemporaryDirectory
    var root: URL { scratch.url }
    var data: URL { root.appending(path: "data") }

    init(files: Int = 3, length: Int = 12) throws {
        scratch = try TemporaryDirectory()
        try record(0..<files, length: length)
    }

    /// Records more episodes into the same directory.
    func record(_ indices: Range<Int>, length: Int = 12) throws {
        for index in indices {
            let directory = data.appending(path: "thread_\(index % 2)")
            try FileManager.default.createDirectory(
                at: directory, withIntermediateDirectories: true)
            try Self.rollout(seed: UInt64(index), length: length).write(
                to: directory.appending(path: "rollout_\(index).npz"))
        }
    }

    func vae(
        _ name: String, epochs: Int, threads: Int = 2,
        _ change: (inout VAETrainer.Configuration) -> Void = { _ in }
    ) -> VAETrainer {
        var settings = VAETrainer.Configuration(
            logdir: root.appending(path: name), data: data)
        settings.run.epochs = epochs
        settings.run.batchSize = 9
        settings.run.threads = threads
        change(&settings)
        return VAETrainer(settings, sizes: VAENetworkTests.small)
    }

    func mdrnn(
        _ name: String, epochs: Int, threads: Int = 2,
        _ change: (inout MDRNNTrainer.Configuration) -> Void = { _ in }
    ) -> MDRNNTrainer {
        var settings = MDRNNTrainer.Configuration(
            logdir: root.appending(path: name), data: data)
        settings.run.epochs = epochs
        settings.run.batchSize = 9
        settings.sequenceLength = 4
        settings.hiddenSize = 8
        settings.mixtures = 2
        settings.run.threads = threads
        change(&settings)
        return MDRNNTrainer(settings)
    }

    /// What a run tells beside its progress.
    func told(_ run: ((TrainingEvent) throws -> Void) throws -> TrainingSummary) throws -> [String]
    {
        var texts: [String] = []
        _ = try run { event in
            switch event {
            case .noticed(let text): texts.append(text)
            case .skipped(let path, let reason): texts.append("skipped \(path): \(reason)")
            default: break
            }
        }
        return texts
    }

    /// The header of a model's or a state's file.
    func metadata(_ path: String) throws -> [String: String] {
        try SafetensorsFile(contentsOf: root.appending(path: path)).metadata
    }

    func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path)
    }

    func bytes(_ path: String) throws -> Data {
        try Data(contentsOf: root.appending(path: path))
    }

    /// A bright square that moves as the first action says.
    private static func rollout(seed: UInt64, length: Int) -> RolloutFile {
        var generator = PCG64(seed: seed)
        var observations: [UInt8] = []
        var actions: [Float] = []
        var position = 20
        for _ in 0..<length {
            var frame = [UInt8](repeating: 40, count: 64 * 64 * 3)
            for y in 20..<40 {
                for x in position..<(position + 16) { frame[(y * 64 + x) * 3] = 230 }
            }
            observations += frame
            let steering = Float(generator.uniform(-1, 1))
            actions += [steering, 0.5, 0]
            position = max(0, min(48, position + Int(steering * 8)))
        }
        let terminals = (0..<length).map { $0 == length - 1 }
        return RolloutFile(
            observations: observations, actions: actions,
            rewards: [Float](repeating: -0.1, count: length), terminals: terminals)
    }
}
