// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import SeededRandom
import ArrayFiles
import Testing
import WorldModel

@testable import WorldModelTraining

/// What stops a run: losses that are no numbers, and resuming with other options.
struct TrainingFaultTests {
    /// The error of a run that has to fail.
    private func fault(_ run: () throws -> TrainingSummary) throws -> TrainingError {
        try #require(throws: TrainingError.self) { _ = try run() }
    }

    @Test func `a NaN anywhere in V's weights shows in the loss`() {
        let network = VAENetworkTests.network(VAENetworkTests.small, seed: 1, batch: 2)
        let frames = [UInt8](repeating: 90, count: 2 * FrameStream.frameSize)
        #expect(network.loss(frames, count: 2).total.isFinite)
        for entry in network.layout.entries {
            let weight = network.weight(entry.name)
            let kept = weight[entry.count - 1]
            weight[entry.count - 1] = .nan
            #expect(network.loss(frames, count: 2).total.isNaN, "\(entry.name)")
            #expect(network.computeGradient(frames, count: 2).total.isNaN, "\(entry.name)")
            weight[entry.count - 1] = kept
        }
        #expect(network.loss(frames, count: 2).total.isFinite)
    }

    @Test func `a loss that explodes stops training before the first checkpoint`() throws {
        let space = try TrainingWorkspace()
        let vae = try fault {
            try space.vae("run", epochs: 3) { $0.run.learningRate = 1e30 }.run { _ in }
        }
        #expect(vae == .notFinite(model: "vae", epoch: 1, step: 2, checkpoint: nil))
        #expect(!space.exists("run/vae.safetensors"))
        #expect(!space.exists("run/training/vae-state.safetensors"))
        _ = try space.vae("run", epochs: 1).run { _ in }
        let mdrnn = try fault {
            try space.mdrnn("run", epochs: 3) { $0.run.learningRate = 1e30 }.run { _ in }
        }
        #expect(mdrnn == .notFinite(model: "mdrnn", epoch: 1, step: 2, checkpoint: nil))
        #expect(!space.exists("run/mdrnn.safetensors"))
    }

    /// Changes the learning rate that a saved state goes on with, which no option can.
    private func explode(_ url: URL) throws {
        let file = try SafetensorsFile(contentsOf: url)
        let text = try #require(file.metadata["state"])
        var state = try JSONDecoder().decode(TrainingState.self, from: Data(text.utf8))
        state.schedule = PlateauSchedule(rate: 1e30)
        try state.save(to: url, tensors: file.tensors, metadata: file.metadata)
    }

    @Test(arguments: ["vae", "mdrnn"])
    func `a loss that explodes later names the last good checkpoint, which stays`(
        model: String
    ) throws {
        let space = try TrainingWorkspace()
        func run(_ epochs: Int) throws -> TrainingSummary {
            try model == "vae"
                ? space.vae("run", epochs: epochs).run { _ in }
                : space.mdrnn("run", epochs: epochs).run { _ in }
        }
        if model == "mdrnn" { _ = try space.vae("run", epochs: 1).run { _ in } }
        _ = try run(2)
        let url = space.root.appending(path: "run/training/\(model)-state.safetensors")
        try explode(url)
        let kept = try [url, space.root.appending(path: "run/\(model).safetensors")]
            .map { ($0, try Data(contentsOf: $0)) }
        let error = try fault { try run(5) }
        #expect(
            error
                == .notFinite(
                    model: model, epoch: 3, step: 2, checkpoint: "\(url.path) of epoch 2"))
        #expect(error.description.contains("epoch 3 at step 2; the last good checkpoint is"))
        for (file, bytes) in kept { #expect(try Data(contentsOf: file) == bytes) }
    }

    @Test func `a held-out loss that is no number is not saved as an epoch`() throws {
        // All training frames are one step, so that only measuring sees what the step did.
        let space = try TrainingWorkspace()
        let error = try fault {
            try space.vae("run", epochs: 1) {
                $0.run.learningRate = 1e30
                $0.run.batchSize = 64
            }.run { _ in }
        }
        #expect(error == .notFinite(model: "vae", epoch: 1, step: nil, checkpoint: nil))
        #expect(!space.exists("run/vae.safetensors"))
    }

