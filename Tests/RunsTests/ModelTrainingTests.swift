// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import RunStore
import Runs
import Testing
import TestSupport
import WorldModel
import WorldModelTraining

struct ModelTrainingTests {
    private struct Stop: Error {}

    private let space: TemporaryDirectory
    private let training: ModelTraining

    init() throws {
        space = try TemporaryDirectory()
        training = ModelTraining(
            data: space.file("data").path, visualEpochs: 2, memoryEpochs: 0)
        try FileManager.default.createDirectory(
            at: space.file("data"), withIntermediateDirectories: true)
        for index in 0..<2 {
            let frames = 3
            try RolloutFile(
                observations: (0..<frames * 64 * 64 * 3).map { UInt8(truncatingIfNeeded: $0) },
                actions: [Float](repeating: 0, count: frames * 3),
                rewards: [Float](repeating: 0, count: frames), terminals: [false, false, true]
            ).write(to: space.file("data/\(index).npz"))
        }
    }

    /// The epochs that are trained.
    private func run(_ store: RunStore, stopAfter last: Int = .max) throws -> [Int] {
        var epochs: [Int] = []
        try training.run(store, seed: 1, skipsMemory: true) { event in
            guard case .training(_, .epoch(let epoch)) = event else { return }
            epochs.append(epoch.epoch)
            if epoch.epoch == last { throw Stop() }
        }
        return epochs
    }

    @Test func `training that was stopped goes on, though V's file is there, and ends once`()
        throws
    {
        let store = try RunStore(space.run(), holder: "a test")
        #expect(throws: Stop.self) { try run(store, stopAfter: 1) }
        let mark = store.directory.unfinishedTraining(of: .vae).path
        #expect(FileManager.default.fileExists(atPath: store.directory.file(of: .vae).path))
        #expect(FileManager.default.fileExists(atPath: mark))
        #expect(try run(store) == [2])
        #expect(!FileManager.default.fileExists(atPath: mark))
        #expect(try run(store) == [])
        let kinds = try store.reader.events().map(\.kind)
        #expect(
            kinds == ["vae-training-began", "vae-training-began", "vae-training-ended"])
        #expect(Set(try store.reader.losses().map(\.epoch)) == [1, 2])
    }

    @Test func `a model that is there is not trained, and what events say does not count`() throws {
        let store = try RunStore(space.run(models: ["vae"]), holder: "a test")
        try store.note("vae-training-began", "of another program")
        #expect(try run(store) == [])
    }
}
