// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CBox2D
import SeededRandom

/// One CarRacing-v3: track, car, contacts and rules, without pictures.
///
/// The same track seed and actions give the same numbers, bit for bit, whatever was driven
/// before. An object is used by one thread at a time.
public final class CarRacingEnvironment {
    /// The rules of every episode.
    public let rules: Rules
    /// How many tiles have been touched by a wheel.
    public private(set) var tilesVisited = 0
    /// How many steps were made with an action.
    public private(set) var steps = 0

    /// The seconds since the reset, summed as the reference sums them.
    package private(set) var seconds = 0.0

    private var start: Start
    private var visited: [Bool] = []
    private var score = 0.0
    private var previousScore = 0.0
    private var hasNewLap = false

    /// An environment at the start of an episode, as after `reset(trackSeed:)`.
    public init(rules: Rules = Rules(), trackSeed: UInt64 = 0) {
        self.rules = rules
        start = Start(rules: rules, trackSeed: trackSeed, keeping: nil)
        begin()
    }

    deinit {
        CBox2DWorldDestroy(start.world)
    }

    /// The episode's track.
    public var track: Track { start.track }

    package var palette: Palette { start.palette }

    package var road: Road { start.road }

    private var car: Car { start.car }

    /// How many tiles the track has.
    public var trackTiles: Int { track.nodes.count }

    /// The rewards so far: what the score of the picture shows.
    public var totalReward: Double { score }

    /// Begins an episode as Gymnasium's `reset(seed: trackSeed)`, its step without action included.
    ///
    /// The seed decides the track, and the colours where they are drawn; `keepsColors` keeps the
    /// last episode's (Gymnasium's option `randomize: False`).
    public func reset(trackSeed: UInt64, keepsColors: Bool = false) {
        CBox2DWorldDestroy(start.world)
        start = Start(rules: rules, trackSeed: trackSeed, keeping: keepsColors ? palette : nil)
        begin()
    }

    /// Drives for 1/50 s with controls that act as if clipped when out of range.
    ///
    /// - Throws: `CarRacingError.actionNotFinite`; nothing has moved then.
    public func step(_ action: Action) throws(CarRacingError) -> StepResult {
        guard action.isFinite else { throw .actionNotFinite(action) }
        car.control(action)
        advance()
        steps += 1
        score -= 0.1
        let reward = score - previousScore
        previousScore = score
        let position = CBox2DBodyGetState(car.hull).position
        if abs(Double(position.x)) > TrackConstant.playfield
            || abs(Double(position.y)) > TrackConstant.playfield
        {
            return StepResult(reward: -100, end: .leftPlayfield)
        }
        if tilesVisited == trackTiles || hasNewLap {
            return StepResult(reward: reward, end: .lapCompleted)
        }
        let isLast = rules.timeLimit.map { steps >= $0 } ?? false
        return StepResult(reward: reward, end: isLast ? .timeLimit : nil)
    }

    private func begin() {
        visited = [Bool](repeating: false, count: track.nodes.count)
        tilesVisited = 0
        steps = 0
        seconds = 0
        score = 0
        previousScore = 0
        hasNewLap = false
        advance()
    }

    private func advance() {
        car.step(PhysicsConstant.step)
        CBox2DWorldStep(
            start.world, Float(PhysicsConstant.step), PhysicsConstant.velocityIterations,
            PhysicsConstant.positionIterations)
        var events: UnsafePointer<CBox2DContactEvent>?
        let count = CBox2DWorldContactEvents(start.world, &events)
        if let events {
            for index in 0..<count { handle(events[index]) }
        }
        seconds += PhysicsConstant.step
    }

    /// Friction and rewards (car_racing.py, `FrictionDetector`).
    private func handle(_ event: CBox2DContactEvent) {
        let tile: Int
        let other: UInt
        if let index = Tag.tileIndex(event.tagB) {
            (tile, other) = (index, event.tagA)
        } else if let index = Tag.tileIndex(event.tagA) {
            (tile, other) = (index, event.tagB)
        } else {
            return
        }
        start.road.touch(tile)
        guard let wheel = Tag.wheelIndex(other) else { return }
        guard event.begins else {
            car.wheels[wheel].tiles -= 1
            return
        }
        car.wheels[wheel].tiles += 1
        guard !visited[tile] else { return }
        visited[tile] = true
        score += 1000.0 / Double(trackTiles)
        tilesVisited += 1
        if tile == 0, Double(tilesVisited) / Double(trackTiles) > rules.lapCompletePercent {
            hasNewLap = true
        }
    }

