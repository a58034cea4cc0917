// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CarRacing
import Foundation

/// Turns a scene into quadrilaterals: ground, grass, road, skid marks, car, in the reference's order.
struct SceneBuilder: ~Copyable {
    /// What no quadrilateral covers.
    private(set) var ground = RGBA(0, 0, 0, 255)
    private(set) var batch = QuadBatch(capacity: 8192)

    private static let playfield: Float = 2000 / 6.0
    private static let patch: Float = playfield / 20
    private static let firstPatch = -20
    private static let patchEnd = 20

    /// Builds what is seen; pictures for people have skid marks, observations have not.
    mutating func build(_ environment: CarRacingEnvironment, withSkidMarks: Bool) {
        let hull = environment.hullPlace
        let zoom = Window.zoom(seconds: environment.seconds)
        let view = View(car: hull, angle: environment.hull.angle, zoom: zoom)
        batch.clear()
        appendGround(view, environment.palette)
        append(environment.road, view)
        if withSkidMarks { append(environment.skidMarks, view, zoom: zoom) }
        appendCar(environment, hull, view)
    }

    private mutating func appendGround(_ view: View, _ palette: Palette) {
        let bounds = view.bounds
        let side = Self.playfield
        let background = Window.seen(palette.background)
        batch.reserve(4 + 4 * 400)
        if bounds.low.min() >= -side && bounds.high.max() <= side {
            ground = background
        } else {
            ground = RGBA(0, 0, 0, 255)
            batch.quad(
                view(side, side), view(side, -side), view(-side, -side), view(-side, side),
                background)
        }
        let grass = Window.seen(palette.grass)
        let columns = Self.patches(bounds.low.x, bounds.high.x)
        let rows = Self.patches(bounds.low.y, bounds.high.y)
        for column in columns {
            for row in rows {
                let (x, y) = (Self.patch * Float(column), Self.patch * Float(row))
                let middle = view(x + Self.patch / 2, y + Self.patch / 2)
                batch.visibleQuad(
                    view.grown(x + Self.patch, y, from: middle), view.grown(x, y, from: middle),
                    view.grown(x, y + Self.patch, from: middle),
                    view.grown(x + Self.patch, y + Self.patch, from: middle), grass)
            }
        }
    }

    /// The even patch numbers between two places.
    private static func patches(_ low: Float, _ high: Float) -> StrideTo<Int> {
        let first = max(firstPatch, Int((low / patch).rounded(.down)) - 1)
        let end = min(patchEnd, Int((high / patch).rounded(.up)) + 1)
        return stride(from: first + (first & 1), to: max(first, end), by: 2)
    }

    private mutating func append(_ road: Road, _ view: View) {
        batch.reserve(4 * road.middlesX.count)
        let limit = view.reach(road.reach) + 1
        road.middlesX.withUnsafeBufferPointer { xs in
            road.middlesY.withUnsafeBufferPointer { ys in
                for index in xs.indices {
                    let middle = view(xs[index], ys[index])
                    guard abs(middle.x) < limit.x && abs(middle.y) < limit.y else { continue }
                    let corners = road.corners[index]
                    batch.visibleQuad(
                        view.grown(corners[0], corners[1], from: middle),
                        view.grown(corners[2], corners[3], from: middle),
                        view.grown(corners[4], corners[5], from: middle),
                        view.grown(corners[6], corners[7], from: middle),
                        Window.seen(road.colors[index]))
                }
            }
        }
    }

    private mutating func append(
        _ marks: SkidMarks, _ view: View, zoom: Float
    ) {
        batch.reserve(4 * SkidMarks.lineLimit * SkidMarks.pointLimit)
        // Lines are two window pixels wide.
        let halfWidth = 1 / zoom
        marks.forEachLine { points, onGrass in
            let color = Window.seen(onGrass ? CarGeometry.mudColor : CarGeometry.wheelColor)
            for index in points.indices.dropFirst() {
                let along = points[index] - points[index - 1]
                let length = (along * along).sum().squareRoot()
                guard length > 0 else { continue }
                let across = SIMD2(-along.y, along.x) * (halfWidth / length)
                batch.quad(
                    view(points[index - 1] + across), view(points[index] + across),
                    view(points[index] - across), view(points[index - 1] - across), color)
            }
        }
    }

    private mutating func appendCar(
        _ environment: CarRacingEnvironment, _ hull: BodyPlace, _ view: View
    ) {
        batch.reserve(256)
        for index in 0..<4 {
            let place = environment.wheelPlace(index)
            polygon(CarGeometry.wheel, place, view, CarGeometry.wheelColor)
            guard let mark = Self.mark(phase: environment.wheelPhase(index)) else { continue }
            let half = CarGeometry.wheelHalfWidth
            batch.quad(
                view(place(SIMD2(-half, mark.from))), view(place(SIMD2(half, mark.from))),
                view(place(SIMD2(half, mark.to))), view(place(SIMD2(-half, mark.to))),
                Window.seen(CarGeometry.wheelMarkColor))
        }
        for points in CarGeometry.hull {
            polygon(points, hull, view, CarGeometry.hullColor)
        }
    }

    private mutating func polygon(
        _ points: [SIMD2<Float>], _ place: BodyPlace, _ view: View, _ color: RGBA
    ) {
        let seen = Window.seen(color)
        var middle = SIMD2<Float>()
        for point in points { middle += view(place(point)) }
        middle /= Float(points.count)
        func corner(_ index: Int) -> SIMD2<Float> {
            let point = place(points[index])
            return view.grown(point.x, point.y, from: middle)
        }
        let first = corner(0)
        // The car's polygons have an even number of corners: a fan of quadrilaterals.
        for index in stride(from: 1, to: points.count - 1, by: 2) {
            batch.quad(first, corner(index), corner(index + 1), corner(index + 2), seen)
        }
    }

    /// The mark's ends along the wheel [m]; nil while it is below (car_dynamics.py, `draw`).
    private static func mark(phase: Double) -> (from: Float, to: Float)? {
        // The mark spans 1.2 rad of the wheel's turn.
        let end = phase + 1.2
        let (from, to) = (sin(phase), sin(end))
        if from > 0 && to > 0 { return nil }
        func edge(_ sine: Double, _ angle: Double) -> Float {
            let cosine = cos(angle)
            let place = sine > 0 ? (cosine > 0 ? 1.0 : (cosine < 0 ? -1.0 : 0)) : cosine
            return Float(place) * CarGeometry.wheel[0].y
        }
        return (edge(from, phase), edge(to, end))
    }
}
