// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
package import SeededRandom
package import WorldModel

/// Controllers that see through V and M.
package final class ControllerPolicy: LockstepPolicy {
    package static var usesObservations: Bool { true }

    private let models: FrozenModels
    private let shape: ControllerShape
    private let latent: LatentUse
    /// Whether one controller drives all episodes.
    private let isShared: Bool
    private let states: RecurrentCell.States
    private let controllers: ControllerBank
    private let scratch: Encoder.Scratch
    private let encoded: UnsafeMutablePointer<Float>
    private let images: UnsafeMutablePointer<UnsafePointer<UInt8>>
    private let noise: UnsafeMutablePointer<PCG64>

    /// Makes room for controllers of one form, for these models' sizes; the one given drives all
    /// episodes if it is shared, else each brings its own parameters.
    package init(
        _ models: FrozenModels, _ controller: ControllerParameters, isShared: Bool, slots: Int
    ) {
        self.models = models
        self.isShared = isShared
        shape = controller.shape
        latent = controller.latent
        states = RecurrentCell.States(count: slots, sizes: models.sizes)
        controllers = ControllerBank(count: slots, shape: shape, kernels: models.kernels)
        if isShared { for slot in 0..<slots { controllers.set(slot, controller.values) } }
        scratch = Encoder.Scratch(for: models.encoder, capacity: slots)
        encoded = .allocate(capacity: slots * models.encoder.outputSize)
        encoded.initialize(repeating: 0, count: slots * models.encoder.outputSize)
        images = .allocate(capacity: slots)
        noise = .allocate(capacity: slots)
        noise.initialize(repeating: PCG64(seed: 0), count: slots)
    }

    deinit {
        encoded.deallocate()
        images.deallocate()
        noise.deallocate()
    }

    /// What the controller of a slot sees: z.
    package func latent(of slot: Int) -> UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(start: states.latent(slot), count: states.sizes.latent)
    }

    /// What the controller of a slot remembers: h.
    package func hidden(of slot: Int) -> UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(start: states.hidden(slot), count: states.sizes.hidden)
    }

    /// M's cell state in a slot: c.
    package func cell(of slot: Int) -> UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(start: states.cell(slot), count: states.sizes.hidden)
    }

    package func begin(_ slot: Int, parameters: [Float], stream: PCG64) throws {
        if !isShared {
            guard parameters.count == shape.parameterCount else {
                throw EpisodeFailure(parameters: parameters.count, of: shape.parameterCount)
            }
            controllers.set(slot, parameters)
        }
        states.reset(slot)
        noise[slot] = stream
    }

    /// z of every episode, into the row that C and M read.
    package func perceive(
        _ slots: UnsafeBufferPointer<Int>, _ observations: UnsafePointer<UInt8>
    ) {
        for (place, slot) in slots.enumerated() {
            (images + place).initialize(to: observations + slot * Encoder.imageBytes)
        }
        models.encoder.encode(
            UnsafeBufferPointer(start: images, count: slots.count), scratch: scratch, into: encoded)
        let (size, length) = (models.encoder.outputSize, models.encoder.latentSize)
        for (place, slot) in slots.enumerated() {
            let mean = encoded + place * size
            switch latent {
            case .mean: states.latent(slot).update(from: mean, count: length)
            case .sampled:
                models.encoder.sample(mean, noise: &noise[slot], into: states.latent(slot))
            }
        }
    }

    package func decide(
        _ slots: UnsafeBufferPointer<Int>, into actions: UnsafeMutablePointer<Float>
    ) {
        let size = ModelSizes.actions
        for slot in slots {
            controllers.act(slot, states)
            (actions + slot * size).update(from: states.action(slot), count: size)
        }
        // M before the world moves: it needs no more than z, a, h and c.
        models.recurrence.step(slots, states)
    }
}
