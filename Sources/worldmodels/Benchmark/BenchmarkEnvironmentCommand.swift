// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArgumentParser
import Basics
import CarRacing
import CarRacingRendering
import Rollouts

struct BenchmarkEnvironmentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "env",
        abstract: "Measure CarRacing's steps a second, with frames, on one core.")

    @Option(help: .init("How many environments are stepped in turn.", valueName: "count"))
    var environments = 8

    @Option(help: .init("The observation's size: 96 or 64.", valueName: "pixels"))
    var size = 96

    @Option(help: .init("How long to measure the steps.", valueName: "number"))
    var seconds = 5.0

    @OptionGroup var drawing: DrawingOptions

    private struct Report: Encodable {
        var benchmark = "env"
        var rate: Double
        var unit = "steps/s"
        var cores = 1
        var environments: Int
        var size: Int
        var antialiasing: String
        var gl: String
        var resetMilliseconds: Double
        /// After 100 resets.
        var residentMiB: Double?
        var residentMiBAfter2000Resets: Double?
    }

    func validate() throws {
        guard (1...4096).contains(environments) else {
            throw ValidationError("--environments must be 1 to 4096")
        }
        guard ObservationSize(rawValue: size) != nil else {
            throw ValidationError("--size must be 96 or 64")
        }
        guard seconds > 0, seconds.isFinite else {
            throw ValidationError("--seconds must be positive")
        }
    }

    func run() throws {
        guard let size = ObservationSize(rawValue: size) else { return }
        let vector = try VectorEnvironment(
            count: environments, observationSize: size, antialiasing: drawing.antialiasing ?? .off,
            context: drawing.gl)
        let rate = try stepRate(vector)
        var milliseconds = 0.0
        var residentAfter100: Double?
        for count in 1...2000 {
            milliseconds += try resetMilliseconds(vector, seed: UInt64(count))
            if count == 100 { residentAfter100 = ProcessMemory.residentMiB }
        }
        try printJSON(
            Report(
                rate: rate, environments: environments, size: size.side,
                antialiasing: vector.antialiasing.rawValue, gl: drawing.gl.rawValue,
                resetMilliseconds: milliseconds / 2000, residentMiB: residentAfter100,
                residentMiBAfter2000Resets: ProcessMemory.residentMiB))
    }

    /// Steps a second of drives around the track, resets at the episodes' ends included.
    private func stepRate(_ vector: VectorEnvironment) throws -> Double {
        var drivers = [PursuitDriver](repeating: PursuitDriver(), count: vector.count)
        var actions = [Float](repeating: 0, count: 3 * vector.count)
        var nextSeed = UInt64(vector.count)
        for index in 0..<vector.count { vector.reset(index, trackSeed: UInt64(index)) }
        func stepAll() throws {
            for index in 0..<vector.count {
                let action = drivers[index].action(for: vector.environment(index))
                actions[3 * index] = Float(action.steering)
                actions[3 * index + 1] = Float(action.gas)
                actions[3 * index + 2] = Float(action.brake)
            }
            try actions.withUnsafeBufferPointer { actions in
                try vector.stepAll(actions: actions) { index in
                    drivers[index] = PursuitDriver()
                    nextSeed += 1
                    return nextSeed
                }
            }
        }
        // The drawing library compiles its shaders with the first pictures.
        for _ in 0..<20 { try stepAll() }
        let start = ContinuousClock.now
        var steps = 0
        while ContinuousClock.now < start + .seconds(seconds) {
            try stepAll()
            steps += vector.count
        }
        return Double(steps) / (ContinuousClock.now - start).seconds
    }

    private func resetMilliseconds(_ vector: VectorEnvironment, seed: UInt64) throws -> Double {
        let duration = try ContinuousClock().measure {
            vector.reset(0, trackSeed: seed)
            try vector.draw(0)
        }
        return duration / .milliseconds(1)
    }
}
