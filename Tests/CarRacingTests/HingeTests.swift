// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CBox2D
import SeededRandom
import Testing

struct HingeTests {
    /// A hull on four hinged wheels.
    private final class Cart {
        let world: OpaquePointer
        var bodies: [OpaquePointer] = []
        var hinges: [OpaquePointer] = []

        init(makesAllIterations: Bool, collides: Bool) throws {
            world = try #require(CBox2DWorldCreate())
            if makesAllIterations { CBox2DWorldMakeAllIterations(world) }
            func add(_ x: Float, _ y: Float, width: Float, height: Float, density: Float)
                throws -> OpaquePointer
            {
                let body = try #require(
                    CBox2DWorldAddBody(world, true, CBox2DVector(x: x, y: y), 0))
                let corners = [(-1, -1), (1, -1), (1, 1), (-1, 1)].map {
                    (right: Float, up: Float) in
                    CBox2DVector(x: right * width, y: up * height)
                }
                let material = CBox2DMaterial(
                    density: density, restitution: 0, category: 1, mask: collides ? 1 : 0,
                    isSensor: false)
                CBox2DBodyAddPolygon(body, corners, 4, material, 0)
                return body
            }
            let hull = try add(0, 0, width: 1, height: 2.4, density: 1)
            bodies.append(hull)
            for (x, y) in [(-1.1, 1.6), (1.1, 1.6), (-1.1, -1.6), (1.1, -1.6)] as [(Float, Float)] {
                let wheel = try add(x, y, width: 0.28, height: 0.54, density: 0.1)
                bodies.append(wheel)
                hinges.append(
                    try #require(
                        CBox2DWorldAddRevoluteJoint(
                            world, hull, wheel,
                            CBox2DRevoluteJoint(
                                anchorA: CBox2DVector(x: x, y: y),
                                anchorB: CBox2DVector(x: 0, y: 0), lowerAngle: -0.4,
                                upperAngle: 0.4, maximumMotorTorque: 65))))
            }
            guard collides else { return }
            // A pen that is pushed about from inside.
            for side: Float in [-1, 1] {
                bodies.append(try add(0, 4 * side, width: 3.5, height: 0.4, density: 1))
                bodies.append(try add(4 * side, 0, width: 0.4, height: 3.5, density: 1))
            }
        }

        deinit { CBox2DWorldDestroy(world) }

        /// Positions, angles and velocities, as bits.
        var bits: [UInt32] {
            bodies.flatMap { body in
                let state = CBox2DBodyGetState(body)
                return [
                    state.position.x, state.position.y, state.angle, state.linearVelocity.x,
                    state.linearVelocity.y, state.angularVelocity,
                ].map(\.bitPattern)
            }
        }
    }

    private static func contactEvents(_ cart: Cart) -> Int {
        var events: UnsafePointer<CBox2DContactEvent>?
        return CBox2DWorldContactEvents(cart.world, &events)
    }

    @Test(arguments: [false, true])
    func `iterations that are left out change no bit`(collides: Bool) throws {
        var generator = PCG64(seed: 3)
        func draw(_ size: Double) -> Float { Float(generator.uniform(-size, size)) }
        let carts = try [false, true].map {
            try Cart(makesAllIterations: $0, collides: collides)
        }
        var speed: Float = 0
        var contacts = 0
        var force = CBox2DVector(x: 0, y: 0)
        for step in 0..<2000 {
            // Long at rest, long under the same force, and anything in between.
            if step % 100 == 0 {
                speed = draw(3)
                force =
                    step % 300 == 0
                    ? CBox2DVector(x: 0, y: 0) : CBox2DVector(x: draw(80), y: draw(80))
            }
            if step % 500 > 400 { force = CBox2DVector(x: draw(400), y: draw(400)) }
            for cart in carts {
                for (index, hinge) in cart.hinges.enumerated() {
                    CBox2DJointEnableLimit(hinge, step % 200 > 150)
                    CBox2DJointSetMotorSpeed(hinge, index < 2 ? speed : 0)
                    CBox2DBodyApplyForceToCenter(cart.bodies[index + 1], force)
                }
                CBox2DWorldStep(cart.world, 0.02, 180, 60)
            }
            contacts += Self.contactEvents(carts[0])
            try #require(carts[0].bits == carts[1].bits, "step \(step)")
        }
        #expect(carts[0].bits.contains { $0 != 0 })
        #expect((contacts > 0) == collides)
    }
}
