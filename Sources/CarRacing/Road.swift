// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A colour, 8 bits a channel: red, green, blue, and 255.
package typealias RGBA = SIMD4<UInt8>

/// The road's polygons as they are drawn, in order: tile, its kerb, next tile, and so on.
///
/// The arrays run in parallel.
package struct Road: Sendable {
    /// Four corners [m] of each polygon: x0, y0, x1, y1, and so on.
    package private(set) var corners: [SIMD8<Float>] = []
    /// The middle [m] of each polygon.
    package private(set) var middlesX: [Float] = []
    /// The middle [m] of each polygon.
    package private(set) var middlesY: [Float] = []
    /// The colour of each polygon; touched tiles lose their shade.
    package private(set) var colors: [RGBA] = []
    /// No corner is farther [m] from its polygon's middle.
    package private(set) var reach: Float = 0

    private var polygonOfTile: [Int] = []
    private let touchedColor: RGBA

    init(track: Track, palette: Palette) {
        touchedColor = palette.road(shade: 0)
        let count = track.polygonCount
        corners.reserveCapacity(count)
        middlesX.reserveCapacity(count)
        middlesY.reserveCapacity(count)
        colors.reserveCapacity(count)
        polygonOfTile.reserveCapacity(track.nodes.count)
        for tile in track.nodes.indices {
            polygonOfTile.append(corners.count)
            append(Self.tileCorners(track, tile), palette.road(shade: tile % 3))
            if track.kerbs[tile] {
                append(
                    Self.kerbCorners(track, tile),
                    tile % 2 == 0 ? Palette.kerbWhite : Palette.kerbRed)
            }
        }
    }

    /// Takes a tile's shade away, as the reference does on every contact (`FrictionDetector`).
    mutating func touch(_ tile: Int) {
        colors[polygonOfTile[tile]] = touchedColor
    }

    /// The corners [m] of a tile, rounded to single precision as Box2D gets them.
    func tileCorners(_ tile: Int) -> SIMD8<Float> { corners[polygonOfTile[tile]] }

    private mutating func append(_ quad: SIMD8<Double>, _ color: RGBA) {
        let single = SIMD8<Float>(quad)
        let middle =
            (single.lowHalf.lowHalf + single.lowHalf.highHalf
                + single.highHalf.lowHalf + single.highHalf.highHalf) / 4
        for corner in [
            single.lowHalf.lowHalf, single.lowHalf.highHalf,
            single.highHalf.lowHalf, single.highHalf.highHalf,
        ] {
            let difference = corner - middle
            reach = max(reach, (difference * difference).sum().squareRoot())
        }
        corners.append(single)
        middlesX.append(middle.x)
        middlesY.append(middle.y)
        colors.append(color)
    }

    /// The corners of the tile between a node and the one before: left, right, right, left.
    private static func tileCorners(_ track: Track, _ tile: Int) -> SIMD8<Double> {
        let (here, before) = ends(track, tile)
        let width = TrackConstant.halfWidth
        return SIMD8(
            here.x - width * cos(here.beta), here.y - width * sin(here.beta),
            here.x + width * cos(here.beta), here.y + width * sin(here.beta),
            before.x + width * cos(before.beta), before.y + width * sin(before.beta),
            before.x - width * cos(before.beta), before.y - width * sin(before.beta))
    }

    /// The corners of the kerb on the bend's outer side of a tile.
    private static func kerbCorners(_ track: Track, _ tile: Int) -> SIMD8<Double> {
        let (here, before) = ends(track, tile)
        let side = before.beta > here.beta ? 1.0 : (before.beta < here.beta ? -1.0 : 0)
        let inner = side * TrackConstant.halfWidth
        let outer = side * (TrackConstant.halfWidth + TrackConstant.kerbWidth)
        return SIMD8(
            here.x + inner * cos(here.beta), here.y + inner * sin(here.beta),
            here.x + outer * cos(here.beta), here.y + outer * sin(here.beta),
            before.x + outer * cos(before.beta), before.y + outer * sin(before.beta),
            before.x + inner * cos(before.beta), before.y + inner * sin(before.beta))
    }

    private static func ends(_ track: Track, _ tile: Int) -> (here: TrackNode, before: TrackNode) {
        (track.nodes[tile], track.nodes[tile == 0 ? track.nodes.count - 1 : tile - 1])
    }
}
