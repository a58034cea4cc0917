// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A driver that knows the track and steers at a point ahead of the car (pure pursuit).
///
/// It finishes most laps; demonstrations and part of the training data are driven by it.
public struct PursuitDriver: Sendable, Hashable {
    /// The speed [m/s] it aims at on a straight.
    public var speed: Double
    /// The node it last was nearest to.
    private var cursor = 0

    private static let searchedNodes = 12
    private static let aimNodes = 5
    private static let bendNodes = 14

    /// A driver at the start of a lap.
    public init(speed: Double = 100) {
        self.speed = speed
    }

    /// What to do now, in range and in single precision as recorded actions are.
    ///
    /// The driver must have driven the environment since its last reset.
    public mutating func action(for environment: CarRacingEnvironment) -> Action {
        let nodes = environment.track.nodes
        let hull = environment.hull
        func node(_ index: Int) -> TrackNode { nodes[index % nodes.count] }
        func distance(_ index: Int) -> Double {
            hypot(node(index).x - hull.x, node(index).y - hull.y)
        }
        var nearest = cursor
        for index in cursor..<(cursor + Self.searchedNodes)
        where distance(index) < distance(nearest) {
            nearest = index
        }
        cursor = nearest
        let aim = node(cursor + Self.aimNodes)
        let heading = hull.angle + Double.pi / 2
        let error = Self.wrapped(atan2(aim.y - hull.y, aim.x - hull.x) - heading)
        let bend = abs(Self.wrapped(node(cursor + Self.bendNodes).beta - node(cursor).beta))
        let current = hypot(hull.velocityX, hull.velocityY)
        let target = speed / (1 + 2 * bend)
        func limited(_ value: Double, _ low: Double, _ high: Double) -> Double {
            Double(Float(min(max(value, low), high)))
        }
        return Action(
            steering: limited(-1.5 * error, -1, 1), gas: limited(0.1 * (target - current), 0, 0.6),
            brake: limited(0.02 * (current - target - 5), 0, 0.3))
    }

    /// An angle in -pi ..< pi.
    private static func wrapped(_ angle: Double) -> Double {
        let turned = (angle + Double.pi).truncatingRemainder(dividingBy: 2 * Double.pi)
        return (turned < 0 ? turned + 2 * Double.pi : turned) - Double.pi
    }
}
