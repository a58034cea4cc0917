// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import SeededRandom
import Tensors
import Testing
import WorldModel

@testable import WorldModelTraining

struct ToolTests {
    private static func withTemporaryDirectory(_ body: (URL) throws -> Void) throws {
        let url = FileManager.default.temporaryDirectory.appending(
            path: "tool-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: url) }
        try body(url)
    }

    private static let recurrent = MDRNNSizes(latent: 4, hidden: 6, mixtures: 2)

    private static func saveModels(_ logdir: URL) throws -> (VAEParameters, MDRNNParameters) {
        var generator = PCG64(seed: 1)
        let vae = VAEParameters(randomFrom: &generator, sizes: VAENetworkTests.small)
        let mdrnn = MDRNNParameters(randomFrom: &generator, sizes: recurrent)
        try vae.file().write(to: logdir.appending(path: "vae.safetensors"))
        try mdrnn.file().write(to: logdir.appending(path: "mdrnn.safetensors"))
        return (vae, mdrnn)
    }

    private static func recording(length: Int) -> RolloutFile {
        var generator = PCG64(seed: 2)
        return RolloutFile(
            observations: (0..<(length * 64 * 64 * 3)).map { UInt8(truncatingIfNeeded: $0 / 97) },
            actions: (0..<(3 * length)).map { _ in Float(generator.uniform(-1, 1)) },
            rewards: [Float](repeating: 1, count: length),
            terminals: [Bool](repeating: false, count: length))
    }

    @Test func `step by step M computes what it does for whole sequences`() {
        var generator = PCG64(seed: 3)
        let parameters = MDRNNParameters(randomFrom: &generator, sizes: Self.recurrent)
        let inputs = (0..<(5 * 7)).map { _ in Float(generator.uniform(-1, 1)) }
        let network = MDRNNNetwork(
            parameters, steps: 5, maximumBatch: 1, pool: WorkerPool(threads: 1))
        let whole = network.outputs(inputs, count: 1).head
        let stepper = MDRNNStepper(parameters)
        for step in 0..<5 {
            let row = Array(inputs[(step * 7)..<(step * 7 + 7)])
            let head = stepper.step(action: row[..<3], latent: Array(row[3...]))
            let width = Self.recurrent.output
            let expected = MixtureHead(
                whole[(step * width)..<((step + 1) * width)], sizes: Self.recurrent)
            #expect(largestDifference(head.means, expected.means) < 1e-6)
            #expect(largestDifference(head.sigmas, expected.sigmas) < 1e-6)
            #expect(largestDifference(head.logWeights, expected.logWeights) < 1e-6)
            let total = head.logWeights.reduce(0) { $0 + exp($1) }
            #expect(abs(total - 1) < 1e-6)
        }
    }

    @Test func `draws follow the temperature`() {
        let sizes = MDRNNSizes(latent: 2, hidden: 1, mixtures: 2)
        // Means 1 and 5, sigmas 1, weights 1/4 and 3/4.
        let row: [Float] = [1, 1, 5, 5, 0, 0, 0, 0, 0, log(3), 0, 0]
        let head = MixtureHead(row[...], sizes: sizes)
        var generator = PCG64(seed: 4)
        #expect(head.sample(&generator, temperature: 0) == [5, 5])
        let draws = (0..<4000).map { _ in head.sample(&generator, temperature: 1)[0] }
        let mean = draws.reduce(0, +) / 4000
        #expect(abs(mean - 4) < 0.2)
        let tame = (0..<1000).map { _ in head.sample(&generator, temperature: 0.04)[0] }
        #expect((tame.map { abs($0 - 5) }.max() ?? 9) < 1)
    }

    @Test func `the models' outputs are written under their names`() throws {
        try Self.withTemporaryDirectory { directory in
            let (vae, _) = try Self.saveModels(directory)
            let input = directory.appending(path: "in.npz")
            let writer = try NPZWriter(to: input)
            let frames = Self.recording(length: 3).observations
            try writer.add("observations", frames, shape: [3, 64, 64, 3])
            try writer.add("actions", [Float](repeating: 0.5, count: 18), shape: [3, 2, 3])
            try writer.add("latents", [Float](repeating: 0.1, count: 24), shape: [3, 2, 4])
            try writer.finish()
            let output = directory.appending(path: "out.npz")
            try ModelForward(logdir: directory, threads: 1).run(input: input, output: output)
            let reader = try NPZReader(contentsOf: output)
            let shapes = [
                "mu": [3, 4], "logsigma": [3, 4], "reconstruction": [3, 64, 64, 3],
                "logpi": [3, 2, 2], "means": [3, 2, 2, 4], "sigmas": [3, 2, 2, 4],
                "rewards": [3, 2], "terminal_logits": [3, 2], "hidden": [3, 2, 6],
            ]
            #expect(Set(reader.arrayNames) == Set(shapes.keys))
            for (name, shape) in shapes { #expect(try reader.header(name).shape == shape) }
            let network = VAENetwork(vae, maximumBatch: 3, pool: WorkerPool(threads: 2))
            network.encode(frames, count: 3)
            #expect(try reader.array("mu").floats() == network.batch.mean.values)
        }
    }

    @Test func `inputs of another shape are refused`() throws {
        try Self.withTemporaryDirectory { directory in
            _ = try Self.saveModels(directory)
            let input = directory.appending(path: "in.npz")
            let writer = try NPZWriter(to: input)
            try writer.add("observations", [UInt8](repeating: 0, count: 12), shape: [1, 2, 2, 3])
            try writer.finish()
            #expect(
                throws: ModelForward.Failure.wrongShape(
                    file: input.path, array: "observations", found: [1, 2, 2, 3],
                    expected: "(N, 64, 64, 3)")
            ) {
                try ModelForward(logdir: directory, threads: 1).run(
                    input: input, output: directory.appending(path: "out.npz"))
            }
        }
    }

    @Test func `a dream is a film, the same for the same seed`() throws {
        try Self.withTemporaryDirectory { directory in
            _ = try Self.saveModels(directory)
            let recording = directory.appending(path: "recording.npz")
            try Self.recording(length: 6).write(to: recording)
            let films = try [1, 1, 2].enumerated().map { index, seed in
                let film = directory.appending(path: "dream\(index).gif")
                var settings = Dream.Configuration(
                    logdir: directory, recording: recording, output: film)
                settings.start = 2
                settings.seed = UInt64(seed)
                settings.scale = 1
                #expect(try Dream(settings).run().steps == 4)
                return try Data(contentsOf: film)
            }
            #expect(films[0].starts(with: Data("GIF89a".utf8)))
            #expect(films[0] == films[1])
            #expect(films[0] != films[2])
        }
    }

    @Test func `shrinking keeps a plain colour and averages edges as Pillow does`() {
        let plain = [UInt8](repeating: 77, count: 96 * 96 * 3)
        let small = FrameResizer(from: 96, to: 64).resize(plain)
        #expect(small == [UInt8](repeating: 77, count: 64 * 64 * 3))
        // Pillow's bilinear resize of the columns 0, 100, 200 to 2 gives these.
        let row: [UInt8] = [0, 0, 0, 100, 100, 100, 200, 200, 200]
        let shrunk = FrameResizer(from: 3, to: 2).resize(row + row + row)
        #expect(Array(shrunk[..<6]) == [38, 38, 38, 163, 163, 163])
    }
}
