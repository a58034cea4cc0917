// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import SeededRandom

/// The colours of ground and road, 0...255 a channel, as the reference keeps them: doubles.
package struct Palette: Sendable, Hashable {
    private let road: SIMD3<Double>
    private let backgroundLevels: SIMD3<Double>
    private let grassLevels: SIMD3<Double>

    static let kerbWhite = RGBA(255, 255, 255, 255)
    static let kerbRed = RGBA(255, 0, 0, 255)

    /// The colours of the plain variant.
    package static let standard = Palette(
        road: SIMD3(102, 102, 102), background: SIMD3(102, 204, 102),
        grass: SIMD3(102, 230, 102))

    private init(road: SIMD3<Double>, background: SIMD3<Double>, grass: SIMD3<Double>) {
        self.road = road
        backgroundLevels = background
        grassLevels = grass
    }

    /// Draws an episode's colours as Gymnasium's `domain_randomize` does before the track.
    package init(from generator: inout PCG64) {
        func levels() -> SIMD3<Double> {
            let red = generator.uniform(0, 210)
            let green = generator.uniform(0, 210)
            return SIMD3(red, green, generator.uniform(0, 210))
        }
        road = levels()
        backgroundLevels = levels()
        var grass = backgroundLevels
        grass[Int(generator.integer(below: 3))] += 20
        grassLevels = grass
    }

    /// The ground.
    package var background: RGBA { Self.whole(backgroundLevels) }
    /// The square patches on it.
    package var grass: RGBA { Self.whole(grassLevels) }

    /// The road; every third tile is a little brighter, the next a little more.
    func road(shade: Int) -> RGBA {
        Self.whole(road + 0.01 * Double(shade) * 255)
    }

    private static func whole(_ levels: SIMD3<Double>) -> RGBA {
        RGBA(UInt8(levels.x), UInt8(levels.y), UInt8(levels.z), 255)
    }
}
