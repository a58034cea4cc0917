// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// The car's polygons in its own coordinates [m], in single precision as Box2D keeps them.
package enum CarGeometry {
    /// The hull's polygons, in the order in which they are drawn.
    package static let hull: [[SIMD2<Float>]] = CarConstant.hullPolygons.map { polygon in
        polygon.map { SIMD2(Float($0.x * CarConstant.size), Float($0.y * CarConstant.size)) }
    }

    /// A wheel's polygon.
    package static let wheel: [SIMD2<Float>] = [(-1.0, 1.0), (1, 1), (1, -1), (-1, -1)].map {
        SIMD2(
            Float($0.0 * CarConstant.wheelHalfWidth * CarConstant.size),
            Float($0.1 * CarConstant.wheelHalfLength * CarConstant.size))
    }

    /// The colour of the hull: 0.8 of red.
    package static let hullColor = RGBA(204, 0, 0, 255)
    /// The colour of the wheels.
    package static let wheelColor = RGBA(0, 0, 0, 255)
    /// The colour of a wheel's mark.
    package static let wheelMarkColor = RGBA(77, 77, 77, 255)
    /// The colour of skid marks on grass; on the road they are black.
    package static let mudColor = RGBA(102, 102, 0, 255)
    /// Half of a wheel's width [m].
    package static let wheelHalfWidth = Float(CarConstant.wheelHalfWidth * CarConstant.size)
}

/// Where a body is [m] and how it is turned.
package struct BodyPlace: Sendable, Hashable {
    /// The position [m].
    package var position: SIMD2<Float>
    /// The sine of its angle.
    package var sine: Float
    /// The cosine of its angle.
    package var cosine: Float

    /// A point of the body in the world.
    package func callAsFunction(_ point: SIMD2<Float>) -> SIMD2<Float> {
        SIMD2(
            cosine * point.x - sine * point.y + position.x,
            sine * point.x + cosine * point.y + position.y)
    }
}

/// What the indicator bar shows.
package struct Indicators: Sendable, Hashable {
    /// The speed [m/s].
    package var speed = 0.0
    /// The wheels' angular velocities [rad/s]: front left, front right, rear left, rear right.
    package var wheels = SIMD4<Double>()
    /// The front left wheel's steering [rad].
    package var steering = 0.0
    /// The hull's angular velocity [rad/s].
    package var gyroscope = 0.0
    /// The rewards so far.
    package var score = 0.0
}
