// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import ArrayFiles
import Rollouts
import SeededRandom
import WorldModel

struct BenchmarkDreamCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dream",
        abstract: "Measure the dream engine beside the one that drives, on one core, in turns.",
        discussion: """
            rate is of steps in dreams, drivingRate of steps that are drawn and driven, ratio the \
            one over the other; microseconds are those of one step of one dream. The models are \
            random, which changes nothing.
            """)

    @Option(help: .init("How many episodes the core has at once.", valueName: "episodes"))
    var environments = 8

    @Option(help: .init("How long to measure, in seconds.", valueName: "number"))
    var seconds = 10.0

    @Option(help: "What V computes in where it drives: float32 or int8.")
    var precision = Precision.float32

    @Option(
        help: .init(
            "The vector unit to compute with; default: the best that the processor has.",
            valueName: "unit"))
    var vectors: BenchmarkRolloutCommand.VectorChoice?

    /// How often the two take turns: what else the machine does is shared by both.
    private static let turns = 20

    /// The figures.
    private struct Report: Encodable {
        var benchmark = "dream"
        var rate: Double
        var unit = "steps/s"
        var cores = 1
        var environments: Int
        var microseconds: Double
        var drivingRate: Double
        var ratio: Double
        /// The share of the wall time that the thread had a processor.
        var processorShare: Double
        var precision: Precision
        var vectorUnit: String
        var processor: String
        var steps: Int
        var drivingSteps: Int
    }

    func validate() throws {
        guard (1...1024).contains(environments) else {
            throw ValidationError("--environments is \(environments); 1 to 1024 are possible")
        }
        guard seconds > 0 else { throw ValidationError("--seconds must be positive") }
        if let vectors, vectors.kernels == nil {
            throw ValidationError("--vectors \(vectors.rawValue): this processor has none")
        }
    }

    /// M whose dreams last as long as they may: a random one's would end after a step or two.
    private func endless(_ memory: MDRNNParameters) throws -> MDRNNParameters {
        var tensors = memory.tensors
        var bias = memory["gmm_linear.bias"]
        bias.values[bias.values.count - 1] = -30
        tensors["gmm_linear.bias"] = bias
        return try MDRNNParameters(tensors: tensors, name: "M")
    }

    func run() throws {
        let kernels = vectors?.kernels ?? .best
        var generator = PCG64(seed: 1)
        var visual = VAEParameters(randomFrom: &generator, sizes: VAESizes())
        let memory = try endless(MDRNNParameters(randomFrom: &generator, sizes: MDRNNSizes()))
        let noise = (0..<(4 * Encoder.imageBytes)).map { _ in UInt8(generator.integer(below: 256)) }
        visual.ranges = try ActivationRanges(of: visual, on: noise)
        let models = try FrozenModels(
            vae: visual, mdrnn: memory, kernels: kernels, precision: precision)
        let sizes = models.sizes
        let starts = DreamStarts(
            latents: [Float](repeating: 0, count: sizes.latent),
            hiddens: [Float](repeating: 0, count: sizes.hidden),
            cells: [Float](repeating: 0, count: sizes.hidden), sizes: sizes, vae: "", mdrnn: "")
        let settings = RolloutSettings(precision: precision)
        var driving = BusyEngine(
            try CarRacingEngine(scoring: settings, models: models, environments: environments),
            core: 0)
        var dreaming = BusyEngine(
            DreamEngine(
                try DreamModel(
                    memory, starts: starts, recurrence: models.recurrence, kernels: kernels),
                settings: settings, environments: environments), core: 0, temperature: 1)
        let turn = seconds / Double(2 * Self.turns)
        try driving.work(for: turn)
        try dreaming.work(for: turn)
        let (driven, dreamt) = (driving.engine.times.steps, dreaming.engine.steps)
        let (wall, processor) = (StepTimes.now(), StepTimes.threadProcessorTime())
        var (driveTime, dreamTime) = (0.0, 0.0)
        for _ in 0..<Self.turns {
            let start = StepTimes.now()
            try driving.work(for: turn)
            let middle = StepTimes.now()
            try dreaming.work(for: turn)
            driveTime += middle - start
            dreamTime += StepTimes.now() - middle
        }
        let share =
            (StepTimes.threadProcessorTime() - processor) / (StepTimes.now() - wall)
        let (steps, drivingSteps) = (
            dreaming.engine.steps - dreamt, driving.engine.times.steps - driven
        )
        let (rate, drivingRate) = (Double(steps) / dreamTime, Double(drivingSteps) / driveTime)
        try printJSON(
            Report(
                rate: rate, environments: environments, microseconds: 1e6 / rate,
                drivingRate: drivingRate, ratio: rate / drivingRate, processorShare: share,
                precision: precision, vectorUnit: kernels.name, processor: Kernels.processor,
                steps: steps, drivingSteps: drivingSteps))
    }
}
