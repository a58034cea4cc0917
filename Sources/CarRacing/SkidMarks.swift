// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// The dark and muddy lines that slipping wheels leave (car_dynamics.py, `particles`).
///
/// The last 30 lines of up to 30 points are kept in memory of their own: no step allocates.
package final class SkidMarks {
    /// How many lines are kept.
    package static let lineLimit = 30
    /// How many points a line has at most.
    package static let pointLimit = 30

    /// A wheel's line in the making.
    struct Trail {
        /// Whether a first slipping step was seen since the last line.
        var hasStarted = false
        /// The line being drawn, counted from the episode's start.
        var line: Int?
        var count = 0
        var onGrass = false
    }

    private struct Line {
        var count = 0
        var onGrass = false
    }

    private let points: UnsafeMutableBufferPointer<SIMD2<Float>>
    private let lines: UnsafeMutableBufferPointer<Line>
    private var created = 0

    init() {
        points = .allocate(capacity: Self.lineLimit * Self.pointLimit)
        points.initialize(repeating: .zero)
        lines = .allocate(capacity: Self.lineLimit)
        lines.initialize(repeating: Line())
    }

    deinit {
        points.deallocate()
        lines.deallocate()
    }

    /// Notes a slipping step of a wheel.
    ///
    /// The reference keeps a live reference to the wheel's position as a line's start, so the
    /// start is where the wheel is when its second slipping step makes the line.
    func extend(_ trail: inout Trail, to point: (x: Float, y: Float), onGrass: Bool) {
        let position = SIMD2(point.x, point.y)
        if let line = trail.line, trail.onGrass == onGrass, trail.count < Self.pointLimit {
            append(position, line: line, at: trail.count)
            trail.count += 1
        } else if !trail.hasStarted {
            trail.hasStarted = true
        } else {
            let line = created
            created += 1
            lines[line % Self.lineLimit] = Line(count: 0, onGrass: onGrass)
            append(position, line: line, at: 0)
            append(position, line: line, at: 1)
            trail = Trail(hasStarted: false, line: line, count: 2, onGrass: onGrass)
        }
    }

    private func append(_ point: SIMD2<Float>, line: Int, at index: Int) {
        // A wheel may still lengthen a line that newer ones have pushed out.
        guard line >= created - Self.lineLimit else { return }
        let slot = line % Self.lineLimit
        points[slot * Self.pointLimit + index] = point
        lines[slot].count = index + 1
    }

    /// Visits the lines, oldest first, by their points [m] and whether they lie on grass.
    package func forEachLine(
        _ body: (UnsafeBufferPointer<SIMD2<Float>>, _ onGrass: Bool) -> Void
    ) {
        for line in max(0, created - Self.lineLimit)..<created {
            let slot = line % Self.lineLimit
            let start = slot * Self.pointLimit
            body(
                UnsafeBufferPointer(rebasing: points[start..<(start + lines[slot].count)]),
                lines[slot].onGrass)
        }
    }
}
