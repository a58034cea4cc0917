// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CKernels
public import CarRacing

/// How edges look.
///
/// Against 105 recorded frames of Gymnasium at 96x96 the mean difference is 0.50 of 255 without
/// antialiasing and 0.27 with it, and 2.2 and 1.2 % of the pixels differ by more than 10 in a
/// channel. Drawing takes three times as long with it.
public enum Antialiasing: String, Sendable, Hashable, Codable, CaseIterable {
    /// A pixel has the colour of what covers its middle.
    case off
    /// A pixel is the mean of four samples in four columns: the picture is drawn at twice the size
    /// and halved, which is faster than llvmpipe's own multisampling and nearer to the reference.
    case samples4

    var scale: Int { self == .off ? 1 : 2 }
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
    /// While the view is far, shapes are smaller than pixels: then each is the mean of many samples.
    private let farCanvas: Canvas
    private let bar: IndicatorBar
    private let stages: Stages
    private var builder = SceneBuilder()

    /// A painter of pictures with a drawing context of its own; the height is a multiple of 8.
    ///
    /// - Throws: `DrawingError` when the library or a context cannot be had.
    public convenience init(
        width: Int, height: Int, antialiasing: Antialiasing = .samples4, skidMarks: Bool = false,
        library: DrawingLibrary = .osmesa
    ) throws(DrawingError) {
        precondition(
            width > 0 && height > 0 && height % Window.barShare == 0,
            "a picture of \(width)x\(height): the height must be a multiple of \(Window.barShare)")
        try self.init(
            Stages(width: width, height: height, antialiasing, reduces: false),
            skidMarks: skidMarks, context: library.makeContext())
    }

    /// A painter of observations with a drawing context of its own.
    ///
    /// 64x64 is drawn at 96x96 and reduced as Pillow's bilinear filter would, because that is four
    /// times nearer to Gymnasium's reduced picture than drawing at 64x64.
    ///
    /// - Throws: `DrawingError` when the library or a context cannot be had.
    public convenience init(
        observation size: ObservationSize, antialiasing: Antialiasing = .off,
        library: DrawingLibrary = .osmesa
    ) throws(DrawingError) {
        try self.init(
            observation: size, antialiasing: antialiasing, context: library.makeContext())
    }

    /// A painter of observations that draws with a context that is there.
    convenience init(
        observation size: ObservationSize, antialiasing: Antialiasing, context: any DrawingContext
    ) throws(DrawingError) {
        let side = ObservationSize.px96.side
        let stages = Stages(
            width: side, height: side, antialiasing,
            reduces: size == .px64)
        try self.init(stages, skidMarks: false, context: context)
    }

    private init(
        _ stages: Stages, skidMarks: Bool, context: any DrawingContext
    ) throws(DrawingError) {
        self.stages = stages
        width = stages.outputWidth
        height = stages.outputHeight
        hasSkidMarks = skidMarks
        bar = IndicatorBar(width: stages.width, pictureHeight: stages.height)
        let sceneHeight = stages.height - bar.height
        canvas = try Canvas(
            context, width: stages.scale * stages.width, height: stages.scale * sceneHeight,
            isInterleaved: stages.scale == 2)
        farCanvas = try Canvas(
            context, width: Stages.farScale * stages.width, height: Stages.farScale * sceneHeight)
    }

    /// Draws an environment as it is now: height x width x 3 bytes, RGB, row 0 at the top.
    ///
    /// - Throws: `DrawingError` when the context is lost.
    public func draw(
        _ environment: CarRacingEnvironment, into pixels: UnsafeMutableBufferPointer<UInt8>
    ) throws(DrawingError) {
        precondition(
            pixels.count == 3 * width * height,
            "\(pixels.count) bytes for a picture of \(width)x\(height)")
        guard let target = pixels.baseAddress else { return }
        builder.build(environment, withSkidMarks: hasSkidMarks)
        let isFar = Window.zoom(seconds: environment.seconds) < Window.farZoomEnd
        try (isFar ? farCanvas : canvas).draw(
            ground: builder.ground, quads: builder.batch.vertices,
            into: isFar || stages.scale > 1 ? stages.drawn : stages.picture)
        let sceneHeight = stages.height - bar.height
        var scale = isFar ? Stages.farScale : stages.scale
        while scale > 1 {
            scale /= 2
            PixelFilter.halve(
                stages.drawn, isInterleaved: !isFar, width: scale * stages.width,
                height: scale * sceneHeight,
                into: scale > 1 ? stages.drawn : stages.picture)
        }
        bar.draw(environment.indicators, into: stages.picture + stages.width * sceneHeight)
        if stages.reduces {
            ck_two_thirds(stages.picture, stages.width, stages.line, target)
        } else {
            PixelFilter.dropAlpha(stages.picture, count: width * height, into: target)
        }
    }

    /// The memory of the pictures between drawing and result.
    private final class Stages {
        let width: Int
        let height: Int
        let scale: Int
        let reduces: Bool
        /// The scale while the view is far.
        static let farScale = 4
        /// The whole picture, the bar included.
        let picture: UnsafeMutablePointer<UInt32>
        /// What is drawn at a multiple of the picture's size, and halved in place.
        let drawn: UnsafeMutablePointer<UInt32>
        /// A row of the picture and a pixel on either side, while it is reduced.
        let line: UnsafeMutablePointer<UInt32>

        var outputWidth: Int { reduces ? width / 3 * 2 : width }
        var outputHeight: Int { reduces ? height / 3 * 2 : height }

        init(width: Int, height: Int, _ antialiasing: Antialiasing, reduces: Bool) {
            precondition(
                !reduces || (width == height && width % Int(CK_TWO_THIRDS_STEP) == 0),
                "\(width)x\(height) cannot be reduced")
            self.width = width
            self.height = height
            self.reduces = reduces
            scale = antialiasing.scale
            func allocate(_ count: Int) -> UnsafeMutablePointer<UInt32> {
                let memory = UnsafeMutablePointer<UInt32>.allocate(capacity: count)
                memory.initialize(repeating: 0, count: count)
                return memory
            }
            picture = allocate(width * height)
            drawn = allocate(Self.farScale * Self.farScale * width * height)
            line = allocate(width + 2)
        }

        deinit {
            drawn.deallocate()
            picture.deallocate()
            line.deallocate()
        }
    }
}
