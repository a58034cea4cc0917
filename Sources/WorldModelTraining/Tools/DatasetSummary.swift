// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import Foundation
import Pictures
import ArrayFiles
import WorldModel

/// What a directory of recordings holds, and a picture of some of its frames.
public struct DatasetSummary: Sendable, Hashable, Codable {
    /// The smallest, mean and largest of some numbers.
    public struct Range: Sendable, Hashable, Codable {
        /// The smallest.
        public var least: Double
        /// The mean.
        public var mean: Double
        /// The largest.
        public var most: Double

        init(_ values: [Double]) {
            least = values.min() ?? 0
            most = values.max() ?? 0
            mean = values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
        }
    }

    /// The usable recordings.
    public var recordings: Int
    /// The steps of all.
    public var steps: Int
    /// The steps of a recording.
    public var lengths: Range
    /// The sum of a recording's rewards, over those that have any; null where none has.
    public var returns: Range?
    /// The recordings without rewards.
    public var withoutRewards: Int
    /// The recordings whose last step ends the episode.
    public var terminated: Int
    /// The sizes of observations in pixels with the recordings that have them.
    public var sides: [Int: Int]
    /// The recordings by the length of their actions.
    public var actionSizes: [Int: Int]
    /// The bytes of all files.
    public var bytes: Int
    /// The damaged files with what is wrong with them.
    public var damaged: [String: String]
    /// What a person should know of the recordings, a sentence each.
    public var notes: [String]

    /// Sums up what reading a dataset has shown.
    public init(_ dataset: RolloutDataset) {
        let usable = dataset.recordings
        let sums = usable.compactMap(\.facts.episodeReturn)
        recordings = usable.count
        steps = usable.reduce(0) { $0 + $1.length }
        lengths = Range(usable.map { Double($0.length) })
        returns = sums.isEmpty ? nil : Range(sums)
        withoutRewards = usable.count - sums.count
        terminated = usable.count { $0.facts.isTerminated == true }
        sides = usable.reduce(into: [:]) { $0[$1.side, default: 0] += 1 }
        actionSizes = usable.reduce(into: [:]) { $0[$1.actionSize, default: 0] += 1 }
        bytes = usable.reduce(0) { $0 + $1.byteCount }
        damaged = Dictionary(dataset.skipped.map { ($0.path, $0.reason) }) { first, _ in first }
        notes = dataset.notes
    }

    /// Encodes all properties, `returns` also where it is null.
    public func encode(to encoder: any Swift.Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(recordings, forKey: .recordings)
        try values.encode(steps, forKey: .steps)
        try values.encode(lengths, forKey: .lengths)
        try values.encode(returns, forKey: .returns)
        try values.encode(withoutRewards, forKey: .withoutRewards)
        try values.encode(terminated, forKey: .terminated)
        try values.encode(sides, forKey: .sides)
        try values.encode(actionSizes, forKey: .actionSizes)
        try values.encode(bytes, forKey: .bytes)
        try values.encode(damaged, forKey: .damaged)
        try values.encode(notes, forKey: .notes)
    }

    /// Writes a PNG of frames: a row for each of up to eight recordings, in time from the left.
    ///
    /// - Throws: `FileError` if it cannot be written, `TrainingError` if no frame can be read.
    public static func writePicture(of dataset: RolloutDataset, to url: URL) throws {
        let (rows, columns) = (min(8, dataset.recordings.count), 8)
        var tiles: [RGBImage] = []
        for row in 0..<rows {
            let recording = dataset.recordings[row * dataset.recordings.count / rows]
            guard let frames = try? FrameStream.frames(of: recording) else { continue }
            for column in 0..<columns {
                let start = column * recording.length / columns * FrameStream.frameSize
                tiles.append(
                    RGBImage(
                        width: FrameStream.side, height: FrameStream.side,
                        pixels: Array(frames[start..<(start + FrameStream.frameSize)])))
            }
        }
        guard !tiles.isEmpty else {
            throw TrainingError.emptyDataset(
                path: dataset.directory.path, skipped: rows, firstReason: nil)
        }
        try RGBImage.grid(tiles, columns: columns).scaled(by: 2).writePNG(to: url)
    }
}
