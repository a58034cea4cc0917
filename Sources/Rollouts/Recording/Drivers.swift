// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CarRacing
import SeededRandom
import WorldModel

/// How cars are driven for a dataset.
public enum DrivingPolicy: String, Sendable, Hashable, Codable, CaseIterable {
    /// The original's: the controls do a random walk, so that the car keeps to what it does.
    case brownian
    /// Independent uniform controls at every step.
    case white
    /// A driver that follows the road, disturbed, so that bends are seen at speed.
    case driver
    /// A trained controller.
    case controller
}

/// One driver of one episode after another.
protocol Driver {
    /// Begins an episode whose random draws come from the stream.
    mutating func begin(_ stream: PCG64)

    /// The controls for the next step: steering, gas, brake.
    ///
    /// - Parameters:
    ///   - observation: The picture, 64 x 64 x 3 bytes.
    ///   - environment: The car on its track.
    /// - Returns: What is done and recorded.
    mutating func act(
        observation: UnsafePointer<UInt8>, environment: CarRacingEnvironment
    ) -> SIMD3<Float>
}

/// The range of the controls.
private let lowest = SIMD3<Float>(-1, 0, 0)
private let highest = SIMD3<Float>(1, 1, 1)

private func uniformAction(_ stream: inout PCG64) -> SIMD3<Float> {
    SIMD3(
        Float(stream.uniform(-1, 1)), Float(stream.uniform(0, 1)), Float(stream.uniform(0, 1)))
}

private func normals(_ stream: inout PCG64) -> SIMD3<Float> {
    let pair = stream.normalPair()
    return SIMD3(Float(pair.0), Float(pair.1), Float(stream.normalPair().0))
}

/// The original's `brown` noise: a += sqrt(dt) N(0, 1) with dt = 1/50, clipped, from a uniform start.
struct BrownianDriver: Driver {
    private var stream = PCG64(seed: 0)
    private var action: SIMD3<Float>?

    mutating func begin(_ stream: PCG64) {
        self.stream = stream
        action = nil
    }

    mutating func act(
        observation: UnsafePointer<UInt8>, environment: CarRacingEnvironment
    ) -> SIMD3<Float> {
        var next: SIMD3<Float>
        if let action {
            let moved = action + Float(1.0 / 50).squareRoot() * normals(&stream)
            next = moved.clamped(lowerBound: lowest, upperBound: highest)
        } else {
            next = uniformAction(&stream)
        }
        action = next
        return next
    }
}

/// The original's `white` noise.
struct WhiteDriver: Driver {
    private var stream = PCG64(seed: 0)

    mutating func begin(_ stream: PCG64) { self.stream = stream }

    mutating func act(
        observation: UnsafePointer<UInt8>, environment: CarRacingEnvironment
    ) -> SIMD3<Float> {
        uniformAction(&stream)
    }
}

/// A controller that sees through V and M.
struct ControllerDriver: Driver {
    private let models: FrozenModels
    private let latent: LatentUse
    private let states = RecurrentCell.States(count: 1)
    private let scratch: Encoder.Scratch
    private let bank: ControllerBank
    private var encoded = [Float](repeating: 0, count: Encoder.outputSize)
    private var stream = PCG64(seed: 0)

    init(models: FrozenModels, controller: ControllerParameters) {
        self.models = models
        latent = controller.latent
        scratch = Encoder.Scratch(for: models.encoder, capacity: 1)
        bank = ControllerBank(
            count: 1, inputs: controller.inputs, mapping: controller.mapping,
            kernels: models.kernels)
        bank.set(0, controller.values)
    }

    mutating func begin(_ stream: PCG64) {
        self.stream = stream
        states.reset(0)
    }

    mutating func act(
        observation: UnsafePointer<UInt8>, environment: CarRacingEnvironment
    ) -> SIMD3<Float> {
        encoded.withUnsafeMutableBufferPointer { numbers in
            guard let output = numbers.baseAddress else { return }
            withUnsafePointer(to: observation) {
                models.encoder.encode(
                    UnsafeBufferPointer(start: $0, count: 1), scratch: scratch, into: output)
            }
            switch latent {
            case .mean: states.latent(0).update(from: output, count: Encoder.latentSize)
            case .sampled: models.encoder.sample(output, noise: &stream, into: states.latent(0))
            }
        }
        bank.act(0, states)
        withUnsafePointer(to: 0) {
            models.recurrence.step(UnsafeBufferPointer(start: $0, count: 1), states)
        }
        let action = states.action(0)
        return SIMD3(action[0], action[1], action[2])
    }
}
