// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CGIF
public import Foundation
package import ArrayFiles

/// Writes a GIF film that repeats for ever, frame by frame.
///
/// Frames go to disk as they come; the file appears whole when `finish()` returns.
public final class GIFWriter {
    /// The width of every frame in pixels.
    public let width: Int
    /// The height of every frame in pixels.
    public let height: Int
    /// How many frames have been written.
    public private(set) var frameCount = 0

    private let output: Output
    private let palette: ColorPalette?
    private let delay: Int
    // The library's handle, owned by this object and used by nobody else; nil once closed.
    private var gif: UnsafeMutablePointer<GifFileType>?

    /// What the library's callback writes to; a failure is kept until the call has returned.
    private final class Output {
        let file: AtomicFile
        var failure: (any Error)?

        init(_ file: AtomicFile) { self.file = file }
    }

    /// Starts a film of width x height pixels, each 1 to 65,535, at a file to make or replace.
    ///
    /// A frame is shown for `delay` hundredths of a second; browsers want 2 or more. Without a
    /// palette each frame gets its own, which looks better and takes 768 bytes a frame.
    ///
    /// - Throws: `FileError` if the directory is missing or not writable, or the disk is full.
    public convenience init(
        to url: URL, width: Int, height: Int, delay: Int = 4, palette: ColorPalette? = nil
    ) throws {
        try self.init(
            AtomicFile(replacing: url), width: width, height: height, delay: delay,
            palette: palette)
    }

    package init(
        _ file: AtomicFile, width: Int, height: Int, delay: Int, palette: ColorPalette?
    ) throws {
        precondition(
            (1...65_535).contains(width) && (1...65_535).contains(height)
                && (0...65_535).contains(delay),
            "a film of \(width) x \(height) pixels, \(delay) hundredths of a second a frame")
        self.width = width
        self.height = height
        self.delay = delay
        self.palette = palette
        output = Output(file)
        // The pointer is unowned: `output` lives as long as this object, which closes the handle.
        gif = EGifOpen(
            Unmanaged.passUnretained(output).toOpaque(),
            { gif, bytes, count in
                guard let context = gif?.pointee.UserData else { return 0 }
                let output = Unmanaged<Output>.fromOpaque(context).takeUnretainedValue()
                do {
                    try output.file.append(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
                    return count
                } catch {
                    output.failure = error
                    return 0
                }
            }, nil)
        EGifSetGifVersion(gif, true)
        let map = palette.flatMap { Self.colorMap($0.colors) }
        defer { GifFreeMapObject(map) }
        try check(EGifPutScreenDesc(gif, Int32(width), Int32(height), 8, 0, map))
        try putLoop()
    }

    deinit { EGifCloseFile(gif, nil) }

    /// Appends a frame of the film's size.
    ///
    /// - Throws: `FileError` if the disk is full or fails.
    public func append(_ image: RGBImage) throws {
        precondition(
            image.width == width && image.height == height,
            "a frame of \(image.width) x \(image.height) in a film of \(width) x \(height)")
        precondition(gif != nil, "\(output.file.url.path) is finished")
        // Graphic control: keep the frame, no input awaited, no transparent colour.
        let control: [UInt8] = [1 << 2, UInt8(delay & 0xff), UInt8(delay >> 8), 0]
        try check(EGifPutExtension(gif, GRAPHICS_EXT_FUNC_CODE, 4, control))
        let colors = palette ?? ColorPalette(for: [image])
        let map = palette == nil ? Self.colorMap(colors.colors) : nil
        defer { GifFreeMapObject(map) }
        try check(
            EGifPutImageDesc(gif, 0, 0, Int32(width), Int32(height), false, map))
        var indices = colors.indices(for: image)
        try check(EGifPutLine(gif, &indices, Int32(indices.count)))
        frameCount += 1
    }

    /// Completes the film, makes it durable and gives it its name.
    ///
    /// - Throws: `FileError` if the disk is full or fails; nothing is left behind then.
    public func finish() throws {
        precondition(frameCount > 0, "a film needs a frame")
        let handle = gif
        gif = nil
        try check(EGifCloseFile(handle, nil))
        try output.file.commit()
    }

    /// The block that browsers understand as "repeat for ever".
    private func putLoop() throws {
        try check(EGifPutExtensionLeader(gif, APPLICATION_EXT_FUNC_CODE))
        try check(EGifPutExtensionBlock(gif, 11, Array("NETSCAPE2.0".utf8)))
        try check(EGifPutExtensionBlock(gif, 3, [1, 0, 0] as [UInt8]))
        try check(EGifPutExtensionTrailer(gif))
    }

    private func check(_ outcome: Int32) throws {
        if let failure = output.failure { throw failure }
        precondition(outcome == GIF_OK, "giflib fails: \(gif?.pointee.Error ?? 0)")
    }

    /// A map of the library; its size must be a power of two.
    private static func colorMap(_ colors: [RGBColor]) -> UnsafeMutablePointer<ColorMapObject>? {
        var count = 2
        while count < colors.count { count *= 2 }
        let map = GifMakeMapObject(Int32(count), nil)
        for (index, color) in colors.enumerated() {
            map?.pointee.Colors[index] = GifColorType(
                Red: color.red, Green: color.green, Blue: color.blue)
        }
        return map
    }
}
