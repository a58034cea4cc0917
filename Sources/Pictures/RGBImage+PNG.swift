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

    /// Reads a PNG file of any kind; transparent parts become black.
    ///
    /// - Throws: `FileError` if it cannot be read or is no PNG file.
    public init(pngContentsOf url: URL) throws {
        let data: Data
        do {
            data = try Data(contentsOf: url)
        } catch {
            let exists = FileManager.default.fileExists(atPath: url.path)
            throw exists
                ? FileError.notPermitted(path: url.path, action: "read")
                : FileError.missing(path: url.path)
        }
        try self.init(pngData: data, name: url.path)
    }

    /// Reads the bytes of a PNG file, which errors call `name`.
    ///
    /// - Throws: `FileError.malformed` if it is no PNG file or has more than 64 million pixels.
    public init(pngData data: Data, name: String) throws {
        var description = png_image()
        description.version = UInt32(PNG_IMAGE_VERSION)
        // libpng keeps the pointer between the two calls, so both are made within one scope.
        self = try data.withUnsafeBytes { raw in
            defer { png_image_free(&description) }
            guard png_image_begin_read_from_memory(&description, raw.baseAddress, raw.count) != 0
            else { throw FileError.malformed(file: name, reason: description.text) }
            description.format = UInt32(PNG_FORMAT_RGB)
            let (width, height) = (Int(description.width), Int(description.height))
            guard width * height <= 64 << 20 else {
                throw FileError.malformed(file: name, reason: "it has \(width) x \(height) pixels")
            }
            var background = png_color()
            let count = width * height * 3
            let pixels = try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
                let outcome = png_image_finish_read(
                    &description, &background, buffer.baseAddress, 0, nil)
                guard outcome != 0 else {
                    throw FileError.malformed(file: name, reason: description.text)
                }
                initialized = count
            }
            return RGBImage(width: width, height: height, pixels: pixels)
        }
    }
}

extension png_image {
    /// What libpng says about its last failure.
    fileprivate var text: String {
        withUnsafeBytes(of: message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
