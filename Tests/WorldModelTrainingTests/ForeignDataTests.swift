// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Foundation
import SeededRandom
import TestSupport
import Testing
import WorldModel

@testable import WorldModelTraining

/// Recordings as people have them: damaged, linked, of other programs.
struct ForeignDataTests {
    private func copy(_ fixture: String, to url: URL) throws {
        let source = try #require(
            Bundle.module.url(forResource: "Golden/foreign/" + fixture, withExtension: nil))
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: source, to: url)
    }

    /// Changes a byte in the middle of a file.
    private func flip(_ url: URL) throws {
        var data = try Data(contentsOf: url)
        data[data.count / 2] ^= 0x10
        try data.write(to: url)
    }

    @Test(arguments: ["a NaN reward", "a flipped bit"])
    func `a damaged file is left out by all that read recordings, even if it would be held out`(
        damage: String
    ) throws {
        let space = try TrainingWorkspace(files: 3)
        let seed = SeedStreams(root: 1).seed("held-out")
        let victim = try #require(
            RolloutDataset(directory: space.data, seed: seed).heldOut.first)
        if damage == "a flipped bit" {
            try flip(victim.url)
        } else {
            try FileManager.default.removeItem(at: victim.url)
            try copy("nan_reward.npz", to: victim.url)
        }
        let visual = try space.told { try space.vae("run", epochs: 1).run($0) }
        let memory = try space.told { try space.mdrnn("run", epochs: 1).run($0) }
        for told in [visual, memory] {
            #expect(told.count == 1 && told[0].hasPrefix("skipped \(victim.path): "))
        }
        let summary = DatasetSummary(try RolloutDataset(directory: space.data))
        #expect(summary.damaged.keys.sorted() == [victim.path])
        #expect(summary.recordings == 2)
    }

    @Test func `a file is read whole once, and again when it has changed`() throws {
        let space = try TrainingWorkspace(files: 3)
        var index = RecordingIndex(of: space.data)
        var checked = 0
        func open() throws -> RolloutDataset {
            checked = 0
            return try RolloutDataset(
                directory: space.data, heldOutShare: 0.1, seed: 1, index: &index
            ) { event in
                if case .progress(let progress) = event { checked = progress.done }
            }
        }
        let first = try open()
        #expect(checked == 3)
        let file = space.root.appending(path: "index.json")
        try index.write(to: file)
        index = RecordingIndex(contentsOf: file, of: space.data)
        #expect(try open().recordings == first.recordings)
        #expect(checked == 0)
        try flip(first.recordings[1].url)
        #expect(try open().skipped.map(\.path) == [first.recordings[1].path])
        #expect(checked == 1)
        // What was damaged is looked at again.
        try flip(first.recordings[1].url)
        #expect(try open().skipped.isEmpty)
        // Another directory's index says nothing of this one.
        index = RecordingIndex(contentsOf: file, of: space.root)
        _ = try open()
        #expect(checked == 3)
    }

    @Test func `files that vanish while V trains end it with an error`() throws {
        let space = try TrainingWorkspace(files: 2)
        #expect(throws: TrainingError.self) {
            try space.vae("run", epochs: 1).run { event in
                if case .started = event { try FileManager.default.removeItem(at: space.data) }
            }
        }
    }

    @Test func `links to the data and within it are followed, and loops end`() throws {
        let space = try TrainingWorkspace(files: 3, length: 2)
        let files = FileManager.default
        let elsewhere = space.root.appending(path: "elsewhere")
        try files.moveItem(at: space.data.appending(path: "thread_1"), to: elsewhere)
        func link(_ path: String, _ target: String) throws {
            try files.createSymbolicLink(
                atPath: space.root.appending(path: path).path, withDestinationPath: target)
        }
        try link("data/linked", "../elsewhere")
        try link("data/again", "thread_0")
        try link("data/thread_0/loop", "..")
        try link("elsewhere/back", "../data")
        try link("data/nowhere", "missing")
        try link("here", "data")
        let dataset = try RolloutDataset(directory: space.root.appending(path: "here"))
        #expect(
            dataset.recordings.map(\.path) == [
                "linked/rollout_1.npz", "thread_0/rollout_0.npz", "thread_0/rollout_2.npz",
            ])
        #expect(dataset.skipped.map(\.path) == ["nowhere"])
    }

    @Test func `a folder whose name is no text is named, and why it is left out`() throws {
        let space = try TrainingWorkspace(files: 2, length: 2)
        let path = space.data.appending(path: "caf").path.utf8CString.dropLast()
        let name = Array(path) + [CChar(bitPattern: 0xe9), 0]
        #expect(mkdir(name, 0o700) == 0)
        defer { rmdir(name) }
        let skipped = try RolloutDataset(directory: space.data).skipped
        #expect(skipped.count == 1 && skipped[0].reason.contains("not UTF-8"), "\(skipped)")
    }

    @Test(arguments: [("brown.npz", 1), ("early.npz", 2)])
    func `the original's recordings are read up to their last observation, which is said`(
        fixture: String, surplus: Int
    ) throws {
        let directory = try TemporaryDirectory()
        try copy(fixture, to: directory.file("rollout.npz"))
        let dataset = try RolloutDataset(directory: directory.url)
        let recording = dataset.recordings[0]
        #expect(recording.facts.surplusActions == surplus)
        let file = try RolloutFile(contentsOf: recording.url)
        #expect(file.length == recording.length && file.actions.count == 3 * file.length)
        let actions = try NPZReader(contentsOf: recording.url).array("actions").floats()
        #expect(file.actions == Array(actions.prefix(file.actions.count)))
        #expect(dataset.notes.contains { $0.contains("more actions than observations") })
    }

    @Test func `rewards that are not there are neither shown as zeros nor trained on`() throws {
        let space = try TrainingWorkspace(files: 0)
        for index in 0..<2 {
            try copy("paper.npz", to: space.data.appending(path: "\(index).npz"))
        }
        let summary = DatasetSummary(try RolloutDataset(directory: space.data))
        #expect(summary.returns == nil && summary.withoutRewards == 2)
        let json = String(decoding: try JSONEncoder().encode(summary), as: UTF8.self)
        #expect(json.contains("\"returns\":null"))
        #expect(summary.notes.contains { $0.hasSuffix("have no rewards") })
        _ = try space.vae("run", epochs: 1).run { _ in }
        #expect(throws: TrainingError.noRewards(path: "0.npz", count: 2)) {
            try space.mdrnn("run", epochs: 1) { $0.includesReward = true }.run { _ in }
        }
        _ = try space.mdrnn("run", epochs: 1).run { _ in }
    }

    @Test func `frames of the paper's code are told from those of drives here`() throws {
        let directory = try TemporaryDirectory()
        func write(_ name: String, _ pixel: (Int) -> [UInt8]) throws {
            let frame = (0..<64).flatMap { row in (0..<64).flatMap { _ in pixel(row) } }
            try RolloutFile(
                observations: frame + frame, actions: [0, 0, 0, 0, 0, 0], rewards: [0, 0],
                terminals: [false, true]
            ).write(to: directory.file(name))
        }
        // Grass above; below the bar, which is black.
        try write("ours.npz") { $0 < 56 ? [102, 204, 102] : [0, 0, 0] }
        #expect(try RolloutDataset(directory: directory.url).notes == [])
        try write("cropped.npz") { _ in [102, 204, 102] }
        try write("inverted.npz") { $0 < 56 ? [153, 51, 153] : [255, 255, 255] }
        try write("paper.npz") { _ in [153, 51, 153] }
        try write("grey.npz") { _ in [90, 90, 90] }
        let notes = try RolloutDataset(directory: directory.url).notes
        #expect(notes.count == 2)
        #expect(notes[0].hasPrefix("2 of 5 recordings (inverted.npz, ...) have inverted colours"))
        #expect(notes[1].hasPrefix("2 of 5 recordings (cropped.npz, ...) lack the bar"))
    }

    @Test func `observations that are no bytes are refused by the file's name`() throws {
        let directory = try TemporaryDirectory()
        let input = directory.file("in.npz")
        let writer = try NPZWriter(to: input)
        try writer.add(
            "observations", [Float](repeating: 0.25, count: 64 * 64 * 3), shape: [1, 64, 64, 3])
        try writer.finish()
        let space = try TrainingWorkspace(files: 2)
        _ = try space.vae("run", epochs: 1).run { _ in }
        #expect(
            throws: ModelForward.Failure.notBytes(
                file: input.path, array: "observations", found: "float32")
        ) {
            try ModelForward(logdir: space.root.appending(path: "run"), threads: 1)
                .run(input: input, output: directory.file("out.npz"))
        }
    }
}
