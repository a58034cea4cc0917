// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CarRacing
import Foundation

/// The reference's window (car_racing.py), which is scaled down to every picture.
enum Window {
    static let width: Float = 1000
    static let height: Float = 800
    /// The share of the picture's height that the indicator bar takes, from below.
    static let barShare = 8
    /// The window's rows above the bar's lower edge.
    static let barHeight: Float = 100
    /// Where the car is, from the window's bottom.
    static let carY: Float = 200
    /// Window pixels a metre at rest and after the first second.
    static let farZoom = 0.1 * 6.0
    static let nearZoom = 2.7 * 6.0

    /// Below this zoom the road is narrower than three pixels of an observation.
    static let farZoomEnd: Float = 2

    /// The reference zooms in during the first second.
    static func zoom(seconds: Double) -> Float {
        Float(farZoom * max(1 - seconds, 0) + nearZoom * min(seconds, 1))
    }

    /// What scaling down makes of a flat colour: it rounds down twice.
    static func seen(_ color: RGBA) -> RGBA {
        RGBA(seen(color.x), seen(color.y), seen(color.z), 255)
    }

    static func seen(_ level: UInt8) -> UInt8 { level < 2 ? 0 : level - 2 }
}

/// The way from the world [m] to the picture's part above the indicator bar.
struct View {
    /// Clip coordinates are matrix columns times the point, plus the offset.
    let xColumn: SIMD2<Float>
    let yColumn: SIMD2<Float>
    let offset: SIMD2<Float>
    private let center: SIMD2<Float>
    private let right: SIMD2<Float>
    private let up: SIMD2<Float>
    /// The half sides [m] of what is seen, and where its middle is ahead of the car [m].
    private let halfWidth: Float
    private let halfHeight: Float
    private let ahead: Float

    init(car: BodyPlace, angle: Double, zoom: Float) {
        // The window turns with the car: its right and up in the world.
        let (sine, cosine) = (Float(sin(angle)), Float(cos(angle)))
        right = SIMD2(cosine, sine)
        up = SIMD2(-sine, cosine)
        center = car.position
        halfWidth = Window.width / 2 / zoom
        let rows = Window.height - Window.barHeight
        halfHeight = rows / 2 / zoom
        ahead = (Window.height + Window.barHeight) / 2 / zoom - Window.carY / zoom
        let horizontal = right / halfWidth
        // The picture's first row is its top one: clip coordinates point down.
        let vertical = -up / halfHeight
        xColumn = SIMD2(horizontal.x, vertical.x)
        yColumn = SIMD2(horizontal.y, vertical.y)
        let atCar = xColumn * center.x + yColumn * center.y
        offset = SIMD2(0, ahead / halfHeight) - atCar
    }

    /// A point of the world in clip coordinates.
    @inline(__always)
    func callAsFunction(_ x: Float, _ y: Float) -> SIMD2<Float> {
        xColumn * x + yColumn * y + offset
    }

    @inline(__always)
    func callAsFunction(_ point: SIMD2<Float>) -> SIMD2<Float> { self(point.x, point.y) }

    /// A polygon's corner, moved out as far as the reference's drawing makes polygons larger.
    ///
    /// It cuts corners to whole window pixels and paints all that the outline touches.
    @inline(__always)
    func grown(_ x: Float, _ y: Float, from middle: SIMD2<Float>) -> SIMD2<Float> {
        let corner = self(x, y)
        let outward = corner - middle
        return corner
            + SIMD2(
                outward.x < 0 ? -Self.growth.x : Self.growth.x,
                outward.y < 0 ? -Self.growth.y : Self.growth.y)
    }

    /// Half a window pixel, which agrees best with recorded frames.
    private static let growth = SIMD2<Float>(
        1 / Window.width, 1 / (Window.height - Window.barHeight))

    /// How far [clip units] a length [m] reaches sideways and along.
    func reach(_ length: Float) -> SIMD2<Float> {
        SIMD2(length / halfWidth, length / halfHeight)
    }

    /// The smallest box of the world around what is seen.
    var bounds: (low: SIMD2<Float>, high: SIMD2<Float>) {
        let middle = center + up * ahead
        let absolute = SIMD2(
            abs(right.x) * halfWidth + abs(up.x) * halfHeight,
            abs(right.y) * halfWidth + abs(up.y) * halfHeight)
        return (middle - absolute, middle + absolute)
    }
}
