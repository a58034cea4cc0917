// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Rollouts
import SeededRandom
import Synchronization
import WorldModel
import WorldModelTraining

/// Measures the rollout engine: what `benchmark rollout` prints.
struct RolloutBenchmark {
    var environments: Int
    var cores: Int
    var seconds: Double
    var precision = Precision.float32
    var kernels = Kernels.best
    /// The multiply-adds of one encoding (Ha & Schmidhuber 2018, figure 22).
    static let encoderMultiplyAdds = 14_779_904.0

    struct Milliseconds: Encodable {
        var draw: Double
        var encode: Double
        var control: Double
        var physics: Double
        var other: Double
    }

    /// The figures; times are those of a step on one core.
    struct Report: Encodable {
        var benchmark = "rollout"
        var rate: Double
        var unit = "steps/s"
        var cores: Int
        var ratePerCore: Double
        var environments: Int
        var milliseconds: Milliseconds
        /// OpenBLAS's speed on one core in the same run.
        var sgemmGflops: Double
        /// The encoder's multiply-adds at that speed, as a share of the whole step's time.
        var shareOfFloor: Double
        /// The peak before OpenBLAS is measured.
        var residentMiB: Double?
        /// The resident memory when the measurement began and when it ended.
        var residentMiBStart: Double?
        var residentMiBEnd: Double?
        /// The share of the wall time that the threads had a processor: below 0.98 the machine was
        /// busy with other things.
        var processorShare: Double
        var precision: Precision
        var vectorUnit: String
        /// How 8-bit integers are multiplied, where they are.
        var integerUnit: String?
        var processor: String
        var steps: Int
        var episodes: Int
    }

    func run() throws -> Report {
        var generator = PCG64(seed: 1)
        var visual = VAEParameters(randomFrom: &generator, sizes: VAESizes())
        let memory = MDRNNParameters(randomFrom: &generator, sizes: MDRNNSizes())
        let noise = (0..<(4 * Encoder.imageBytes)).map { _ in UInt8(generator.integer(below: 256)) }
        visual.ranges = try ActivationRanges(of: visual, on: noise)
        let models = try FrozenModels(
            vae: visual, mdrnn: memory, kernels: kernels, precision: precision)
        let totals = Mutex((times: [StepTimes](), episodes: 0, processor: 0.0, wall: 0.0))
        ProcessMemory.giveBackFreed()
        let start = Mutex<Double?>(nil)
        try Threads.run(cores, pieces: cores) { progress in
            guard let core = progress.take() else { return }
            var driving = BusyEngine(
                try CarRacingEngine(
                    scoring: RolloutSettings(precision: precision), models: models,
                    environments: environments), core: core)
            try driving.work(for: min(1, seconds / 4))
            start.withLock { $0 = ProcessMemory.residentMiB }
            let before = driving.engine.times
            let episodes = driving.episodes
            let (wall, processor) = (StepTimes.now(), StepTimes.threadProcessorTime())
            try driving.work(for: seconds)
            let elapsed = StepTimes.now() - wall
            let used = StepTimes.threadProcessorTime() - processor
            let times = driving.engine.times.since(before)
            let finished = driving.episodes - episodes
            totals.withLock {
                $0.times.append(times)
                $0.episodes += finished
                $0.processor += used
                $0.wall += elapsed
            }
        }
        let (peak, end) = (ProcessMemory.peakResidentMiB, ProcessMemory.residentMiB)
        let result = totals.withLock { $0 }
        let gflops = TrainingBenchmark.sgemmRate(threads: 1)
        let steps = result.times.reduce(0) { $0 + $1.steps }
        let perCore = Double(steps) / result.wall
        func each(_ part: (StepTimes) -> Double) -> Double {
            1000 * result.times.reduce(0) { $0 + part($1) } / Double(steps)
        }
        return Report(
            rate: perCore * Double(cores), cores: cores, ratePerCore: perCore,
            environments: environments,
            milliseconds: Milliseconds(
                draw: each { $0.draw }, encode: each { $0.encode }, control: each { $0.control },
                physics: each { $0.physics }, other: each { $0.other }),
            sgemmGflops: gflops,
            shareOfFloor: 2 * Self.encoderMultiplyAdds / (gflops * 1e9) * perCore,
            residentMiB: peak, residentMiBStart: start.withLock { $0 }, residentMiBEnd: end,
            processorShare: result.processor / result.wall, precision: precision,
            vectorUnit: models.kernels.name,
            integerUnit: precision == .int8 ? models.kernels.int8Name : nil,
            processor: Kernels.processor, steps: steps, episodes: result.episodes)
    }
}
