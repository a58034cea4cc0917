// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Foundation
import WorldModelTraining

/// The options of the benchmarks of V and M.
struct TrainingBenchmarkOptions: ParsableArguments {
    @Option(help: .init("Threads. Default: all processors.", valueName: "count"))
    var threads: Int?

    @Option(
        help: .init("Examples of a batch. Default: 32 images, 16 sequences.", valueName: "examples")
    )
    var batch: Int?

    @Option(help: .init("How long to measure.", valueName: "number"))
    var seconds = 5.0

    func validate() throws {
        guard (1...1024).contains(threadCount) else {
            throw ValidationError("--threads must be 1 to 1024.")
        }
        if let batch, !(1...4096).contains(batch) {
            throw ValidationError("--batch must be 1 to 4096.")
        }
        guard seconds > 0, seconds <= 3600 else {
            throw ValidationError("--seconds must be above 0 and at most 3600.")
        }
    }

    var threadCount: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }

    func run(
        _ benchmark: (_ threads: Int, _ batch: Int, _ seconds: Double) -> TrainingBenchmark,
        defaultBatch: Int
    ) throws {
        try printJSON(
            benchmark(threadCount, batch ?? defaultBatch, seconds),
            [.sortedKeys, .withoutEscapingSlashes])
    }
}

struct BenchmarkVAECommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vae", abstract: "Train V on random frames.")

    @OptionGroup var options: TrainingBenchmarkOptions

    func run() throws { try options.run(TrainingBenchmark.vae, defaultBatch: 32) }
}

struct BenchmarkMDRNNCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mdrnn", abstract: "Train M on random sequences of 32 steps.")

    @OptionGroup var options: TrainingBenchmarkOptions

    func run() throws { try options.run(TrainingBenchmark.mdrnn, defaultBatch: 16) }
}

struct BenchmarkEncodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encode", abstract: "Encode random frames.")

    @OptionGroup var options: TrainingBenchmarkOptions

    func run() throws { try options.run(TrainingBenchmark.encode, defaultBatch: 32) }
}
