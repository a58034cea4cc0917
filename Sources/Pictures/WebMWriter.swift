// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import ArrayFiles
public import Foundation

/// Writes a WebM film (VP9), frame by frame.
///
/// The frames are kept compressed, a few megabytes a minute, until `finish()` writes the file: what
/// is before the first of them in it, the length and where to jump to, is known then alone.
public final class WebMWriter {
    /// The width of every frame in pixels.
    public let width: Int
    /// The height of every frame in pixels.
    public let height: Int
    /// How many frames have been written.
    public private(set) var frameCount = 0

    private let file: AtomicFile
    private let encoder: VP9Encoder
    /// How long a frame is shown, in milliseconds.
    private let delay: Int
    private var frames: [VP9Encoder.Frame] = []
    private var isFinished = false

    /// Starts a film of width x height pixels, each 2 to 16,384, at a file to make or replace.
    ///
    /// A frame is shown for `delay` hundredths of a second, at least one: 2 is a step of CarRacing.
    ///
    /// - Throws: `FileError` if the directory is missing or not writable; `VideoError`.
    public convenience init(to url: URL, width: Int, height: Int, delay: Int = 2) throws {
        try self.init(AtomicFile(replacing: url), width: width, height: height, delay: delay)
    }

    package init(_ file: AtomicFile, width: Int, height: Int, delay: Int) throws {
        precondition(
            (2...16_384).contains(width) && (2...16_384).contains(height)
                && (1...65_535).contains(delay),
            "a film of \(width) x \(height) pixels, \(delay) hundredths of a second a frame")
        self.file = file
        self.width = width
        self.height = height
        self.delay = 10 * delay
        encoder = try VP9Encoder(width: width, height: height)
    }

    /// Appends a frame of the film's size.
    ///
    /// - Throws: `VideoError`.
    public func append(_ image: RGBImage) throws {
        precondition(
            image.width == width && image.height == height,
            "a frame of \(image.width) x \(image.height) in a film of \(width) x \(height)")
        precondition(!isFinished, "\(file.url.path) is finished")
        frames += try encoder.encode(image, time: frameCount * delay, duration: delay)
        frameCount += 1
    }

    /// Completes the film, makes it durable and gives it its name.
    ///
    /// - Throws: `FileError` if the disk is full or fails, `VideoError`; nothing is left behind then.
    public func finish() throws {
        precondition(frameCount > 0, "a film needs a frame")
        isFinished = true
        frames += try encoder.finish()
        try file.append(content())
        try file.commit()
    }

    // MARK: The file

    /// Frames from one that needs none before it to the next such, or for as long as a block can say.
    private var groups: [ArraySlice<VP9Encoder.Frame>] {
        var groups: [ArraySlice<VP9Encoder.Frame>] = []
        var start = frames.startIndex
        for index in frames.indices.dropFirst() {
            let isFull = frames[index].time - frames[start].time > 30_000
            if frames[index].isKey || isFull {
                groups.append(frames[start..<index])
                start = index
            }
        }
        return groups + [frames[start...]]
    }

    private func content() -> [UInt8] {
        let header = MatroskaElement(
            .header,
            [
                MatroskaElement(.version, 1), MatroskaElement(.readVersion, 1),
                MatroskaElement(.maximumIdentifierLength, 4),
                MatroskaElement(.maximumSizeLength, 8), MatroskaElement(.documentType, "webm"),
                MatroskaElement(.documentVersion, 4), MatroskaElement(.documentReadVersion, 2),
            ])
        let information = MatroskaElement(
            .information,
            [
                // Times are in milliseconds.
                MatroskaElement(.timestampScale, 1_000_000),
                MatroskaElement(.duration, Double(frameCount * delay)),
                MatroskaElement(.muxingApplication, "worldmodels"),
                MatroskaElement(.writingApplication, "worldmodels"),
            ])
        let groups = groups
        let clusters = groups.map(cluster)
        let before = [information, track]
        // Where the clusters lie follows from the length of the cues, and that from their number.
        let length = cues(groups, at: groups.map { _ in 0 }).bytes.count
        var place = before.reduce(length) { $0 + $1.bytes.count }
        let places = clusters.map { cluster in
            defer { place += cluster.bytes.count }
            return place
        }
        let segment = MatroskaElement(
            .segment, before + [cues(groups, at: places)] + clusters)
        return header.bytes + segment.bytes
    }

    private var track: MatroskaElement {
        // ITU-R BT.709, with luma from 16 to 235.
        let color = MatroskaElement(
            .color,
            [
                MatroskaElement(.matrixCoefficients, 1), MatroskaElement(.colorRange, 1),
                MatroskaElement(.transfer, 1), MatroskaElement(.primaries, 1),
            ])
        let video = MatroskaElement(
            .video,
            [MatroskaElement(.pixelWidth, width), MatroskaElement(.pixelHeight, height), color])
        let entry = MatroskaElement(
            .trackEntry,
            [
                MatroskaElement(.trackNumber, 1), MatroskaElement(.trackIdentifier, 1),
                MatroskaElement(.trackType, 1), MatroskaElement(.hasLacing, 0),
                MatroskaElement(.codec, "V_VP9"),
                MatroskaElement(.defaultDuration, delay * 1_000_000), video,
            ])
        return MatroskaElement(.tracks, [entry])
    }

    private func cues(
        _ groups: [ArraySlice<VP9Encoder.Frame>], at places: [Int]
    ) -> MatroskaElement {
        let points = zip(groups, places).filter { $0.0.first?.isKey == true }.map { group, place in
            let position = MatroskaElement(
                .cueTrackPositions,
                [MatroskaElement(.cueTrack, 1), MatroskaElement(.cueClusterPosition, place)])
            return MatroskaElement(
                .cuePoint, [MatroskaElement(.cueTime, group.first?.time ?? 0), position])
        }
        return MatroskaElement(.cues, points)
    }

    private func cluster(_ frames: ArraySlice<VP9Encoder.Frame>) -> MatroskaElement {
        let start = frames.first?.time ?? 0
        let blocks = frames.map { frame in
            // The track in one byte, the time since the cluster's in two, whether it is a key frame.
            let time = UInt16(frame.time - start)
            let head: [UInt8] = [
                0x81, UInt8(time >> 8), UInt8(time & 0xff), frame.isKey ? 0x80 : 0,
            ]
            return MatroskaElement(.simpleBlock, head + frame.bytes)
        }
        return MatroskaElement(.cluster, [MatroskaElement(.timestamp, start)] + blocks)
    }
}
