// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Foundation
import WorldModelTraining

struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Work with recorded rollouts.",
        subcommands: [DataInspectCommand.self])
}

struct DataInspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show counts, lengths, returns and sizes of recorded rollouts.",
        discussion: """
            Every file is read whole. Damaged files are named, and so is what sets some recordings \
            apart: other colours, no rewards, more actions than observations.
            """)

    @Argument(help: "The directory with the rollouts.")
    var directory: String

    @Option(
        help: .init(
            "Write a picture (PNG) of sample frames: a row for each of eight rollouts.",
            valueName: "file"))
    var picture: String?

    @Flag(help: "Print one JSON object, on one line.")
    var json = false

    func run() throws {
        let dataset = try RolloutDataset(directory: URL(filePath: directory))
        let summary = DatasetSummary(dataset)
        if let picture {
            try DatasetSummary.writePicture(of: dataset, to: URL(filePath: picture))
        }
        if json {
            try printJSON(summary, [.sortedKeys, .withoutEscapingSlashes])
            return
        }
        func text(_ range: DatasetSummary.Range) -> String {
            String(format: "%.1f to %.1f, mean %.1f", range.least, range.most, range.mean)
        }
        func counts(_ counts: [Int: Int], _ unit: String) -> String {
            counts.sorted { $0.key < $1.key }.map { "\($0.key)\(unit) (\($0.value))" }
                .joined(separator: ", ")
        }
        print("rollouts    \(summary.recordings)")
        print("steps       \(summary.steps)")
        print("lengths     \(text(summary.lengths))")
        let without =
            summary.withoutRewards > 0 ? " (\(summary.withoutRewards) without rewards)" : ""
        print("returns     \(summary.returns.map { text($0) + without } ?? "no rewards recorded")")
        print("terminated  \(summary.terminated)")
        print("pixels      \(counts(summary.sides, " a side"))")
        print("actions     \(counts(summary.actionSizes, " numbers"))")
        print("size        \(String(format: "%.1f", Double(summary.bytes) / 1_048_576)) MiB")
        print("damaged     \(summary.damaged.count)")
        for (path, reason) in summary.damaged.sorted(by: { $0.key < $1.key }) {
            print("  \(path): \(reason)")
        }
        for note in summary.notes { print("note        \(note)") }
        if let picture { printSummary(of: picture, "picture     \(picture)") }
    }
}
