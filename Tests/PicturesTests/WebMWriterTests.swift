// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import CVPX
import Foundation
import Pictures
import TestSupport
import Testing

/// WebM films, read by a small reader of their own and by libvpx's decoder.
struct WebMWriterTests {
    /// An element of the file: where it begins, and its content.
    private struct Element {
        var name: UInt64
        var start: Int
        var content: Data

        var number: Int { content.reduce(0) { $0 << 8 | Int($1) } }
    }

    private struct Malformed: Error {}

    /// The elements that bytes consist of.
    private static func elements(_ data: Data) throws -> [Element] {
        var elements: [Element] = []
        var place = data.startIndex
        /// A number whose first byte's leading zeros say how many bytes follow.
        func vint(keepsMark: Bool) throws -> UInt64 {
            guard place < data.endIndex else { throw Malformed() }
            let length = data[place].leadingZeroBitCount + 1
            guard length <= 8, place + length <= data.endIndex else { throw Malformed() }
            var value = data[place..<place + length].reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
            if !keepsMark { value &= ~(1 << (7 * UInt64(length))) }
            place += length
            return value
        }
        while place < data.endIndex {
            let start = place
            let name = try vint(keepsMark: true)
            let length = Int(try vint(keepsMark: false))
            guard place + length <= data.endIndex else { throw Malformed() }
            elements.append(
                Element(
                    name: name, start: start - data.startIndex,
                    content: data[place..<place + length]))
            place += length
        }
        return elements
    }

    private struct Film {
        var width = 0
        var height = 0
        var seconds = 0.0
        /// Each frame's time in milliseconds, whether it is a key frame, and its bytes.
        var frames: [(time: Int, isKey: Bool, bytes: Data)] = []
        /// Times of the cues, and of the clusters that they lead to.
        var cues: [(time: Int, cluster: Int)] = []

