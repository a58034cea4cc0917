// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import RunStore
import Runs
import TerminalOutput
import WorldModelTraining

/// Shows a training run on the terminal: one line that moves, and one that stays for each epoch.
final class TrainingConsole {
    private var line: (title: String, progress: ProgressLine)?
    private var lastDone = 0
    /// Prints a line; nil: on the standard output.
    private let log: (@Sendable (String) -> Void)?

    /// A console.
    ///
    /// - Parameter log: Prints a line, also of progress where there is no terminal; nil: on the
    ///   standard output.
    init(log: (@Sendable (String) -> Void)? = nil) {
        self.log = log
    }

    /// Shows a run and what came of it, and keeps its losses in the run's directory.
    ///
    /// - Throws: What `run` throws; `RunStoreError` where another process holds the directory.
    func follow(
        logdir: String, _ run: ((TrainingEvent) throws -> Void) throws -> TrainingSummary
    ) throws {
        let record = TrainingRecord(
            RunDirectory(path: logdir), holder: "\(RunLock.thisProcess), which trains"
        ) { Terminal.standardOutput.write($0 + "\n") }
        let summary = try run { event in
            try record.observe(event)
            show(event)
        }
        finish(summary)
    }

    /// Shows what came of a run.
    func finish(_ summary: TrainingSummary) {
        print(
            line: "\(summary.model.path): held-out loss \(Self.number(summary.bestLoss)), "
                + "\(summary.epochs) epochs, \(summary.skippedFiles) files skipped")
    }

    /// Shows something that happens in a run.
    func show(_ event: TrainingEvent) {
        switch event {
        case .started(let text), .noticed(let text): print(line: text)
        case .skipped(let path, let reason):
            print(line: "skipped \(path): \(reason)")
        case .progress(let progress): show(progress)
        case .epoch(let epoch):
            let terms = epoch.heldOutTerms.sorted { $0.key < $1.key }
                .map { "\($0.key) \(Self.number($0.value))" }.joined(separator: ", ")
            print(
                line: "epoch \(epoch.epoch): loss \(Self.number(epoch.trainingLoss)), "
                    + "held out \(Self.number(epoch.heldOutLoss)) (\(terms)), "
                    + "\(Int(epoch.rate)) a second" + (epoch.isBest ? ", best so far" : ""))
        case .stoppedEarly(let epoch):
            print(line: "stopped after epoch \(epoch): no improvement for long")
        }
    }

    private func show(_ progress: TrainingProgress) {
        let epoch = progress.epoch > 0 ? "epoch \(progress.epoch) " : ""
        let title = epoch + progress.activity
        if line?.title != title || progress.done < lastDone {
            line?.progress.erase()
            line = (
                title,
                ProgressLine(
                    title, total: progress.total, unit: progress.unit, start: progress.done,
                    plainInterval: .seconds(30), log: log)
            )
        }
        lastDone = progress.done
        line?.progress.update(
            progress.done,
            fields: progress.loss == 0 ? [] : [("loss", Self.number(progress.loss))])
    }

    private func print(line text: String) {
        line?.progress.erase()
        line = nil
        if let log { return log(text) }
        Terminal.standardOutput.write(text + "\n")
    }

    private static func number(_ value: Double) -> String { Format.fixed(value, 4) }
}
