// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// The shapes of the score's characters: thick strokes in a cell of 46 x 23 window pixels.
enum ScoreStrokes {
    /// A bent line of some thickness.
    struct Stroke {
        var points: [SIMD2<Float>]
        var thickness: Float = 5.7

        /// How far a point is outside the stroke; negative inside.
        func distance(to point: SIMD2<Float>) -> Float {
            var nearest = Float.infinity
            for index in points.indices.dropFirst() {
                let along = points[index] - points[index - 1]
                let from = point - points[index - 1]
                let part = max(0, min(1, (along * from).sum() / max((along * along).sum(), 1e-6)))
                let gap = from - along * part
                nearest = min(nearest, (gap * gap).sum().squareRoot())
            }
            return nearest - thickness / 2
        }
    }

    /// An elliptic arc between two angles in degrees, clockwise from the right as y points down.
    private static func arc(
        _ x: Float, _ y: Float, _ radiusX: Float, _ radiusY: Float, _ from: Float, _ to: Float
    ) -> Stroke {
        Stroke(
            points: (0...16).map { step in
                let angle = (from + (to - from) * Float(step) / 16) * .pi / 180
                return SIMD2(x + radiusX * cos(angle), y + radiusY * sin(angle))
            })
    }

    private static func line(_ points: (Float, Float)...) -> Stroke {
        Stroke(points: points.map { SIMD2($0.0, $0.1) })
    }

    /// The strokes of 0...9 and, for 10, of the minus sign.
    static func strokes(of character: Int) -> [Stroke] {
        switch character {
        case 0: [arc(11.5, 18.5, 7, 12, 0, 360)]
        case 1: [line((13, 8), (13, 31.5)), line((5.5, 11.5), (12, 10))]
        case 2:
            [
                arc(11.3, 12.5, 6.8, 6.5, 180, 360),
                line((18.1, 12.5), (16.5, 17.5), (7, 25.5), (5, 29.5), (18, 29.8)),
            ]
        case 3: [arc(11, 12, 6.3, 5.7, 190, 450), arc(11, 24.3, 7, 6.3, -90, 170)]
        case 4: [line((16, 31), (16, 7.5), (5, 24), (19, 24))]
        case 5: [line((18, 7.5), (7, 7.5), (5.5, 17)), arc(11, 23, 7, 7.5, -150, 160)]
        case 6:
            [
                arc(11.5, 23.8, 6.8, 6.8, 0, 360), arc(12, 14.5, 7.5, 8.3, 180, 325),
                line((4.6, 15), (4.8, 24)),
            ]
        case 7: [line((4.5, 8), (18.5, 8), (12, 18), (9.5, 31))]
        case 8: [arc(11.5, 12.2, 6, 5.8, 0, 360), arc(11.5, 24.4, 7, 6.2, 0, 360)]
        case 9:
            [
                arc(11.5, 13, 6.8, 6.8, 0, 360), arc(11, 22.3, 7.5, 8.3, 0, 145),
                line((18.4, 13), (18.4, 22)),
            ]
        default: [line((3.5, 22), (9, 22))]
        }
    }
}
