// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Foundation
package import RunStore
import Search
package import WorldModel
package import WorldModelTraining

/// The first phase of a run: V and M are trained, where the run lacks them and there is data.
package struct ModelTraining: Sendable {
    package enum Event: Sendable {
        case training(Agent.Part, TrainingEvent)
        case trained(TrainingSummary)
    }

    /// The directory with the rollouts.
    package var data: String
    /// Epochs of V's training, those of earlier starts included.
    package var visualEpochs: Int
    /// Epochs of M's training, those of earlier starts included.
    package var memoryEpochs: Int
    /// The length of z; nil: the paper's.
    package var latentSize: Int?
    /// The length of h; nil: the paper's.
    package var hiddenSize: Int?
    /// How many Gaussians M mixes; nil: as many as the paper's.
    package var mixtures: Int?

    package init(
        data: String, visualEpochs: Int, memoryEpochs: Int, latentSize: Int? = nil,
        hiddenSize: Int? = nil, mixtures: Int? = nil
    ) {
        self.data = data
        self.visualEpochs = visualEpochs
        self.memoryEpochs = memoryEpochs
        self.latentSize = latentSize
        self.hiddenSize = hiddenSize
        self.mixtures = mixtures
    }

    /// The lengths of z and h that it gives.
    var sizes: ModelSizes {
        let usual = ModelSizes()
        return ModelSizes(
            latent: latentSize ?? usual.latent, hidden: hiddenSize ?? usual.hidden)
    }

    /// Refuses models of other sizes than are asked for, which it would leave as they are, and an M
    /// that the V there is or will be does not go with.
    ///
    /// - Throws: `RunError.otherSize`, `FrozenModelsError.disagree`.
    func check(presentIn directory: RunDirectory) throws {
        func check(_ part: Agent.Part, _ setting: String, _ found: Int, _ asked: Int?) throws {
            if let asked, asked != found, !needs(part, in: directory) {
                throw RunError.otherSize(
                    file: directory.file(of: part).path, setting: setting, found: found,
                    given: asked)
            }
        }
        let vae = try? VAEParameters(contentsOf: directory.file(of: .vae))
        if let vae { try check(.vae, "latent-size", vae.latentSize, latentSize) }
        if let mdrnn = try? MDRNNParameters(contentsOf: directory.file(of: .mdrnn)) {
            try check(.mdrnn, "hidden-size", mdrnn.sizes.hidden, hiddenSize)
            try check(.mdrnn, "mixtures", mdrnn.sizes.mixtures, mixtures)
            let latent = needs(.vae, in: directory) ? sizes.latent : vae?.latentSize
            if let latent, latent != mdrnn.sizes.latent, !needs(.mdrnn, in: directory) {
                throw FrozenModelsError.disagree(
                    mdrnn: directory.file(of: .mdrnn).path, found: mdrnn.sizes.latent, vae: latent)
            }
        }
    }

    /// Trains what is missing, and goes on with what an earlier start left unfinished, M with its
    /// reward where it is to be dreamt in; what `observe` throws ends the training after the last complete epoch.
    package func run(
        _ store: RunStore, seed: UInt64, skipsMemory: Bool = false, includesReward: Bool = false,
        observe: @escaping (Event) throws -> Void
    ) throws {
        let directory = store.directory
        let data = URL(filePath: data)
        if needs(.vae, in: directory) {
            var settings = VAETrainer.Configuration(logdir: directory.url, data: data)
            settings.run.epochs = visualEpochs
            settings.latentSize = sizes.latent
            settings.run.seed = seed
            try train(.vae, store, observe) { try VAETrainer(settings).run($0) }
        }
        if !skipsMemory && needs(.mdrnn, in: directory) {
            var settings = MDRNNTrainer.Configuration(logdir: directory.url, data: data)
            settings.run.epochs = memoryEpochs
            settings.hiddenSize = sizes.hidden
            settings.mixtures = mixtures ?? settings.mixtures
            settings.includesReward = includesReward
            settings.run.seed = seed
            try train(.mdrnn, store, observe) { try MDRNNTrainer(settings).run($0) }
        }
    }

    /// Whether M is missing, or its training was begun and not ended.
    func trainsMemory(in directory: RunDirectory) -> Bool { needs(.mdrnn, in: directory) }

    /// Whether the model is missing, or an earlier start began it and did not end it: the file is
    /// there from the first epoch on.
    private func needs(_ model: Agent.Part, in directory: RunDirectory) -> Bool {
        FileManager.default.fileExists(atPath: directory.unfinishedTraining(of: model).path)
            || !FileManager.default.fileExists(atPath: directory.file(of: model).path)
    }

    private func train(
        _ model: Agent.Part, _ store: RunStore, _ observe: @escaping (Event) throws -> Void,
        _ work: ((TrainingEvent) throws -> Void) throws -> TrainingSummary
    ) throws {
        let name = model.rawValue
        let mark = store.directory.unfinishedTraining(of: model)
        try OutputDirectory.prepare(mark.deletingLastPathComponent())
        try AtomicFile.write(Data(), to: mark)
        try store.note("\(name)-training-began", "training \(name) on \(data)")
        let summary = try work { event in
            if case .epoch(let epoch) = event { try store.record(LossRecord.records(epoch)) }
            try observe(.training(model, event))
        }
        try store.note(
            "\(name)-training-ended",
            "trained \(name): \(summary.epochs) epochs, held-out loss \(summary.bestLoss)")
        try FileManager.default.removeItem(at: mark)
        try observe(.trained(summary))
    }
}
