// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Foundation
import RunStore
import Synchronization
import WorldModelTraining

/// The coordinator's first phase: V and M, where the run lacks them and there is data.
struct ModelTraining {
    let store: RunStore
    let data: String
    let seed: UInt64
    let visualEpochs: Int
    let memoryEpochs: Int
    /// Whether M stays as it is, or random.
    let skipsMemory: Bool

    /// Trains what is missing, and goes on with what an earlier start left unfinished.
    ///
    /// - Parameter isStopped: Asked now and then.
    /// - Throws: `CancellationError` when stopped; what the trainers say of the data.
    func run(isStopped: @escaping @Sendable () -> Bool) throws {
        let directory = store.directory
        var visual = VAETrainer.Configuration(logdir: directory.url, data: URL(filePath: data))
        visual.run.epochs = visualEpochs
        visual.run.seed = seed
        try train("vae", directory.vae, isStopped, VAETrainer(visual).run)
        if skipsMemory { return }
        var memory = MDRNNTrainer.Configuration(logdir: directory.url, data: URL(filePath: data))
        memory.run.epochs = memoryEpochs
        memory.run.seed = seed
        try train("mdrnn", directory.mdrnn, isStopped, MDRNNTrainer(memory).run)
    }

    /// Whether the model is missing, or an earlier start began it and did not end it: the file is
    /// there from the first epoch on.
    private func needs(_ model: String, _ file: URL) throws -> Bool {
        let events = try store.reader.events().map(\.kind)
        let began = events.lastIndex(of: "\(model)-training-began")
        let ended = events.lastIndex(of: "\(model)-training-ended")
        if let began { return ended.map { $0 < began } ?? true }
        return !FileManager.default.fileExists(atPath: file.path(percentEncoded: false))
    }

    private func train(
        _ model: String, _ file: URL, _ isStopped: @escaping @Sendable () -> Bool,
        _ work: ((TrainingEvent) throws -> Void) throws -> TrainingSummary
    ) throws {
        guard try needs(model, file) else { return }
        try note("\(model)-training-began", "training \(model) on \(data)")
        let summary = try TrainingConsole().follow(work) { event in
            if case .epoch(let epoch) = event { try store.record(LossRecord.records(epoch)) }
            if isStopped() { throw CancellationError() }
        }
        try note(
            "\(model)-training-ended",
            "trained \(model): \(summary.epochs) epochs, held-out loss \(summary.bestLoss)")
    }

    private func note(_ kind: String, _ message: String) throws {
        try store.record(EventRecord(time: Date(), kind: kind, message: message))
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