        init(_ data: Data) throws {
            let file = try WebMWriterTests.elements(data)
            try #require(file.map(\.name) == [0x1A45_DFA3, 0x1853_8067])
            let segment = try WebMWriterTests.elements(file[1].content)
            func child(_ name: UInt64, of parent: Element) throws -> Element {
                try #require(try WebMWriterTests.elements(parent.content).first { $0.name == name })
            }
            func part(_ name: UInt64) throws -> Element {
                try #require(segment.first { $0.name == name })
            }
            let duration = try child(0x4489, of: part(0x1549_A966))
            seconds = Double(bitPattern: UInt64(bitPattern: Int64(duration.number))) / 1000
            let entry = try child(0xAE, of: part(0x1654_AE6B))
            #expect(try child(0x86, of: entry).content == Data("V_VP9".utf8))
            let video = try child(0xE0, of: entry)
            width = try child(0xB0, of: video).number
            height = try child(0xBA, of: video).number
            var clusters: [Int: Int] = [:]
            for cluster in segment where cluster.name == 0x1F43_B675 {
                let start = try child(0xE7, of: cluster).number
                clusters[cluster.start] = start
                for block in try WebMWriterTests.elements(cluster.content) where block.name == 0xA3
                {
                    let head = Array(block.content.prefix(4))
                    frames.append(
                        (
                            start + Int(head[1]) << 8 + Int(head[2]), head[3] & 0x80 != 0,
                            block.content.dropFirst(4)
                        ))
                }
            }
            for point in try WebMWriterTests.elements(part(0x1C53_BB6B).content) {
                let place = try child(0xF1, of: child(0xB7, of: point)).number
                cues.append((try child(0xB3, of: point).number, try #require(clusters[place])))
            }
        }
    }

    /// A square that moves over a striped ground.
    private func frame(_ number: Int, width: Int = 96, height: Int = 64) -> RGBImage {
        let pixels = (0..<width * height).flatMap { index -> [UInt8] in
            let (x, y) = (index % width, index / width)
            let isSquare = (number..<number + 24).contains(x) && (20..<44).contains(y)
            return isSquare ? [220, 40, 30] : y / 8 % 2 == 0 ? [30, 160, 50] : [90, 90, 200]
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    private func film(
        _ frames: [RGBImage], delay: Int = 2
    ) throws -> (film: Film, bytes: Int) {
        let directory = try TemporaryDirectory()
        let url = directory.file("a.webm")
        let writer = try FilmKind.writer(
            to: url, width: frames[0].width, height: frames[0].height, delay: delay)
        for frame in frames { try writer.append(frame) }
        #expect(writer.frameCount == frames.count)
        try writer.finish()
        let data = try Data(contentsOf: url)
        return (try Film(data), data.count)
    }

    @Test func `a film has its size, its length, and each frame at its time`() throws {
        let (film, _) = try film((0..<60).map { frame($0) })
        #expect(film.width == 96 && film.height == 64 && film.seconds == 1.2)
        #expect(film.frames.map(\.time) == (0..<60).map { 20 * $0 })
        #expect(film.frames.first?.isKey == true)
    }

    @Test func `a long film has places to jump to, which are clusters that begin with key frames`()
        throws
    {
        let (film, _) = try film((0..<700).map { frame($0 % 70) })
        #expect(film.frames.count == 700 && film.frames.last?.time == 13_980)
        #expect(film.cues.count >= 3)
        #expect(film.cues.allSatisfy { $0.time == $0.cluster })
        let keys = film.frames.filter(\.isKey).map(\.time)
        #expect(film.cues.map(\.time) == keys)
    }

    @Test(arguments: [(96, 64), (97, 63)])
    func `what is decoded looks as what was given`(width: Int, height: Int) throws {
        let frames = (0..<12).map { frame(4 * $0, width: width, height: height) }
        let (film, _) = try film(frames)
        var context = vpx_codec_ctx_t()
        try #require(cvpx_initialize_decoder(&context) == VPX_CODEC_OK)
        defer { vpx_codec_destroy(&context) }
        for (number, frame) in film.frames.enumerated() {
            let bytes = Array(frame.bytes)
            try #require(
                vpx_codec_decode(&context, bytes, UInt32(bytes.count), nil, 0) == VPX_CODEC_OK)
            var iterator: vpx_codec_iter_t?
            let image = try #require(vpx_codec_get_frame(&context, &iterator)).pointee
            #expect(image.d_w == width && image.d_h == height)
            var difference = 0.0
            for y in 0..<height {
                for x in 0..<width {
                    let color = try rgb(image, x, y)
                    for channel in 0..<3 {
                        let given = frames[number].pixels[3 * (y * width + x) + channel]
                        difference += abs(color[channel] - Double(given))
                    }
                }
            }
            // The edges between colours differ, whose chroma has half the resolution.
            #expect(difference / Double(3 * width * height) < 12, "frame \(number)")
        }
    }

    /// ITU-R BT.709 with luma from 16 to 235, the other way round.
    private func rgb(_ image: vpx_image_t, _ x: Int, _ y: Int) throws -> [Double] {
        let luma = try #require(image.planes.0)[y * Int(image.stride.0) + x]
        let blue = try #require(image.planes.1)[y / 2 * Int(image.stride.1) + x / 2]
        let red = try #require(image.planes.2)[y / 2 * Int(image.stride.2) + x / 2]
        let (l, b, r) = (1.16438 * (Double(luma) - 16), Double(blue) - 128, Double(red) - 128)
        return [l + 1.79274 * r, l - 0.21325 * b - 0.53291 * r, l + 2.11240 * b]
    }

    @Test func `the ending of the file's name chooses`() {
        #expect(FilmKind(of: URL(filePath: "/a/b.webm")) == .webM)
        #expect(FilmKind(of: URL(filePath: "/a/b.WebM")) == .webM)
        #expect(FilmKind(of: URL(filePath: "/a/webm.gif")) == .gif)
        #expect(FilmKind(of: URL(filePath: "/dev/stdout")) == .gif)
        #expect(FilmKind.isKnown(URL(filePath: "/a/b.GIF")))
        #expect(FilmKind.isKnown(URL(filePath: "/dev/stdout")))
        #expect(!FilmKind.isKnown(URL(filePath: "/a/b.mp4")))
    }

    @Test func `a film that is not finished does not appear`() throws {
        let directory = try TemporaryDirectory()
        do {
            let writer = try WebMWriter(to: directory.file("a.webm"), width: 8, height: 8)
            try writer.append(RGBImage(width: 8, height: 8))
        }
        #expect(try directory.contents().isEmpty)
        #expect(throws: FileError.self) {
            try WebMWriter(to: directory.file("no/a.webm"), width: 8, height: 8)
        }
    }

    @Test func `a disk that is full is named`() throws {
        let directory = try TemporaryDirectory()
        let url = directory.file("a.webm")
        for capacity in [0, 40, 300] {
            #expect(throws: FileError.diskFull(path: url.path)) {
                let file = try AtomicFile(replacing: url, capacity: capacity)
                let writer = try WebMWriter(file, width: 96, height: 64, delay: 2)
                for number in 0..<3 { try writer.append(frame(number)) }
                try writer.finish()
            }
        }
        #expect(try directory.contents().isEmpty)
    }
}
