// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CPNG
public import Foundation
import ArrayFiles

/// PNG files.
extension RGBImage {
    /// The picture as the bytes of a PNG file.
    public func pngData() -> Data {
        precondition(width > 0 && height > 0, "a PNG file cannot hold \(width) x \(height) pixels")
        var description = png_image()
        description.version = UInt32(PNG_IMAGE_VERSION)
        description.width = UInt32(width)
        description.height = UInt32(height)
        description.format = UInt32(PNG_FORMAT_RGB)
        // Incompressible pictures grow by some bytes in every block; a tenth is far more.
        let bound = (width * 3 + 1) * height
        var count = bound + bound / 10 + 4096
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let outcome = png_image_write_to_memory(
                &description, buffer.baseAddress, &count, 0, pixels, 0, nil)
            precondition(outcome != 0, "libpng fails: \(description.text)")
            initialized = count
        }
        return Data(bytes)
    }

    /// Writes a PNG file atomically.
    ///
    /// - Throws: `FileError` if it cannot be written.
    public func writePNG(to url: URL) throws {
        try AtomicFile.write(pngData(), to: url)
    }
}

extension png_image {
    /// What libpng says about its last failure.
    fileprivate var text: String {
        withUnsafeBytes(of: message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
