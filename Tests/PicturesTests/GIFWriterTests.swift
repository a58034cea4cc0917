// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CGIF
import Foundation
import Pictures
import ArrayFiles
import TestSupport
import Testing

struct GIFWriterTests {
    @Test(arguments: [false, true])
    func `flat frames come back exactly`(isCommon: Bool) throws {
        let frames = (0..<3).map { frame in
            RGBImage.grid(
                (0..<4).map {
                    RGBImage(width: 8, height: 8, color: RGBColor(UInt8(60 * $0), UInt8(frame), 7))
                }, columns: 2)
        }
        let palette = isCommon ? ColorPalette(for: frames) : nil
        let (read, delays) = try roundTrip(frames, palette: palette)
        #expect(read == frames)
        #expect(delays == [5, 5, 5])
    }

    @Test func `pictures of many colours come back nearly`() throws {
        // 4,096 colours, as smooth as reconstructions are.
        let pixels = (0..<64 * 64).flatMap { index -> [UInt8] in
            let (x, y) = (index % 64, index / 64)
            return [UInt8(x * 4), UInt8(y * 4), UInt8((x + y) * 2)]
        }
        let image = RGBImage(width: 64, height: 64, pixels: pixels)
        let read = try #require(try roundTrip([image], palette: nil).frames.first)
        let squares = zip(read.pixels, image.pixels).map { pow(Double($0) - Double($1), 2) }
        #expect(squares.reduce(0, +) / Double(squares.count) < 30)
    }

    @Test func `a palette serves pictures that it was not made for`() {
        let palette = ColorPalette(for: [
            RGBImage.grid([RGBImage(width: 1, height: 1, color: .white)], columns: 1, color: .black)
        ])
        let other = RGBImage(width: 2, height: 1, pixels: [250, 240, 255, 3, 2, 9])
        let colors = palette.indices(for: other).map { palette.colors[Int($0)] }
        #expect(colors == [.white, .black])
    }

    @Test func `a film that is not finished does not appear`() throws {
        let directory = try TemporaryDirectory()
        do {
            let writer = try GIFWriter(
                to: directory.file("a.gif"), width: 8, height: 8)
            try writer.append(RGBImage(width: 8, height: 8))
        }
        #expect(try directory.contents().isEmpty)
        #expect(throws: FileError.self) {
            try GIFWriter(to: directory.file("no/a.gif"), width: 8, height: 8)
        }
    }

    @Test func `a disk that is full is named, at whatever byte it is full`() throws {
        let directory = try TemporaryDirectory()
        let url = directory.file("a.gif")
        let frame = RGBImage(
            width: 12, height: 12, pixels: (0..<432).map { UInt8($0 * 7 % 100) })
        let palette = ColorPalette(for: [frame])
        for capacity in stride(from: 0, to: 800, by: 11) {
            #expect(throws: FileError.diskFull(path: url.path)) {
                let file = try AtomicFile(replacing: url, capacity: capacity)
                let writer = try GIFWriter(file, width: 12, height: 12, delay: 4, palette: palette)
                for _ in 0..<3 { try writer.append(frame) }
                try writer.finish()
            }
        }
        #expect(try directory.contents().isEmpty)
    }

    /// Writes frames and reads them with the library's own reader.
    private func roundTrip(
        _ frames: [RGBImage], palette: ColorPalette?
    ) throws -> (frames: [RGBImage], delays: [Int]) {
        let directory = try TemporaryDirectory()
        let url = directory.file("a.gif")
        let first = try #require(frames.first)
        let writer = try GIFWriter(
            to: url, width: first.width, height: first.height, delay: 5, palette: palette)
        for frame in frames { try writer.append(frame) }
        try writer.finish()
        let data = try Data(contentsOf: url)
        #expect(data.range(of: Data("NETSCAPE2.0\u{3}\u{1}\u{0}\u{0}\u{0}".utf8)) != nil)

        let gif = try #require(DGifOpenFileName(url.path, nil))
        defer { DGifCloseFile(gif, nil) }
        #expect(DGifSlurp(gif) == GIF_OK)
        var read: [RGBImage] = []
        var delays: [Int] = []
        for index in 0..<Int(gif.pointee.ImageCount) {
            let saved = gif.pointee.SavedImages[index]
            let map = try #require(saved.ImageDesc.ColorMap ?? gif.pointee.SColorMap)
            let bits = try #require(saved.RasterBits)
            let pixels = (0..<first.width * first.height).flatMap { pixel -> [UInt8] in
                let color = map.pointee.Colors[Int(bits[pixel])]
                return [color.Red, color.Green, color.Blue]
            }
            read.append(RGBImage(width: first.width, height: first.height, pixels: pixels))
            var control = GraphicsControlBlock()
            DGifSavedExtensionToGCB(gif, Int32(index), &control)
            delays.append(Int(control.DelayTime))
        }
        return (read, delays)
    }
}
