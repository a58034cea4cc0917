// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Foundation
package import RunStore
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

    package init(data: String, visualEpochs: Int, memoryEpochs: Int) {
        self.data = data
        self.visualEpochs = visualEpochs
        self.memoryEpochs = memoryEpochs
    }

    /// Trains what is missing, and goes on with what an earlier start left unfinished; what
    /// `observe` throws ends the training after the last complete epoch.
    package func run(
        _ store: RunStore, seed: UInt64, skipsMemory: Bool = false,
        observe: @escaping (Event) throws -> Void
    ) throws {
        let directory = store.directory
        let data = URL(filePath: data)
        if needs(.vae, in: directory) {
            var settings = VAETrainer.Configuration(logdir: directory.url, data: data)
            settings.run.epochs = visualEpochs
            settings.run.seed = seed
            try train(.vae, store, observe) { try VAETrainer(settings).run($0) }
        }
        if !skipsMemory && needs(.mdrnn, in: directory) {
            var settings = MDRNNTrainer.Configuration(logdir: directory.url, data: data)
            settings.run.epochs = memoryEpochs
            settings.run.seed = seed
            try train(.mdrnn, store, observe) { try MDRNNTrainer(settings).run($0) }
        }
    }

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

extension RunStore {
    /// Notes something that happens now: a short word for programs, a sentence for people.
    package func note(_ kind: String, _ message: String) throws {
        try record(EventRecord(time: Date(), kind: kind, message: message))
    }
}
