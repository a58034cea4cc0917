// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CarRacing
package import SeededRandom

/// The scripted driver, at another pace and disturbed in every episode.
///
/// Random controls never reach a bend at speed. This driver does, and its disturbances show V what
/// lies beside the road and M what follows from controls that a good driver would not choose.
package struct RoadFollower: LockstepPolicy {
    /// A driver of one episode.
    private struct Driver {
        var stream = PCG64(seed: 0)
        var pursuit = PursuitDriver()
        /// How strongly this episode's controls are disturbed, 0 to 1.
        var strength = 0.0
        /// The disturbance now: steering and pedals, each decaying towards 0 within half a second.
        var drift = SIMD2<Double>()
    }

    private let cars: CarRacingSlots
    private let speed: Double?
    private var drivers: [Driver]

    /// Makes drivers that look into the cars they drive.
    ///
    /// With a speed [m/s] they aim at that on a straight, undisturbed.
    package init(of cars: CarRacingSlots, speed: Double? = nil) {
        self.cars = cars
        self.speed = speed
        drivers = [Driver](repeating: Driver(), count: cars.slots)
    }

    package mutating func begin(_ slot: Int, parameters: [Float], stream: PCG64) {
        var driver = Driver(stream: stream)
        if let speed {
            driver.pursuit = PursuitDriver(speed: speed)
        } else {
            driver.pursuit = PursuitDriver(speed: driver.stream.uniform(40, 100))
            driver.strength = driver.stream.uniform(0, 1)
        }
        drivers[slot] = driver
    }

    package mutating func decide(
        _ slots: UnsafeBufferPointer<Int>, into actions: UnsafeMutablePointer<Float>
    ) {
        for slot in slots {
            let wanted = drivers[slot].pursuit.action(for: cars.environment(slot))
            let noise = drivers[slot].stream.normalPair()
            let drift =
                drivers[slot].drift * 0.95
                + SIMD2(noise.0, noise.1) * (0.12 * drivers[slot].strength)
            drivers[slot].drift = drift
            let pedals = wanted.gas - wanted.brake + 0.5 * drift.y
            let action = actions + 3 * slot
            action[0] = Float(max(-1, min(1, wanted.steering + drift.x)))
            action[1] = Float(max(0, min(1, pedals)))
            action[2] = Float(max(0, min(0.8, -pedals)))
        }
    }
}
