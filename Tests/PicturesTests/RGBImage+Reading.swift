// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CPNG
import Foundation
import Pictures

/// What tests look at pictures with; the program only makes them.
extension RGBImage {
    struct NoPNG: Error {}

    /// The colour of the pixel in column x and row y, from the top left.
    subscript(x: Int, y: Int) -> RGBColor {
        precondition(x >= 0 && x < width && y >= 0 && y < height, "(\(x), \(y))")
        let start = (y * width + x) * 3
        return RGBColor(pixels[start], pixels[start + 1], pixels[start + 2])
    }

    /// Reads the bytes of a PNG file.
    init(pngData data: Data) throws {
        var description = png_image()
        description.version = UInt32(PNG_IMAGE_VERSION)
        // libpng keeps the pointer between the two calls, so both are made within one scope.
        self = try data.withUnsafeBytes { raw in
            defer { png_image_free(&description) }
            guard png_image_begin_read_from_memory(&description, raw.baseAddress, raw.count) != 0
            else { throw NoPNG() }
            description.format = UInt32(PNG_FORMAT_RGB)
            let (width, height) = (Int(description.width), Int(description.height))
            var pixels = [UInt8](repeating: 0, count: width * height * 3)
            guard png_image_finish_read(&description, nil, &pixels, 0, nil) != 0 else {
                throw NoPNG()
            }
            return RGBImage(width: width, height: height, pixels: pixels)
        }
    }
}
