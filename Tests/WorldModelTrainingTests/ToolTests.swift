// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import SeededRandom
import ArrayFiles
import TestSupport
import Testing
import WorldModel

@testable import WorldModelTraining

struct ToolTests {
    private static func withTemporaryDirectory(_ body: (URL) throws -> Void) throws {
        let directory = try TemporaryDirectory()
        try body(directory.url)
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
            let world = RecordedWorld(Self.recording(length: 6), name: "recording")
            let films = try [1, 1, 2].enumerated().map { index, seed in
                let film = directory.appending(path: "dream\(index).gif")
                var settings = Dream.Configuration(logdir: directory, output: film)
                settings.start = 2
                settings.seed = UInt64(seed)
                settings.scale = 1
                let summary = try Dream(settings).run(world: world, driver: world.driver)
                #expect(summary.steps == 4)
                #expect(summary.realSteps == 4)
                return try Data(contentsOf: film)
            }
            #expect(films[0].starts(with: Data("GIF89a".utf8)))
            #expect(films[0] == films[1])
            #expect(films[0] != films[2])
        }
    }

    /// Frames of one brightness each, and what was done in them.
    private final class ScriptedWorld: DreamWorld {
        private(set) var actions: [[Double]] = []
        private let brightness: [UInt8]

        init(_ brightness: [UInt8]) { self.brightness = brightness }

        func frame() -> [UInt8] {
            [UInt8](repeating: brightness[actions.count], count: FrameStream.frameSize)
        }

        func step(_ action: [Double]) -> Bool {
            actions.append(action)
            return actions.count < brightness.count
        }
    }

    @Test func `a dream goes on where the real episode has ended, not where it never began`()
        throws
    {
        try Self.withTemporaryDirectory { directory in
            _ = try Self.saveModels(directory)
            var settings = Dream.Configuration(
                logdir: directory, output: directory.appending(path: "dream.gif"))
            settings.start = 2
            settings.steps = 5
            settings.scale = 1
            let actions = (0..<30).map { Double($0) / 30 }
            func dream(_ count: Int, size: Int = 3) throws -> Dream.Summary {
                try Dream(settings).run(
                    world: ScriptedWorld([UInt8](repeating: 9, count: count)),
                    driver: .actions(actions, size: size, name: "actions.npy"))
            }
            let summary = try dream(4)
            #expect(summary.steps == 6)
            #expect(summary.realSteps == 2)
            #expect(throws: TrainingError.episodeTooShort(start: 2)) { try dream(2) }
            #expect(
                throws: TrainingError.wrongActionSize(path: "actions.npy", found: 2, expected: 3)
            ) { try dream(4, size: 2) }
            settings.start = 8
            #expect(try dream(20).steps == 2)
            settings.start = 10
            #expect(throws: TrainingError.episodeTooShort(start: 10)) { try dream(20) }
        }
    }

    @Test(arguments: [(32, 256, 0), (7, 20, 3)])
    func `a controller drives by what is real first, then by the dream alone`(
        latent: Int, hidden: Int, units: Int
    ) throws {
        try Self.withTemporaryDirectory { directory in
            var generator = PCG64(seed: 5)
            var sizes = VAENetworkTests.small
            sizes.latent = latent
            try VAEParameters(randomFrom: &generator, sizes: sizes).file()
                .write(to: directory.appending(path: "vae.safetensors"))
            try MDRNNParameters(
                randomFrom: &generator, sizes: MDRNNSizes(latent: latent, hidden: hidden)
            ).file().write(to: directory.appending(path: "mdrnn.safetensors"))
            let shape = ControllerShape(
                hiddenUnits: units, sizes: ModelSizes(latent: latent, hidden: hidden))
            let controller = ControllerParameters(
                shape: shape,
                values: normals(shape.parameterCount, &generator).map { 0.05 * $0 })
            var settings = Dream.Configuration(
                logdir: directory, output: directory.appending(path: "dream.gif"))
            settings.start = 3
            settings.steps = 4
            settings.scale = 1
            func actions(_ brightness: [UInt8]) throws -> [[Double]] {
                let world = ScriptedWorld(brightness)
                let summary = try Dream(settings).run(world: world, driver: .controller(controller))
                #expect(summary.steps == 5)
                return world.actions
            }
            let plain = try actions([10, 90, 200, 30, 40, 50, 60, 70, 80])
            #expect(plain.count == 8)
            #expect(try actions([10, 90, 200, 30, 255, 0, 255, 0, 9]) == plain)
            let other = try actions([10, 90, 200, 31, 40, 50, 60, 70, 80])
            #expect(other[..<3] == plain[..<3])
            #expect(zip(other[3...], plain[3...]).allSatisfy { $0 != $1 })
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
