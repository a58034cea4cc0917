// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// The constants of Gymnasium 1.4.0's CarRacing-v3 (car_racing.py), in its units.
enum TrackConstant {
    static let scale = 6.0
    /// The radius [m] of the circle that a track is a morph of.
    static let radius = 900 / scale
    /// Half the side of the square [m] outside of which the episode ends.
    static let playfield = 2000 / scale
    /// The distance [m] between two track nodes.
    static let detailStep = 21 / scale
    /// The most a track turns between two nodes [rad].
    static let turnRate = 0.31
    /// Half the road's width [m].
    static let halfWidth = 40 / scale
    /// The width of a kerb [m].
    static let kerbWidth = 8 / scale
    /// How many bends in a row make a kerb.
    static let kerbMinimumCount = 4
    static let checkpoints = 12
    /// An attempt to draw a track gives up after so many nodes.
    static let nodeLimit = 2500
}

/// The constants of Gymnasium 1.4.0's car (car_dynamics.py), in its units.
///
/// Products are written in the reference's order, so that they round as they do there.
enum CarConstant {
    /// Metres a unit of the car's drawing.
    static let size = 0.02
    static let enginePower = 100_000_000 * size * size
    static let wheelMomentOfInertia = 4000 * size * size
    /// The force [N] from which a wheel slips on the road.
    static let frictionLimit = 1_000_000 * size * size
    /// How much of it is left on grass.
    static let grassFriction = 0.6
    /// Turns a speed difference [m/s] into a force [N]; it cuts oscillations within a few steps.
    static let slipToForce = 205_000 * size * size
    static let wheelRadius = 27 * size
    /// The deceleration of a wheel under full brake [rad/s a step].
    static let brakeForce = 15.0
    /// From this much brake on a wheel is blocked.
    static let blockingBrake = 0.9
    /// The most that gas rises in a step.
    static let gasRise = 0.1
    static let maximumMotorTorque = 180 * 900 * size * size
    /// The speed [rad/s] with which a wheel is steered.
    static let steeringSpeed = 3.0
    static let steeringGain = 50.0
    static let steeringLimit = 0.4

    static let wheelPositions: [(x: Double, y: Double)] = [
        (-55, 80), (55, 80), (-55, -82), (55, -82),
    ]
    static let hullPolygons: [[(x: Double, y: Double)]] = [
        [(-60, 130), (60, 130), (60, 110), (-60, 110)],
        [(-15, 120), (15, 120), (20, 20), (-20, 20)],
        [(25, 20), (50, -10), (50, -40), (20, -90), (-20, -90), (-50, -40), (-50, -10), (-25, 20)],
        [(-50, -120), (50, -120), (50, -90), (-50, -90)],
    ]
    static let wheelHalfWidth = 14.0
    static let wheelHalfLength = 27.0
    static let wheelCategory: UInt16 = 0x0020
    static let wheelMask: UInt16 = 0x0001
}

/// Time and iterations of the physics (car_racing.py, `step`).
enum PhysicsConstant {
    static let framesPerSecond = 50.0
    static let step = 1.0 / framesPerSecond
    static let velocityIterations: Int32 = 6 * 30
    static let positionIterations: Int32 = 2 * 30
}
