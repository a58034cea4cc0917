// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import WorldModelTraining

/// Shows a training run on the terminal: one line that moves, and one that stays for each epoch.
final class TrainingConsole {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var hasLine = false

    /// Shows what happened.
    ///
    /// - Parameter event: What the trainer tells.
    func show(_ event: TrainingEvent) {
        switch event {
        case .started(let text): print(line: text)
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

    /// Shows what came of the run.
    ///
    /// - Parameter summary: What the trainer returns.
    func finish(_ summary: TrainingSummary) {
        print(
            line: "\(summary.model.path): held-out loss \(Self.number(summary.bestLoss)), "
                + "\(summary.epochs) epochs, \(summary.skippedFiles) files skipped")
    }

    private func show(_ progress: TrainingProgress) {
        guard isTerminal else { return }
        let share = progress.total > 0 ? Double(progress.done) / Double(progress.total) : 1
        let filled = Int(share * 20)
        let bar =
            String(repeating: "#", count: min(20, filled))
            + String(repeating: ".", count: max(0, 20 - filled))
        let left = progress.rate > 0 ? Double(progress.total - progress.done) / progress.rate : 0
        let epoch = progress.epoch > 0 ? "epoch \(progress.epoch) " : ""
        let loss = progress.loss == 0 ? "" : ", loss \(Self.number(progress.loss))"
        write(
            "\r\u{1b}[K\(epoch)\(progress.activity) [\(bar)] \(progress.done)/\(progress.total)"
                + "\(loss), \(Int(progress.rate)) \(progress.unit)/s, \(Int(left)) s left")
        hasLine = true
    }

    private func print(line: String) {
        if hasLine { write("\r\u{1b}[K") }
        hasLine = false
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }

    private func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }

    private static func number(_ value: Double) -> String { String(format: "%.4f", value) }
}
