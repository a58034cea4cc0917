// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import RunStore
import WorldModel
package import WorldModelTraining

/// Keeps the losses of a model's training in the run that it is for, which may not have begun yet.
///
/// While the training goes on the run is held: no coordinator drives it with a model that changes.
package final class TrainingRecord {
    private let directory: RunDirectory
    private let holder: String
    private let notice: @Sendable (String) -> Void
    private var store: RunStore?

    /// A record of a training that has not begun; nothing is written before it has.
    ///
    /// `holder` is a line about this process for whoever finds the run held; `notice` is told what a
    /// person should know.
    package init(
        _ directory: RunDirectory, holder: String, notice: @escaping @Sendable (String) -> Void
    ) {
        self.directory = directory
        self.holder = holder
        self.notice = notice
    }

    /// Takes note of what happens in the training.
    ///
    /// - Throws: `RunStoreError`, such as `.locked` where another process holds the run.
    package func observe(_ event: TrainingEvent) throws {
        switch event {
        case .started: try open()
        case .epoch(let epoch): try store?.record(LossRecord.records(epoch))
        case .noticed, .skipped, .progress, .stoppedEarly: break
        }
    }

    /// Opens the run's database; where that cannot be, the training's own log has to do.
    private func open() throws {
        do {
            store = try RunStore(
                directory, holder: holder, waiting: { [notice] in notice("\($0); waiting for it") })
            try store?.takeLoggedLosses()
        } catch let error as RunStoreError {
            if case .locked = error { throw error }
            notice(
                "\(error); the losses are in \(directory.path)/training alone, not in the run")
        }
    }
}

extension RunStore {
    /// Takes the losses of models that were trained where the run could not keep them, such as by
    /// an earlier version, from the logs of their training.
    func takeLoggedLosses() throws {
        // What cannot be read stays as it is.
        guard let known = try? Set(reader.losses().map(\.model)) else { return }
        for part in [Agent.Part.vae, .mdrnn] where !known.contains(part.rawValue) {
            for epoch in TrainingEpoch.logged(part, in: directory.url) {
                try record(LossRecord.records(epoch))
            }
        }
    }
}

extension LossRecord {
    /// The losses of an epoch.
    static func records(_ epoch: TrainingEpoch) -> [LossRecord] {
        func record(_ split: String, _ term: String, _ value: Double) -> LossRecord {
            LossRecord(
                model: epoch.model, epoch: epoch.epoch, split: split, term: term, value: value)
        }
        let terms = epoch.heldOutTerms.sorted { $0.key < $1.key }
        return [
            record("training", "total", epoch.trainingLoss),
            record("held-out", "total", epoch.heldOutLoss),
        ] + terms.map { record("held-out", $0.key, $0.value) }
    }
}
