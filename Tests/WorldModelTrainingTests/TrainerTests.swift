// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import SeededRandom
import Tensors
import Testing
import WorldModel

@testable import WorldModelTraining

struct TrainerTests {
    /// A directory that is removed with the object.
    private final class Workspace {
        let root = FileManager.default.temporaryDirectory.appending(
            path: "trainer-tests-\(UUID().uuidString)")
        var data: URL { root.appending(path: "data") }

        init(files: Int = 3, length: Int = 12) throws {
            for index in 0..<files {
                let directory = data.appending(path: "thread_\(index % 2)")
                try FileManager.default.createDirectory(
                    at: directory, withIntermediateDirectories: true)
                try TrainerTests.rollout(seed: UInt64(index), length: length).write(
                    to: directory.appending(path: "rollout_\(index).npz"))
            }
        }

        deinit { try? FileManager.default.removeItem(at: root) }

        func vae(_ name: String, epochs: Int, threads: Int = 2) -> VAETrainer {
            var settings = VAETrainer.Configuration(
                logdir: root.appending(path: name), data: data)
            settings.epochs = epochs
            settings.batchSize = 9
            settings.threads = threads
            return VAETrainer(settings, sizes: VAENetworkTests.small)
        }

        func mdrnn(_ name: String, epochs: Int, threads: Int = 2) -> MDRNNTrainer {
            var settings = MDRNNTrainer.Configuration(
                logdir: root.appending(path: name), data: data)
            settings.epochs = epochs
            settings.batchSize = 9
            settings.sequenceLength = 4
            settings.hiddenSize = 8
            settings.mixtures = 2
            settings.threads = threads
            return MDRNNTrainer(settings)
        }

        func bytes(_ path: String) throws -> Data {
            try Data(contentsOf: root.appending(path: path))
        }
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

    @Test func `training stopped and resumed ends with the same bits, on one thread or two`()
        throws
    {
        let space = try Workspace()
        _ = try space.vae("whole", epochs: 3).run { _ in }
        _ = try space.vae("parts", epochs: 1, threads: 1).run { _ in }
        _ = try space.vae("parts", epochs: 3, threads: 1).run { _ in }
        for file in ["vae.safetensors", "training/vae-state.safetensors"] {
            #expect(try space.bytes("whole/" + file) == space.bytes("parts/" + file))
        }
        _ = try space.mdrnn("whole", epochs: 3).run { _ in }
        _ = try space.mdrnn("parts", epochs: 2, threads: 1).run { _ in }
        _ = try space.mdrnn("parts", epochs: 3, threads: 1).run { _ in }
        for file in ["mdrnn.safetensors", "training/mdrnn-state.safetensors"] {
            #expect(try space.bytes("whole/" + file) == space.bytes("parts/" + file))
        }
    }

    @Test func `an interrupted epoch leaves no trace`() throws {
        struct Stop: Error {}
        let space = try Workspace()
        _ = try space.vae("whole", epochs: 2).run { _ in }
        #expect(throws: Stop.self) {
            try space.vae("parts", epochs: 2).run { event in
                if case .progress(let progress) = event, progress.epoch == 2,
                    progress.activity == "training"
                {
                    throw Stop()
                }
            }
        }
        _ = try space.vae("parts", epochs: 2).run { _ in }
        #expect(try space.bytes("whole/vae.safetensors") == space.bytes("parts/vae.safetensors"))
    }

    @Test func `the loss falls, and log and pictures are there`() throws {
        let space = try Workspace(files: 4)
        var epochs: [TrainingEpoch] = []
        let summary = try space.vae("run", epochs: 6).run { event in
            if case .epoch(let epoch) = event { epochs.append(epoch) }
        }
        #expect(epochs.map(\.epoch) == Array(1...6))
        #expect(epochs[5].heldOutLoss < 0.97 * epochs[0].heldOutLoss)
        #expect(summary.bestLoss == epochs.map(\.heldOutLoss).min())
        let log = String(
            decoding: try space.bytes("run/training/vae-losses.jsonl"), as: UTF8.self)
        #expect(log.split(separator: "\n").count == 6)
        let png = try space.bytes("run/pictures/vae-reconstructions-0006.png")
        #expect(png.starts(with: [0x89, 0x50, 0x4e, 0x47]))

        var losses: [Double] = []
        _ = try space.mdrnn("run", epochs: 8).run { event in
            if case .epoch(let epoch) = event { losses.append(epoch.heldOutLoss) }
        }
        #expect(losses.count == 8)
        #expect((losses.min() ?? 0) < losses[0])
    }

    @Test func `a damaged file is skipped by name and counted`() throws {
        let space = try Workspace()
        let path = "thread_0/rollout_9.npz"
        try Data("no archive".utf8).write(to: space.data.appending(path: path))
        var skipped: [String] = []
        let summary = try space.vae("run", epochs: 1).run { event in
            if case .skipped(let path, _) = event { skipped.append(path) }
        }
        #expect(skipped == [path])
        #expect(summary.skippedFiles == 1)
    }

    @Test func `what is held out does not depend on where the dataset lies`() throws {
        let first = try Workspace(files: 5, length: 1)
        let second = try Workspace(files: 5, length: 1)
        let paths = try [first, second].map {
            try RolloutDataset(directory: $0.data, heldOutShare: 0.4, seed: 3).heldOut.map(\.path)
        }
        #expect(paths[0] == paths[1])
        #expect(paths[0].count == 2)
        let others = try (0..<8).map {
            try RolloutDataset(directory: first.data, heldOutShare: 0.4, seed: $0).heldOut
        }
        #expect(Set(others).count > 1)
    }

    @Test func `M without V, no data and short recordings are refused`() throws {
        let space = try Workspace(files: 2, length: 3)
        let vae = space.root.appending(path: "run/vae.safetensors").path
        #expect(throws: TrainingError.missingVAE(path: vae)) {
            try space.mdrnn("run", epochs: 1).run { _ in }
        }
        _ = try space.vae("run", epochs: 1).run { _ in }
        #expect(throws: TrainingError.recordingsTooShort(path: space.data.path, steps: 4)) {
            try space.mdrnn("run", epochs: 1).run { _ in }
        }
        try FileManager.default.removeItem(at: space.data)
        #expect(throws: TrainingError.missingDataset(path: space.data.path)) {
            try space.vae("run", epochs: 2).run { _ in }
        }
    }

    @Test func `frames that do not fit in memory are streamed, each once`() throws {
        let space = try Workspace(files: 4, length: 6)
        let dataset = try RolloutDataset(directory: space.data, heldOutShare: 0)
        #expect(dataset.recordings.count == 4)
        func hashes(limit: Int, seed: UInt64?) throws -> [Int] {
            var generator = seed.map { PCG64(seed: $0) }
            let stream = FrameStream(dataset.recordings, byteLimit: limit)
            var result: [Int] = []
            try stream.forEachBatch(size: 5, generator: &generator) { frames, count in
                for index in 0..<count {
                    let start = frames + index * FrameStream.frameSize
                    result.append(
                        Array(UnsafeBufferPointer(start: start, count: FrameStream.frameSize))
                            .hashValue)
                }
            }
            return result
        }
        let whole = try hashes(limit: 1 << 30, seed: nil)
        #expect(whole.count == 24)
        let streamed = try hashes(limit: 13 * FrameStream.frameSize, seed: 4)
        #expect(streamed.sorted() == whole.sorted())
        #expect(streamed != whole)
        #expect(try hashes(limit: 13 * FrameStream.frameSize, seed: 4) == streamed)
    }
}
