// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CarRacing
import SeededRandom

/// The scripted driver, at another pace and disturbed in every episode.
///
/// Random controls never reach a bend at speed. This driver does, and its disturbances show V what
/// lies beside the road and M what follows from controls that a good driver would not choose.
struct RoadDriver: Driver {
    private var stream = PCG64(seed: 0)
    private var driver = PursuitDriver()
    /// How strongly this episode's controls are disturbed, 0 to 1.
    private var strength = 0.0
    /// The disturbance now: steering and pedals, each decaying towards 0 within half a second.
    private var drift = SIMD2<Double>()

    mutating func begin(_ stream: PCG64) {
        self.stream = stream
        driver = PursuitDriver(speed: self.stream.uniform(40, 100))
        strength = self.stream.uniform(0, 1)
        drift = SIMD2()
    }

    mutating func act(
        observation: UnsafePointer<UInt8>, environment: CarRacingEnvironment
    ) -> SIMD3<Float> {
        let wanted = driver.action(for: environment)
        let noise = stream.normalPair()
        drift = drift * 0.95 + SIMD2(noise.0, noise.1) * (0.12 * strength)
        let pedals = wanted.gas - wanted.brake + 0.5 * drift.y
        return SIMD3(
            Float(max(-1, min(1, wanted.steering + drift.x))), Float(max(0, min(1, pedals))),
            Float(max(0, min(0.8, -pedals))))
    }
}
