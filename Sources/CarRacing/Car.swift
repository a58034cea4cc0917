// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CBox2D

/// The car: a hull and four wheels on steered hinges (car_dynamics.py).
///
/// Box2D's values are single precision, all others double, as in the reference.
final class Car {
    /// Wheels, front left, front right, rear left, rear right.
    struct Wheel {
        var body: OpaquePointer
        var joint: OpaquePointer
        var gas = 0.0
        var brake = 0.0
        var steer = 0.0
        /// How far the wheel has turned [rad].
        var phase = 0.0
        /// How fast it turns [rad/s].
        var omega = 0.0
        /// How many tiles it touches.
        var tiles = 0
        var skid = SkidMarks.Trail()
    }

    static let wheelCount = 4
    let hull: OpaquePointer
    /// Four wheels; the memory is the car's own and lives as long as it.
    let wheels: UnsafeMutableBufferPointer<Wheel>
    let skidMarks: SkidMarks

    /// Puts a car at rest into a world.
    ///
    /// The wheels stand where they would without the car's angle, as in the reference; the first
    /// step pulls them to their places.
    init(world: OpaquePointer, angle: Double, x: Double, y: Double) {
        func single(_ x: Double, _ y: Double) -> CBox2DVector {
            CBox2DVector(x: Float(x), y: Float(y))
        }
        let size = CarConstant.size
        hull = CBox2DWorldAddBody(world, true, single(x, y), Float(angle))
        for polygon in CarConstant.hullPolygons {
            let vertices = polygon.map { single($0.x * size, $0.y * size) }
            let material = CBox2DMaterial(
                density: 1, restitution: 0, category: 1, mask: 0xFFFF, isSensor: false)
            CBox2DBodyAddPolygon(hull, vertices, Int32(vertices.count), material, Tag.hull)
        }
        let wheelVertices = CarGeometry.wheel.map { CBox2DVector(x: $0.x, y: $0.y) }
        wheels = .allocate(capacity: Self.wheelCount)
        for index in 0..<Self.wheelCount {
            let place = CarConstant.wheelPositions[index]
            let body: OpaquePointer = CBox2DWorldAddBody(
                world, true, single(x + place.x * size, y + place.y * size), Float(angle))
            let material = CBox2DMaterial(
                density: 0.1, restitution: 0, category: CarConstant.wheelCategory,
                mask: CarConstant.wheelMask, isSensor: false)
            CBox2DBodyAddPolygon(
                body, wheelVertices, Int32(wheelVertices.count), material, Tag.wheel(index))
            let joint: OpaquePointer = CBox2DWorldAddRevoluteJoint(
                world, hull, body,
                CBox2DRevoluteJoint(
                    anchorA: single(place.x * size, place.y * size), anchorB: single(0, 0),
                    lowerAngle: Float(-CarConstant.steeringLimit),
                    upperAngle: Float(CarConstant.steeringLimit),
                    maximumMotorTorque: Float(CarConstant.maximumMotorTorque)))
            wheels.initializeElement(at: index, to: Wheel(body: body, joint: joint))
        }
        skidMarks = SkidMarks()
    }

    deinit {
        wheels.deinitialize()
        wheels.deallocate()
    }

    /// Sets the controls; gas rises gradually and falls at once.
    func control(_ action: Action) {
        wheels[0].steer = -action.steering
        wheels[1].steer = -action.steering
        let gas = min(max(action.gas, 0), 1)
        for index in 2..<4 {
            wheels[index].gas += min(gas - wheels[index].gas, CarConstant.gasRise)
        }
        for index in 0..<4 { wheels[index].brake = action.brake }
    }

    /// Turns the wheels' state into motor speeds and forces on their bodies.
    func step(_ seconds: Double) {
        for index in 0..<Self.wheelCount { step(&wheels[index], seconds) }
    }

    private func step(_ wheel: inout Wheel, _ seconds: Double) {
        let angle = CBox2DJointGetAngle(wheel.joint)
        // Box2D 2.3, which the reference uses, heeds a limit from the step after it was reached;
        // 2.4 would brake the wheel just before.
        let limit = Float(CarConstant.steeringLimit)
        CBox2DJointEnableLimit(wheel.joint, angle <= -limit || angle >= limit)
        let steering = wheel.steer - Double(angle)
        let speed = min(CarConstant.steeringGain * abs(steering), CarConstant.steeringSpeed)
        CBox2DJointSetMotorSpeed(wheel.joint, Float(Self.sign(steering) * speed))

        let onGrass = wheel.tiles == 0
        let grip =
            onGrass
            ? CarConstant.frictionLimit * CarConstant.grassFriction : CarConstant.frictionLimit

        let state = CBox2DBodyGetState(wheel.body)
        // The body's axes (0, 1) and (1, 0) in the world, in Box2D's precision.
        let forward = (x: Double(-state.sine), y: Double(state.cosine))
        let side = (x: Double(state.cosine), y: Double(state.sine))
        let velocity = (x: Double(state.linearVelocity.x), y: Double(state.linearVelocity.y))
        let forwardSpeed = forward.x * velocity.x + forward.y * velocity.y
        let sideSpeed = side.x * velocity.x + side.y * velocity.y

        // Power over angular velocity, with a small summand not to divide by zero.
        wheel.omega +=
            seconds * CarConstant.enginePower * wheel.gas / CarConstant.wheelMomentOfInertia
            / (abs(wheel.omega) + 5.0)
        if wheel.brake >= CarConstant.blockingBrake {
            wheel.omega = 0
        } else if wheel.brake > 0 {
            let drop = min(CarConstant.brakeForce * wheel.brake, abs(wheel.omega))
            wheel.omega += -Self.sign(wheel.omega) * drop
        }
        wheel.phase += wheel.omega * seconds

        var forwardForce = -forwardSpeed + wheel.omega * CarConstant.wheelRadius
        var sideForce = -sideSpeed
        forwardForce *= CarConstant.slipToForce
        sideForce *= CarConstant.slipToForce
        let force = (forwardForce * forwardForce + sideForce * sideForce).squareRoot()
        if abs(force) > 2.0 * grip {
            skidMarks.extend(
                &wheel.skid, to: (state.position.x, state.position.y), onGrass: onGrass)
        } else {
            wheel.skid = SkidMarks.Trail()
        }
        if abs(force) > grip {
            forwardForce /= force
            sideForce /= force
            forwardForce *= grip
            sideForce *= grip
        }
        wheel.omega -=
            seconds * forwardForce * CarConstant.wheelRadius / CarConstant.wheelMomentOfInertia
        CBox2DBodyApplyForceToCenter(
            wheel.body,
            CBox2DVector(
                x: Float(sideForce * side.x + forwardForce * forward.x),
                y: Float(sideForce * side.y + forwardForce * forward.y)))
    }

    /// Numpy's sign: 0 of 0.
    private static func sign(_ value: Double) -> Double {
        value > 0 ? 1 : (value < 0 ? -1 : 0)
    }
}

/// Whose a polygon is, told to Box2D as a number: no pointer can dangle.
enum Tag {
    static let hull: UInt = 0
    private static let firstWheel: UInt = 1 << 20

    static func tile(_ index: Int) -> UInt { UInt(index + 1) }
    static func wheel(_ index: Int) -> UInt { firstWheel + UInt(index) }

    static func tileIndex(_ tag: UInt) -> Int? {
        tag > hull && tag < firstWheel ? Int(tag) - 1 : nil
    }
    static func wheelIndex(_ tag: UInt) -> Int? {
        tag >= firstWheel ? Int(tag - firstWheel) : nil
    }
}