    @Test func `V resumed with another option is refused by the option's name`() throws {
        let space = try TrainingWorkspace()
        _ = try space.vae("run", epochs: 1).run { _ in }
        let before = try space.bytes("run/training/vae-state.safetensors")
        let changes: [(String, (inout VAETrainer.Configuration) -> Void)] = [
            ("--batch-size", { $0.run.batchSize = 8 }), ("--seed", { $0.run.seed = 2 }),
            ("--learning-rate", { $0.run.learningRate = 2e-3 }),
            ("--kl-tolerance", { $0.freeBits = 0.5 }), ("--flips", { $0.mirrors = false }),
            ("--clip", { $0.run.largestGradient = 1 }), ("--latent", { $0.latentSize = 16 }),
            ("--frame-memory", { $0.frameMemory = 1 << 18 }),
        ]
        for (option, change) in changes {
            let error = try fault { try space.vae("run", epochs: 2, change).run { _ in } }
            guard case .stateDisagrees(_, let field, let found, let expected) = error else {
                Issue.record("\(option): \(error)")
                continue
            }
            #expect(field == option)
            #expect(found != expected)
            #expect(error.description.contains(option))
        }
        #expect(try space.bytes("run/training/vae-state.safetensors") == before)
        // What only says when to stop, or how fast, may change; and all may, afresh.
        _ = try space.vae("run", epochs: 2, threads: 1) { $0.run.patience = 3 }.run { _ in }
        let model = try space.bytes("run/vae.safetensors")
        var notes: [String] = []
        let summary = try space.vae("run", epochs: 1) {
            $0.run.seed = 2
            $0.run.reloads = false
        }.run { if case .noticed(let note) = $0 { notes.append(note) } }
        #expect(summary.epochs == 1)
        // The model that was there has another name, which is said.
        #expect(try space.bytes("run/vae.safetensors") != model)
        let name = try #require(
            notes.first { $0.contains("is kept as") }?.split(separator: " ").last)
        #expect(name.wholeMatch(of: /vae\.[0-9]{8}T[0-9]{6}Z\.safetensors/) != nil)
        #expect(try space.bytes("run/\(name)") == model)
    }

    @Test func `M resumed with another option, or without a recording that it saw, is refused`()
        throws
    {
        let space = try TrainingWorkspace()
        _ = try space.vae("run", epochs: 1).run { _ in }
        _ = try space.mdrnn("run", epochs: 1).run { _ in }
        let changes: [(String, (inout MDRNNTrainer.Configuration) -> Void)] = [
            ("--batch-size", { $0.run.batchSize = 8 }), ("--seed", { $0.run.seed = 2 }),
            ("--learning-rate", { $0.run.learningRate = 2e-3 }),
            ("--hidden", { $0.hiddenSize = 9 }),
            ("--mixtures", { $0.mixtures = 3 }), ("--include-reward", { $0.includesReward = true }),
            ("--sequence-length", { $0.sequenceLength = 5 }),
            ("--sequence-stride", { $0.sequenceStride = 2 }),
            ("--clip", { $0.run.largestGradient = 1 }),
        ]
        func field(_ change: (inout MDRNNTrainer.Configuration) -> Void) throws -> String {
            let error = try fault { try space.mdrnn("run", epochs: 2, change).run { _ in } }
            guard case .stateDisagrees(_, let field, _, _) = error else { return "\(error)" }
            return field
        }
        for (option, change) in changes { #expect(try field(change) == option) }
        try FileManager.default.removeItem(at: space.data.appending(path: "thread_1"))
        #expect(
            try fault { try space.mdrnn("run", epochs: 2).run { _ in } }
                == .recordingChanged(
                    path: space.root.appending(path: "run/training/mdrnn-state.safetensors").path,
                    recording: "thread_1/rollout_1.npz", reason: "it is no longer there"))
    }

    @Test func `a saved state with a number that is none is refused`() throws {
        let space = try TrainingWorkspace()
        _ = try space.vae("run", epochs: 1).run { _ in }
        let url = space.root.appending(path: "run/training/vae-state.safetensors")
        var file = try SafetensorsFile(contentsOf: url)
        file.tensors["moment2.decoder.fc1.bias"]?.values[3] = .infinity
        try file.write(to: url)
        let error = try fault { try space.vae("run", epochs: 2).run { _ in } }
        #expect(
            error == .damagedState(path: url.path, field: "moment2.decoder.fc1.bias"))
    }
}
