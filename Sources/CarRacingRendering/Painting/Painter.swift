// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import CarRacing

/// How edges look.
public enum Antialiasing: String, Sendable, Hashable, Codable, CaseIterable {
    /// A pixel has the colour of what covers its middle.
    case off
    /// A pixel is the mean of four samples.
    case samples4

    var samples: Int { self == .off ? 0 : 4 }
}

/// Draws environments as RGB pictures of one size.
///
/// It belongs to the thread that made it, as its drawing context does.
public final class Painter {
    /// Columns.
    public let width: Int
    /// Rows, the indicator bar included.
    public let height: Int
    private let hasSkidMarks: Bool
    private let canvas: Canvas
    private let bar: IndicatorBar
    private var builder = SceneBuilder()
    private let scratch: UnsafeMutableBufferPointer<UInt32>

    /// A painter with a drawing context of its own.
    ///
    /// - Parameters:
    ///   - width: Columns.
    ///   - height: Rows, a multiple of 8.
    ///   - antialiasing: How edges look.
    ///   - skidMarks: Whether slipping wheels leave lines; observations have none.
    ///   - library: What to draw with.
    /// - Throws: `DrawingError` when the library or a context cannot be had.
    public convenience init(
        width: Int, height: Int, antialiasing: Antialiasing = .samples4, skidMarks: Bool = false,
        library: DrawingLibrary = .osmesa
    ) throws(DrawingError) {
        try self.init(
            width: width, height: height, antialiasing: antialiasing, skidMarks: skidMarks,
            context: library.makeContext())
    }

    init(
        width: Int, height: Int, antialiasing: Antialiasing, skidMarks: Bool,
        context: any DrawingContext
    ) throws(DrawingError) {
        precondition(
            width > 0 && height > 0 && height % Window.barShare == 0,
            "a picture of \(width)x\(height): the height must be a multiple of \(Window.barShare)")
        self.width = width
        self.height = height
        hasSkidMarks = skidMarks
        bar = IndicatorBar(width: width, pictureHeight: height)
        canvas = try Canvas(
            context, width: width, height: height - bar.height, samples: antialiasing.samples)
        scratch = .allocate(capacity: width * (height - bar.height))
        scratch.initialize(repeating: 0)
    }

    deinit {
        scratch.deallocate()
    }

    /// Draws an environment as it is now.
    ///
    /// - Parameters:
    ///   - environment: What to draw.
    ///   - pixels: Gets height x width x 3 bytes, RGB, row 0 at the top.
    /// - Throws: `DrawingError` when the context is lost.
    public func draw(
        _ environment: CarRacingEnvironment, into pixels: UnsafeMutableBufferPointer<UInt8>
    ) throws(DrawingError) {
        precondition(
            pixels.count == 3 * width * height,
            "\(pixels.count) bytes for a picture of \(width)x\(height)")
        guard let target = pixels.baseAddress, let source = scratch.baseAddress else { return }
        builder.build(environment, withSkidMarks: hasSkidMarks)
        try canvas.draw(ground: builder.ground, triangles: builder.batch.vertices, into: source)
        PixelPacking.dropAlpha(source, count: scratch.count, into: target)
        bar.draw(environment.indicators, into: target + 3 * scratch.count)
    }
}

/// Conversions between layouts of pixels.
enum PixelPacking {
    /// RGBA to RGB.
    static func dropAlpha(
        _ source: UnsafePointer<UInt32>, count: Int, into target: UnsafeMutablePointer<UInt8>
    ) {
        let words = UnsafeMutableRawPointer(target)
        let groups = count / 4
        for group in 0..<groups {
            let (a, b) = (source[4 * group], source[4 * group + 1])
            let (c, d) = (source[4 * group + 2], source[4 * group + 3])
            let at = 12 * group
            words.storeBytes(of: (a & 0xFFFFFF) | (b << 24), toByteOffset: at, as: UInt32.self)
            words.storeBytes(
                of: ((b >> 8) & 0xFFFF) | (c << 16), toByteOffset: at + 4, as: UInt32.self)
            words.storeBytes(
                of: ((c >> 16) & 0xFF) | (d << 8), toByteOffset: at + 8, as: UInt32.self)
        }
        for index in (4 * groups)..<count {
            for channel in 0..<3 {
                target[3 * index + channel] =
                    UInt8(truncatingIfNeeded: source[index] >> (8 * UInt32(channel)))
            }
        }
    }
}
