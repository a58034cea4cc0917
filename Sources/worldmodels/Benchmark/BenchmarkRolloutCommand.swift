// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser

struct BenchmarkRolloutCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollout",
        abstract: "Measure the rollout engine: draw, encode, control, move.",
        discussion: """
            milliseconds are those of one step of one episode on one core. shareOfFloor is the \
            time of the encoder's multiply-adds at OpenBLAS's speed (sgemmGflops, measured in the \
            same run) as a share of the whole step. The models are random, which changes nothing.
            """)

    @Option(help: .init("How many episodes a core drives at once.", valueName: "episodes"))
    var environments = 8

    @Option(help: .init("How many cores; an engine on each.", valueName: "count"))
    var cores = 1

    @Option(help: .init("How long to measure, in seconds.", valueName: "number"))
    var seconds = 10.0

    func validate() throws {
        guard environments > 0 else { throw ValidationError("--environments must be positive") }
        guard cores > 0 else { throw ValidationError("--cores must be positive") }
        guard seconds > 0 else { throw ValidationError("--seconds must be positive") }
    }

    func run() throws {
        let benchmark = RolloutBenchmark(
            environments: environments, cores: cores, seconds: seconds)
        try printJSON(benchmark.run())
    }
}
