// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// A picture of 8 bits a channel.
public struct RGBImage: Sendable, Hashable {
    /// The number of columns.
    public let width: Int
    /// The number of rows.
    public let height: Int
    /// Height x width x 3 bytes, row 0 at the top, red first.
    public var pixels: [UInt8] {
        // Without the old value, for which all of them would be copied at each change.
        didSet {
            precondition(pixels.count == width * height * 3, "a picture keeps its size")
        }
    }

    /// Wraps height x width x 3 bytes, row 0 at the top, red first.
    public init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(
            width >= 0 && height >= 0 && pixels.count == width * height * 3,
            "\(width) x \(height) pixels are not \(pixels.count) bytes")
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// A picture of one colour.
    public init(width: Int, height: Int, color: RGBColor = .black) {
        var pixels = [UInt8](repeating: color.red, count: width * height * 3)
        if color.green != color.red || color.blue != color.red {
            for start in stride(from: 0, to: pixels.count, by: 3) {
                pixels[start + 1] = color.green
                pixels[start + 2] = color.blue
            }
        }
        self.init(width: width, height: height, pixels: pixels)
    }

    /// Rounds height x width x 3 numbers, 0 black to 1 full; others are clamped, NaN is 0.
    public init(width: Int, height: Int, unitValues: some Collection<Float>) {
        self.init(
            width: width, height: height,
            pixels: unitValues.map { $0 > 0 ? UInt8(min($0 * 255, 255).rounded()) : 0 })
    }
}
