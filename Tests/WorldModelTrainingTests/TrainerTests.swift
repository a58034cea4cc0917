// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import SeededRandom
import Testing
import WorldModel

@testable import WorldModelTraining

struct TrainerTests {
    @Test func `training stopped and resumed ends with the same bits, on one thread or two`()
        throws
    {
        let space = try TrainingWorkspace()
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
        let space = try TrainingWorkspace()
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
        let space = try TrainingWorkspace(files: 4)
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

    @Test func `a model that was put there is kept by another name when a better one comes`()
        throws
    {
        let space = try TrainingWorkspace()
        _ = try space.vae("run", epochs: 1).run { _ in }
        let given = try space.bytes("run/vae.safetensors")
        // Without its state it is a file that came from elsewhere.
        try FileManager.default.removeItem(at: space.root.appending(path: "run/training"))
        let told = try space.told { try space.vae("run", epochs: 6).run($0) }
        #expect(try space.bytes("run/vae.safetensors") != given)
        let kept = try #require(
            told.first { $0.contains("is kept as") }?.split(separator: " ").last)
        #expect(try space.bytes("run/\(kept)") == given)
        // What training itself has made is not kept, epoch by epoch.
        #expect(told.filter { $0.contains("is kept as") }.count == 1)
        #expect(try space.told { try space.vae("run", epochs: 8).run($0) } == [])
    }

    @Test func `without pictures the weights are the same`() throws {
        let space = try TrainingWorkspace()
        _ = try space.vae("shown", epochs: 1).run { _ in }
        _ = try space.vae("bare", epochs: 1) { $0.drawsPictures = false }.run { _ in }
        #expect(space.exists("shown/pictures/vae-samples-0001.png"))
        #expect(!space.exists("bare/pictures/vae-samples-0001.png"))
        #expect(!space.exists("bare/pictures/vae-reconstructions-0001.png"))
        #expect(try space.bytes("shown/vae.safetensors") == space.bytes("bare/vae.safetensors"))
    }

    @Test func `a damaged file is skipped by name and counted`() throws {
        let space = try TrainingWorkspace()
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
        let first = try TrainingWorkspace(files: 5, length: 1)
        let second = try TrainingWorkspace(files: 5, length: 1)
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
        let space = try TrainingWorkspace(files: 2, length: 3)
        let vae = space.root.appending(path: "run/vae.safetensors").path
        #expect(throws: TrainingError.missingVAE(path: vae)) {
            try space.mdrnn("run", epochs: 1).run { _ in }
        }
        _ = try space.vae("run", epochs: 1).run { _ in }
        #expect(throws: TrainingError.recordingsTooShort(path: space.data.path, steps: 4)) {
            try space.mdrnn("run", epochs: 1).run { _ in }
        }
        let longer = try TrainingWorkspace(files: 3, length: 12)
        _ = try longer.vae("run", epochs: 1).run { _ in }
        let split = try JSONDecoder().decode(
            [String: [String]].self,
            from: Data(contentsOf: longer.root.appending(path: "run/training/split.json")))
        let names = split["heldOut"] ?? []
        let heldOut = try #require((0..<3).first { names.first?.contains("_\($0).") == true })
        try longer.record(heldOut..<heldOut + 1, length: 3)
        #expect(throws: TrainingError.heldOutTooShort(path: longer.data.path, steps: 4)) {
            try longer.mdrnn("run", epochs: 1).run { _ in }
        }
        try FileManager.default.removeItem(at: space.data)
        #expect(throws: TrainingError.missingDataset(path: space.data.path)) {
            try space.vae("run", epochs: 2).run { _ in }
        }
    }

    @Test func `a model put in the place of a training's own is kept`() throws {
        let space = try TrainingWorkspace()
        _ = try space.vae("run", epochs: 1).run { _ in }
        _ = try space.vae("other", epochs: 1) { $0.run.seed = 5 }.run { _ in }
        let other = try space.bytes("other/vae.safetensors")
        try other.write(to: space.root.appending(path: "run/vae.safetensors"))
        let told = try space.told { try space.vae("run", epochs: 6).run($0) }
        #expect(try space.bytes("run/vae.safetensors") != other)
        let kept = try #require(
            told.first { $0.contains("is kept as") }?.split(separator: " ").last)
        #expect(try space.bytes("run/\(kept)") == other)
        #expect(told.filter { $0.contains("is kept as") }.count == 1)
        // Its own it replaces.
        #expect(try space.told { try space.vae("run", epochs: 8).run($0) } == [])
    }

    @Test func `frames that do not fit in memory are streamed, each once`() throws {
        let space = try TrainingWorkspace(files: 4, length: 6)
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
