// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CCairo
import Foundation

/// A surface to draw on with antialiasing.
final class Canvas {
    enum Anchor {
        case left, center, right
    }

    let width: Int
    let height: Int
    // Both are owned by this object and used by nobody else.
    private let surface: OpaquePointer?
    private let context: OpaquePointer?

    init(width: Int, height: Int, background: RGBColor) {
        self.width = width
        self.height = height
        surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(width), Int32(height))
        context = cairo_create(surface)
        fill(x: 0, y: 0, width: Double(width), height: Double(height), color: background)
    }

    deinit {
        cairo_destroy(context)
        cairo_surface_destroy(surface)
    }

    /// Whether any text can be drawn.
    ///
    /// Cairo refuses all drawing after a failure with fonts, so this is tried on a canvas of its own.
    private static let hasFonts: Bool = {
        let surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 8, 8)
        let context = cairo_create(surface)
        defer {
            cairo_destroy(context)
            cairo_surface_destroy(surface)
        }
        var extents = cairo_text_extents_t()
        cairo_select_font_face(
            context, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL)
        cairo_text_extents(context, "x", &extents)
        return cairo_status(context) == CAIRO_STATUS_SUCCESS && extents.x_advance > 0
    }()

    func fill(
        x: Double, y: Double, width: Double, height: Double, color: RGBColor, opacity: Double = 1
    ) {
        use(color, opacity)
        cairo_rectangle(context, x, y, width, height)
        cairo_fill(context)
    }

    func line(_ points: [CGPoint], color: RGBColor, width: Double, dashes: [Double] = []) {
        guard let first = points.first else { return }
        use(color)
        cairo_set_line_width(context, width)
        cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
        cairo_set_line_cap(
            context, dashes.isEmpty ? CAIRO_LINE_CAP_ROUND : CAIRO_LINE_CAP_BUTT)
        cairo_set_dash(context, dashes, Int32(dashes.count), 0)
        cairo_move_to(context, first.x, first.y)
        // A single point is drawn as a dot, by the round ends of a line of no length.
        for point in points.count == 1 ? points[...] : points.dropFirst() {
            cairo_line_to(context, point.x, point.y)
        }
        cairo_stroke(context)
    }

    func area(_ points: [CGPoint], color: RGBColor, opacity: Double) {
        guard let first = points.first else { return }
        use(color, opacity)
        cairo_move_to(context, first.x, first.y)
        for point in points.dropFirst() { cairo_line_to(context, point.x, point.y) }
        cairo_close_path(context)
        cairo_fill(context)
    }

    /// Draws only within a rectangle while the body runs.
    func clipped(x: Double, y: Double, width: Double, height: Double, _ body: () -> Void) {
        cairo_save(context)
        cairo_rectangle(context, x, y, width, height)
        cairo_clip(context)
        body()
        cairo_restore(context)
    }

    /// Draws a line of text whose vertical middle is at `y`; nothing on a host without fonts.
    func text(
        _ text: String, x: Double, y: Double, size: Double, color: RGBColor, anchor: Anchor,
        isBold: Bool = false, isUpright: Bool = false
    ) {
        guard Self.hasFonts else { return }
        let width = textWidth(text, size: size, isBold: isBold)
        var extents = cairo_font_extents_t()
        cairo_font_extents(context, &extents)
        let shift: Double =
            switch anchor {
            case .left: 0
            case .center: -width / 2
            case .right: -width
            }
        use(color)
        cairo_save(context)
        cairo_translate(context, x, y)
        if isUpright { cairo_rotate(context, -.pi / 2) }
        cairo_move_to(context, shift, (extents.ascent - extents.descent) / 2)
        cairo_show_text(context, printable(text))
        cairo_restore(context)
    }

    func textWidth(_ text: String, size: Double, isBold: Bool = false) -> Double {
        guard Self.hasFonts else { return 0 }
        cairo_select_font_face(
            context, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
            isBold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL)
        cairo_set_font_size(context, size)
        var extents = cairo_text_extents_t()
        cairo_text_extents(context, printable(text), &extents)
        return extents.x_advance
    }

    /// What has been drawn.
    func image() -> RGBImage {
        cairo_surface_flush(surface)
        var image = RGBImage(width: width, height: height)
        guard let data = cairo_image_surface_get_data(surface) else { return image }
        let stride = Int(cairo_image_surface_get_stride(surface))
        image.pixels = [UInt8](unsafeUninitializedCapacity: width * height * 3) { buffer, count in
            for y in 0..<height {
                for x in 0..<width {
                    // Native words 0x00RRGGBB, which lie in memory as blue, green, red.
                    let source = data + y * stride + x * 4
                    let target = (y * width + x) * 3
                    buffer.initializeElement(at: target, to: source[2])
                    buffer.initializeElement(at: target + 1, to: source[1])
                    buffer.initializeElement(at: target + 2, to: source[0])
                }
            }
            count = width * height * 3
        }
        return image
    }

    private func use(_ color: RGBColor, _ opacity: Double = 1) {
        cairo_set_source_rgba(
            context, Double(color.red) / 255, Double(color.green) / 255, Double(color.blue) / 255,
            opacity)
    }

    /// Without control characters, at which a C string would end or a box be drawn.
    private func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 }))
    }
}
