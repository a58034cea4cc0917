// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Foundation
package import RunStore
package import WorldModelTraining

/// The first phase of a run: V and M are trained, where the run lacks them and there is data.
package struct ModelTraining: Sendable {
    /// What happens meanwhile.
    package enum Event: Sendable {
        /// Something that the trainer tells.
        case training(TrainingEvent)
        /// A model is trained.
        case trained(TrainingSummary)
    }

    /// The directory with the rollouts.
    package var data: String
    /// Epochs of V's training, those of earlier starts included.
    package var visualEpochs: Int
    /// Epochs of M's training, those of earlier starts included.
    package var memoryEpochs: Int

    /// Collects the parts.
    package init(data: String, visualEpochs: Int, memoryEpochs: Int) {
        self.data = data
        self.visualEpochs = visualEpochs
        self.memoryEpochs = memoryEpochs
    }

    /// Trains what is missing, and goes on with what an earlier start left unfinished.
    ///
    /// - Parameters:
    ///   - store: The run.
    ///   - seed: The root of all random draws.
    ///   - skipsMemory: Whether M stays as it is, or random.
    ///   - observe: Told what happens; what it throws ends the training after the last complete
    ///     epoch.
    /// - Throws: What `observe` throws, what the trainers say of the data, or `RunStoreError`.
    package func run(
        _ store: RunStore, seed: UInt64, skipsMemory: Bool = false,
        observe: @escaping (Event) throws -> Void
    ) throws {
        let directory = store.directory
        let data = URL(filePath: data)
        if needs("vae", directory.vae, in: directory) {
            var settings = VAETrainer.Configuration(logdir: directory.url, data: data)
            settings.run.epochs = visualEpochs
            settings.run.seed = seed
            try train("vae", store, observe) { try VAETrainer(settings).run($0) }
        }
        if !skipsMemory && needs("mdrnn", directory.mdrnn, in: directory) {
            var settings = MDRNNTrainer.Configuration(logdir: directory.url, data: data)
            settings.run.epochs = memoryEpochs
            settings.run.seed = seed
            try train("mdrnn", store, observe) { try MDRNNTrainer(settings).run($0) }
        }
    }

    /// Whether the model is missing, or an earlier start began it and did not end it: the file is
    /// there from the first epoch on.
    private func needs(_ model: String, _ file: URL, in directory: RunDirectory) -> Bool {
        FileManager.default.fileExists(atPath: directory.unfinishedTraining(of: model).path)
            || !FileManager.default.fileExists(atPath: file.path)
    }

    private func train(
        _ model: String, _ store: RunStore, _ observe: @escaping (Event) throws -> Void,
        _ work: ((TrainingEvent) throws -> Void) throws -> TrainingSummary
    ) throws {
        let mark = store.directory.unfinishedTraining(of: model)
        try OutputDirectory.prepare(mark.deletingLastPathComponent())
        try AtomicFile.write(Data(), to: mark)
        try store.note("\(model)-training-began", "training \(model) on \(data)")
        let summary = try work { event in
            if case .epoch(let epoch) = event { try store.record(LossRecord.records(epoch)) }
            try observe(.training(event))
        }
        try store.note(
            "\(model)-training-ended",
            "trained \(model): \(summary.epochs) epochs, held-out loss \(summary.bestLoss)")
        try FileManager.default.removeItem(at: mark)
        try observe(.trained(summary))
    }
}

extension RunStore {
    /// Notes something that happens now.
    ///
    /// - Parameters:
    ///   - kind: A short word for programs.
    ///   - message: A sentence for people.
    /// - Throws: `RunStoreError`, for example of a full disk.
    package func note(_ kind: String, _ message: String) throws {
        try record(EventRecord(time: Date(), kind: kind, message: message))
    }
}

extension LossRecord {
    /// The losses of an epoch as rows.
    fileprivate static func records(_ epoch: TrainingEpoch) -> [LossRecord] {
        func record(_ split: String, _ term: String, _ value: Double) -> LossRecord {
            LossRecord(
                model: epoch.model, epoch: epoch.epoch, split: split, term: term, value: value)
        }
        return [
            record("training", "total", epoch.trainingLoss),
            record("held-out", "total", epoch.heldOutLoss),
        ]
            + epoch.heldOutTerms.sorted { $0.key < $1.key }.map {
                record("held-out", $0.key, $0.value)
            }
    }
}
