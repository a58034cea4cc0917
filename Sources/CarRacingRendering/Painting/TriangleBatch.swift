// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CarRacing

/// Triangles for one draw call: positions in clip coordinates and flat colours.
struct TriangleBatch: ~Copyable {
    /// 12 bytes, as OpenGL gets them.
    struct Vertex {
        var x: Float
        var y: Float
        var color: RGBA
    }

    private var storage: UnsafeMutableBufferPointer<Vertex>
    private(set) var count = 0

    init(capacity: Int) {
        storage = .allocate(capacity: capacity)
    }

    deinit {
        storage.deallocate()
    }

    var vertices: UnsafeBufferPointer<Vertex> { UnsafeBufferPointer(rebasing: storage[0..<count]) }

    mutating func clear() { count = 0 }

    /// Makes room for vertices, so that appending them need not ask.
    mutating func reserve(_ more: Int) {
        guard count + more > storage.count else { return }
        let larger = UnsafeMutableBufferPointer<Vertex>.allocate(
            capacity: max(2 * storage.count, count + more))
        _ = larger.initialize(fromContentsOf: vertices)
        storage.deallocate()
        storage = larger
    }

    /// Appends a quadrilateral's two triangles; six vertices must have been reserved.
    @inline(__always)
    mutating func quad(
        _ a: SIMD2<Float>, _ b: SIMD2<Float>, _ c: SIMD2<Float>, _ d: SIMD2<Float>, _ color: RGBA
    ) {
        triangle(a, b, c, color)
        triangle(a, c, d, color)
    }

    @inline(__always)
    mutating func triangle(
        _ a: SIMD2<Float>, _ b: SIMD2<Float>, _ c: SIMD2<Float>, _ color: RGBA
    ) {
        storage[count] = Vertex(x: a.x, y: a.y, color: color)
        storage[count + 1] = Vertex(x: b.x, y: b.y, color: color)
        storage[count + 2] = Vertex(x: c.x, y: c.y, color: color)
        count += 3
    }
}
