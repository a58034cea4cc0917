// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import SeededRandom

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// One node of a track's middle line, as Gymnasium's `env.track` holds it.
public struct TrackNode: Sendable, Hashable {
    /// The angle [rad] of the node around the playfield's middle.
    public var alpha: Double
    /// The road's direction [rad], 0 when it leads along +y.
    public var beta: Double
    /// The position [m].
    public var x: Double
    /// The position [m].
    public var y: Double
}

/// A closed track: Gymnasium's for the same random stream, bit for bit.
///
/// Between the nodes i - 1 and i lies tile i, and a kerb beside it where `kerbs[i]` says so.
public struct Track: Sendable, Hashable {
    /// The middle line; the last node is followed by the first.
    public let nodes: [TrackNode]
    /// Which tiles have a kerb: bends that turn hard the same way for some nodes.
    public let kerbs: [Bool]

    /// How many polygons the road is drawn with: tiles and kerbs.
    public var polygonCount: Int { nodes.count + kerbs.count { $0 } }

    /// The track that Gymnasium makes on `reset(seed: seed)`; with `domainRandomize` it is another
    /// one, since the colours are drawn before it.
    public init(seed: UInt64, domainRandomize: Bool = false) {
        var generator = PCG64(seed: seed)
        if domainRandomize { _ = Palette(from: &generator) }
        self.init(from: &generator)
    }

    /// Draws attempts from a stream until one of them closes.
    ///
    /// Failed attempts have used the stream up as Gymnasium's do.
    public init(from generator: inout PCG64) {
        while true {
            if let nodes = Self.attempt(&generator) {
                self.nodes = nodes
                self.kerbs = Self.kerbs(nodes)
                return
            }
        }
    }

    private struct Checkpoint {
        var alpha: Double
        var x: Double
        var y: Double
    }

    private static func checkpoints(_ generator: inout PCG64) -> [Checkpoint] {
        let count = TrackConstant.checkpoints
        return (0..<count).map { index in
            let noise = generator.uniform(0, 2 * Double.pi * 1 / Double(count))
            var alpha = 2 * Double.pi * Double(index) / Double(count) + noise
            var radius = generator.uniform(TrackConstant.radius / 3, TrackConstant.radius)
            if index == 0 {
                alpha = 0
                radius = 1.5 * TrackConstant.radius
            }
            if index == count - 1 {
                alpha = 2 * Double.pi * Double(index) / Double(count)
                radius = 1.5 * TrackConstant.radius
            }
            return Checkpoint(alpha: alpha, x: radius * cos(alpha), y: radius * sin(alpha))
        }
    }

    private static func attempt(_ generator: inout PCG64) -> [TrackNode]? {
        let walk = walk(checkpoints(&generator))
        guard let loop = secondLoop(walk), let first = loop.first, let last = loop.last else {
            return nil
        }
        // The jump along the road's direction from tail to head.
        let perpendicularX = cos(first.beta)
        let perpendicularY = sin(first.beta)
        let gapX = perpendicularX * (first.x - last.x)
        let gapY = perpendicularY * (first.y - last.y)
        let gap = (gapX * gapX + gapY * gapY).squareRoot()
        return gap > TrackConstant.detailStep ? nil : Array(loop)
    }

    /// Walks from checkpoint to checkpoint, five times around or until the node limit.
    private static func walk(_ checkpoints: [Checkpoint]) -> [TrackNode] {
        var x = 1.5 * TrackConstant.radius
        var y = 0.0
        var beta = 0.0
        var destination = 0
        var laps = 0
        var visitedOtherSide = false
        var nodes: [TrackNode] = []
        nodes.reserveCapacity(TrackConstant.nodeLimit)
        while true {
            var alpha = atan2(y, x)
            if visitedOtherSide && alpha > 0 {
                laps += 1
                visitedOtherSide = false
            }
            if alpha < 0 {
                visitedOtherSide = true
                alpha += 2 * Double.pi
            }
            var target = checkpoints[destination % checkpoints.count]
            search: while true {
                while true {
                    target = checkpoints[destination % checkpoints.count]
                    if alpha <= target.alpha { break search }
                    destination += 1
                    if destination % checkpoints.count == 0 { break }
                }
                alpha -= 2 * Double.pi
            }
            let directionX = cos(beta)
            let directionY = sin(beta)
            var projection = directionX * (target.x - x) + directionY * (target.y - y)
            while beta - alpha > 1.5 * Double.pi { beta -= 2 * Double.pi }
            while beta - alpha < -1.5 * Double.pi { beta += 2 * Double.pi }
            let previousBeta = beta
            projection *= TrackConstant.scale
            let turn = min(TrackConstant.turnRate, abs(0.001 * projection))
            if projection > 0.3 { beta -= turn }
            if projection < -0.3 { beta += turn }
            x += -directionY * TrackConstant.detailStep
            y += directionX * TrackConstant.detailStep
            nodes.append(
                TrackNode(alpha: alpha, beta: previousBeta * 0.5 + beta * 0.5, x: x, y: y))
            if laps > 4 || nodes.count == TrackConstant.nodeLimit { return nodes }
        }
    }

    /// The last whole loop through the start; the first one is still finding its way.
    private static func secondLoop(_ walk: [TrackNode]) -> ArraySlice<TrackNode>? {
        let startAlpha = 2 * Double.pi * (-0.5) / Double(TrackConstant.checkpoints)
        var end: Int?
        var index = walk.count
        while true {
            index -= 1
            if index == 0 { return nil }
            let passesStart =
                walk[index].alpha > startAlpha && walk[index - 1].alpha <= startAlpha
            guard passesStart else { continue }
            if let end { return walk[index..<(end - 1)] }
            end = index
        }
    }

    private static func kerbs(_ nodes: [TrackNode]) -> [Bool] {
        let count = nodes.count
        // Python's negative indices count from the end.
        func wrapped(_ index: Int) -> Int { index < 0 ? index + count : index }
        var kerbs = [Bool](repeating: false, count: count)
        for index in 0..<count {
            var good = true
            var oneSide = 0
            for back in 0..<TrackConstant.kerbMinimumCount {
                let turn = nodes[wrapped(index - back)].beta - nodes[wrapped(index - back - 1)].beta
                good = good && abs(turn) > TrackConstant.turnRate * 0.2
                oneSide += turn > 0 ? 1 : (turn < 0 ? -1 : 0)
            }
            kerbs[index] = good && abs(oneSide) == TrackConstant.kerbMinimumCount
        }
        for index in 0..<count {
            for back in 0..<TrackConstant.kerbMinimumCount where kerbs[index] {
                kerbs[wrapped(index - back)] = true
            }
        }
        return kerbs
    }
}
