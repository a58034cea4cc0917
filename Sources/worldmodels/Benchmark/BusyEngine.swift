// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Rollouts
import SeededRandom
import WorldModel

/// An engine that always has something to do, for measurements.
struct BusyEngine<Engine: EpisodeEngine> {
    let engine: Engine
    /// Episodes so far.
    private(set) var episodes = 0
    private let temperature: Double?
    private var next: UInt64
    private var parameters: [[Float]] = []

    /// An engine on a core of this number; a temperature has it dream, nil has it drive.
    init(_ engine: Engine, core: Int, temperature: Double? = nil) {
        self.engine = engine
        self.temperature = temperature
        next = UInt64(core) << 32
        // Controllers as at the start of a training; 16 of them are enough variety.
        var generator = PCG64(seed: UInt64(core))
        for _ in 0..<16 {
            parameters.append(
                (0..<ControllerShape().parameterCount).map { _ in
                    Float(0.1 * generator.normalPair().0)
                })
        }
    }

    mutating func work(for seconds: Double) throws {
        let start = StepTimes.now()
        while StepTimes.now() - start < seconds {
            while engine.freeSlots > 0 {
                let vector = Int(next % 16)
                let name = EpisodeName(
                    purpose: .training, generation: 1, candidate: vector, repetition: 0)
                try engine.submit(
                    Episode(
                        name: name, trackSeed: next, dreamTemperature: temperature, vector: vector),
                    parameters: parameters[vector], ticket: next)
                next += 1
            }
            try engine.step()
            episodes += engine.takeFinished().count
        }
    }
}
