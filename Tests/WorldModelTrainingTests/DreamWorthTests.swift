// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Foundation
import SeededRandom
import Testing
import WorldModel

@testable import WorldModelTraining

/// What is said of M's rewards and ends.
struct DreamWorthTests {
    @Test func `a correlation is Pearson's, and none where nothing varies`() {
        #expect(abs(DreamWorth.correlation([1, 2, 3], [5, 7, 9]) - 1) < 1e-12)
        #expect(abs(DreamWorth.correlation([1, 2, 3], [9, 7, 5]) + 1) < 1e-12)
        #expect(abs(DreamWorth.correlation([1, 2, 3, 4], [1, 3, 2, 4]) - 0.8) < 1e-12)
        #expect(DreamWorth.correlation([1, 1], [1, 2]).isNaN)
    }

    @Test func `M's sums and ends are held against those of the recordings`() throws {
        let space = try TrainingWorkspace(files: 4, length: 120)
        _ = try space.vae("run", epochs: 1).run { _ in }
        let told = try space.told(
            space.mdrnn("run", epochs: 1) { $0.includesReward = true }.run)
        #expect(told.contains { $0.hasPrefix("rewards over 50 steps, held out: correlation") })
        #expect(told.contains { $0.hasPrefix("ends, held out: where M gave a probability") })
        let dataset = try RolloutDataset(
            directory: space.data, heldOutShare: 0.1, seed: 1)
        let store = try LatentStore(
            directory: space.root.appending(path: "run/training"), dataset: dataset,
            vae: space.root.appending(path: "run/vae.safetensors"), actions: 3,
            pool: WorkerPool(threads: 1)
        ) { _ in }
        let paths = Set(store.index.recordings.map(\.path))
        // An M that knows nothing but its biases: a reward of 0.5 a step, an end in every fourth.
        let sizes = MDRNNSizes(latent: store.index.latent, hidden: 8, mixtures: 2)
        var generator = PCG64(seed: 1)
        var tensors = MDRNNParameters(randomFrom: &generator, sizes: sizes).tensors
        tensors["gmm_linear.weight"]?.values = [Float](repeating: 0, count: sizes.output * 8)
        tensors["gmm_linear.bias"]?.values[sizes.output - 2] = 0.5
        tensors["gmm_linear.bias"]?.values[sizes.output - 1] = -log(3)
        let report = try #require(
            try DreamWorth(store, MDRNNParameters(checked: tensors, sizes: sizes)).report(
                of: paths, streams: SeedStreams(root: 1)))
        // Of each recording the last two windows, with a reward of -0.1 a step and one end.
        #expect(report.windows == 8)
        #expect(abs(report.realMean + 5) < 1e-4 && abs(report.dreamtMean - 25) < 1e-4)
        #expect(report.ends.map(\.steps) == [0, 0, 400, 0])
        #expect(report.ends[2].ends == 4 && abs(report.ends[2].expected - 100) < 1e-3)
        #expect(
            try DreamWorth(store, MDRNNParameters(checked: tensors, sizes: sizes)).report(
                of: ["none"], streams: SeedStreams(root: 1)) == nil)
    }
}
