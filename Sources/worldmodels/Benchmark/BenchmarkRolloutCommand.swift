// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import WorldModel

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

    @Option(help: "What V computes in: float32 or int8.")
    var precision = Precision.float32

    @Option(
        help: .init(
            "The vector unit to compute with; default: the best that the processor has.",
            valueName: "unit"))
    var vectors: VectorChoice?

    /// A vector unit by the name of an option.
    enum VectorChoice: String, ExpressibleByArgument, CaseIterable {
        case portable
        case avx2
        case avxVNNI = "avx-vnni"
        case avx512
        case avx512VNNI = "avx512-vnni"

        /// The compiled loops; nil where the processor has no such unit.
        var kernels: Kernels? {
            switch self {
            case .portable: Kernels(.portable)
            case .avx2: Kernels(.avx2, int8: .avx2)
            case .avxVNNI: Kernels(.avx2, int8: .avxVNNI)
            case .avx512: Kernels(.avx512, int8: .avx512)
            case .avx512VNNI: Kernels(.avx512, int8: .avx512VNNI)
            }
        }
    }

    func validate() throws {
        guard environments > 0 else { throw ValidationError("--environments must be positive") }
        guard cores > 0 else { throw ValidationError("--cores must be positive") }
        guard seconds > 0 else { throw ValidationError("--seconds must be positive") }
        if let vectors, vectors.kernels == nil {
            throw ValidationError("--vectors \(vectors.rawValue): this processor has none")
        }
    }

    func run() throws {
        let benchmark = RolloutBenchmark(
            environments: environments, cores: cores, seconds: seconds, precision: precision,
            kernels: vectors?.kernels ?? .best)
        try printJSON(benchmark.run())
    }
}
