// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CarRacing

/// The black bar below the picture: speed, wheels, steering, gyroscope and the score.
///
/// Its shapes are upright rectangles and a few characters, so the share of each pixel that they
/// cover is computed exactly, as the reference's scaling down does, without the drawing library.
struct IndicatorBar {
    let width: Int
    let height: Int
    /// Window pixels a picture pixel.
    private let stepX: Float
    private let stepY: Float
    private let score: ScoreTable

    /// A bar for a picture of so many columns and rows, the bar included.
    init(width: Int, pictureHeight: Int) {
        self.width = width
        height = pictureHeight / Window.barShare
        stepX = Window.width / Float(width)
        stepY = Window.height / Float(pictureHeight)
        score = ScoreTable(width: width, barHeight: height)
    }

    private static let unitX = Window.width / 40
    private static let unitY = Window.height / 40
    private static let threshold = 1e-4

    /// Draws the bar as height x width RGBA pixels, its first row first.
    func draw(_ indicators: Indicators, into picture: UnsafeMutablePointer<UInt32>) {
        picture.update(repeating: 0, count: width * height)
        picture.withMemoryRebound(to: UInt8.self, capacity: 4 * width * height) {
            draw(indicators, $0)
        }
    }

    private func draw(_ indicators: Indicators, _ pixels: UnsafeMutablePointer<UInt8>) {
        vertical(5, 0.02 * indicators.speed, shown: indicators.speed, .white, pixels)
        for wheel in 0..<4 {
            let omega = indicators.wheels[wheel]
            vertical(
                7 + Float(wheel), 0.01 * omega, shown: omega, wheel < 2 ? .front : .rear, pixels)
        }
        let steering = indicators.steering
        horizontal(20, -10 * steering, shown: steering, .steering, pixels)
        let gyroscope = indicators.gyroscope
        horizontal(30, -0.8 * gyroscope, shown: gyroscope, .gyroscope, pixels)
        score.draw(indicators.score, into: pixels)
    }

    private struct Paint {
        let levels: SIMD3<Float>
        static let white = Paint(levels: SIMD3(253, 253, 253))
        static let front = Paint(levels: SIMD3(0, 0, 253))
        static let rear = Paint(levels: SIMD3(49, 0, 253))
        static let steering = Paint(levels: SIMD3(0, 253, 0))
        static let gyroscope = Paint(levels: SIMD3(253, 0, 0))
    }

    private func vertical(
        _ place: Float, _ value: Double, shown: Double, _ paint: Paint,
        _ pixels: UnsafeMutablePointer<UInt8>
    ) {
        guard abs(shown) > Self.threshold else { return }
        let bottom = Window.barHeight - Self.unitY
        rectangle(
            place * Self.unitX, (place + 1) * Self.unitX, bottom - Self.unitY * Float(value),
            bottom, paint, pixels)
    }

    private func horizontal(
        _ place: Float, _ value: Double, shown: Double, _ paint: Paint,
        _ pixels: UnsafeMutablePointer<UInt8>
    ) {
        guard abs(shown) > Self.threshold else { return }
        rectangle(
            place * Self.unitX, (place + Float(value)) * Self.unitX,
            Window.barHeight - 4 * Self.unitY, Window.barHeight - 2 * Self.unitY, paint, pixels)
    }

    /// Fills a rectangle given in window pixels, y from the bar's top; its ends count as in the
    /// reference: cut to whole pixels, both included.
    private func rectangle(
        _ x0: Float, _ x1: Float, _ y0: Float, _ y1: Float, _ paint: Paint,
        _ pixels: UnsafeMutablePointer<UInt8>
    ) {
        let left = max(0, min(x0, x1).rounded(.towardZero)) / stepX
        let right = min(Window.width, max(x0, x1).rounded(.towardZero) + 1) / stepX
        let top = max(0, min(y0, y1).rounded(.towardZero)) / stepY
        let bottom = min(Window.barHeight, max(y0, y1).rounded(.towardZero) + 1) / stepY
        guard left < right && top < bottom else { return }
        for row in Int(top)..<min(height, Int(bottom.rounded(.up))) {
            let covered = min(bottom, Float(row + 1)) - max(top, Float(row))
            for column in Int(left)..<min(width, Int(right.rounded(.up))) {
                let share = covered * (min(right, Float(column + 1)) - max(left, Float(column)))
                let pixel = pixels + 4 * (row * width + column)
                for channel in 0..<3 {
                    let old = Float(pixel[channel])
                    pixel[channel] = UInt8(old + (paint.levels[channel] - old) * share)
                }
            }
        }
    }
}
