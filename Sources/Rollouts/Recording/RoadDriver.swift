// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CarRacing
import Foundation
import SeededRandom

/// A driver that follows the road by pure pursuit, at another pace and disturbed in every episode.
///
/// Coulter, "Implementation of the Pure Pursuit Path Tracking Algorithm", 1992. Random controls
/// never reach a bend at speed. This driver does, and its disturbances show V what lies beside the
/// road and M what follows from controls that a good driver would not choose.
struct RoadDriver: Driver {
    /// How far ahead [nodes of 3.5 m] it aims, and how far it looks for bends.
    private static let aim = 6
    private static let horizon = 14

    private var stream = PCG64(seed: 0)
    private var node: Int?
    /// This episode's pace, as a share of a brisk one.
    private var pace = 1.0
    /// How strongly this episode's controls are disturbed.
    private var disturbance = 0.0
    /// The disturbance now: steering and pedals, each decaying towards 0 within about a second.
    private var drift = SIMD2<Double>()

    mutating func begin(_ stream: PCG64) {
        self.stream = stream
        node = nil
        drift = SIMD2()
        pace = self.stream.uniform(0.6, 1.25)
        disturbance = self.stream.uniform(0, 1)
    }

    mutating func act(
        observation: UnsafePointer<UInt8>, environment: CarRacingEnvironment
    ) -> SIMD3<Float> {
        let hull = environment.hull
        let nodes = environment.track.nodes
        let here = nearest(nodes, hull)
        node = here
        // The hull's angle is 0 along +y and grows to the left, and so does the road's direction.
        let target = nodes[(here + Self.aim) % nodes.count]
        let bearing = atan2(hull.x - target.x, target.y - hull.y)
        let error = remainder(bearing - hull.angle, 2 * .pi)
        var turn = 0.0
        for ahead in 0..<Self.horizon {
            let from = nodes[(here + ahead) % nodes.count].beta
            let to = nodes[(here + ahead + 1) % nodes.count].beta
            turn += remainder(to - from, 2 * .pi)
        }
        let wanted = pace * max(16, 55 - 28 * abs(turn))
        let speed = (hull.velocityX * hull.velocityX + hull.velocityY * hull.velocityY).squareRoot()
        let noise = stream.normalPair()
        drift = drift * 0.96 + SIMD2(noise.0, noise.1) * (0.2 * disturbance)
        let steering = -1.6 * error + 0.12 * hull.angularVelocity + drift.x
        let pedals = (wanted - speed) * 0.08 + 0.7 * drift.y
        return SIMD3(
            Float(max(-1, min(1, steering))), Float(max(0, min(1, pedals))),
            Float(max(0, min(0.8, -pedals))))
    }

    /// The node that is nearest to the car: near the last one, or anywhere if it was thrown off.
    private func nearest(_ nodes: [TrackNode], _ hull: HullState) -> Int {
        func distance(_ index: Int) -> Double {
            let node = nodes[index]
            return (node.x - hull.x) * (node.x - hull.x) + (node.y - hull.y) * (node.y - hull.y)
        }
        func best(_ candidates: some Sequence<Int>) -> Int {
            candidates.min { distance($0) < distance($1) } ?? 0
        }
        if let node {
            let near = best((-3...10).map { (node + $0 + nodes.count) % nodes.count })
            if distance(near) < 30 * 30 { return near }
        }
        return best(nodes.indices)
    }
}
