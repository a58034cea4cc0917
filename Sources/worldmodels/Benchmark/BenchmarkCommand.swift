// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser

struct BenchmarkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "benchmark",
        abstract: "Measure the speed of single parts; one JSON object each, or a table.",
        subcommands: [
            BenchmarkEnvironmentCommand.self,
            BenchmarkVAECommand.self,
            BenchmarkMDRNNCommand.self,
            BenchmarkEncodeCommand.self,
            BenchmarkRolloutCommand.self,
            BenchmarkDreamCommand.self,
            BenchmarkCMAESCommand.self,
            BenchmarkClusterCommand.self,
            BenchmarkAllCommand.self,
        ])
}