    /// A new episode's track and world.
    private struct Start {
        let track: Track
        let palette: Palette
        var road: Road
        let world: OpaquePointer
        let car: Car

        init(rules: Rules, trackSeed: UInt64, keeping kept: Palette?) {
            var generator = PCG64(seed: trackSeed)
            if rules.domainRandomize {
                palette = kept ?? Palette(from: &generator)
            } else {
                palette = .standard
            }
            track = Track(from: &generator)
            road = Road(track: track, palette: palette)
            guard let world = CBox2DWorldCreate() else {
                preconditionFailure("no memory for a Box2D world")
            }
            self.world = world
            let material = CBox2DMaterial(
                density: 0, restitution: 0, category: 1, mask: 0xFFFF, isSensor: true)
            let ground: OpaquePointer = CBox2DWorldAddBody(
                world, false, CBox2DVector(x: 0, y: 0), 0)
            for tile in track.nodes.indices {
                withUnsafePointer(to: road.tileCorners(tile)) { corners in
                    corners.withMemoryRebound(to: CBox2DVector.self, capacity: 4) {
                        CBox2DBodyAddPolygon(ground, $0, 4, material, Tag.tile(tile))
                    }
                }
            }
            let node = track.nodes[0]
            car = Car(world: world, angle: node.beta, x: node.x, y: node.y)
        }
    }
}

extension CarRacingEnvironment {
    /// The hull's position [m], angle [rad], velocity [m/s] and angular velocity [rad/s].
    public var hull: HullState {
        let state = CBox2DBodyGetState(car.hull)
        return HullState(
            x: Double(state.position.x), y: Double(state.position.y), angle: Double(state.angle),
            velocityX: Double(state.linearVelocity.x), velocityY: Double(state.linearVelocity.y),
            angularVelocity: Double(state.angularVelocity))
    }

    /// The angular velocity [rad/s] of a wheel, positive when rolling forwards.
    ///
    /// Wheels are 0 front left, 1 front right, 2 rear left, 3 rear right.
    public func wheelVelocity(_ index: Int) -> Double { car.wheels[index].omega }

    /// The angle [rad] by which a wheel (see `wheelVelocity`) is steered, positive to the left.
    public func steeringAngle(_ index: Int) -> Double {
        Double(CBox2DJointGetAngle(car.wheels[index].joint))
    }

    package var skidMarks: SkidMarks { car.skidMarks }

    package var hullPlace: BodyPlace { Self.place(car.hull) }

    package func wheelPlace(_ index: Int) -> BodyPlace { Self.place(car.wheels[index].body) }

    /// How far [rad] a wheel has turned.
    package func wheelPhase(_ index: Int) -> Double { car.wheels[index].phase }

    package var indicators: Indicators {
        let state = CBox2DBodyGetState(car.hull)
        let velocity = SIMD2(Double(state.linearVelocity.x), Double(state.linearVelocity.y))
        return Indicators(
            speed: (velocity * velocity).sum().squareRoot(),
            wheels: SIMD4(
                car.wheels[0].omega, car.wheels[1].omega, car.wheels[2].omega,
                car.wheels[3].omega),
            steering: steeringAngle(0), gyroscope: Double(state.angularVelocity), score: score)
    }

    private static func place(_ body: OpaquePointer) -> BodyPlace {
        let state = CBox2DBodyGetState(body)
        return BodyPlace(
            position: SIMD2(state.position.x, state.position.y), sine: state.sine,
            cosine: state.cosine)
    }
}

/// Where the car is and how it moves, as Box2D has it (single precision, widened).
public struct HullState: Sendable, Hashable {
    /// The position [m].
    public var x: Double
    /// The position [m].
    public var y: Double
    /// The angle [rad], 0 when it points along +y, not wrapped.
    public var angle: Double
    /// The velocity [m/s].
    public var velocityX: Double
    /// The velocity [m/s].
    public var velocityY: Double
    /// The angular velocity [rad/s].
    public var angularVelocity: Double
}
