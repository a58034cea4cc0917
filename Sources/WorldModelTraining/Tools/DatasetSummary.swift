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
    /// The sum of a recording's rewards.
    public var returns: Range
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

    /// Reads all of a dataset but its observations.
    public init(_ dataset: RolloutDataset) {
        var damaged = Dictionary(
            uniqueKeysWithValues: dataset.skipped.map { ($0.path, $0.reason) })
        var usable: [RolloutDataset.Recording] = []
        var sums: [Double] = []
        var ends = 0
        for recording in dataset.recordings {
            do {
                let reader = try NPZReader(contentsOf: recording.url)
                let layout = try RolloutFile.Layout(of: reader)
                let rewards = try layout.rewards.map { try reader.array($0).doubles() } ?? []
                let terminals = try layout.terminals.map { try reader.array($0).bools() } ?? []
                usable.append(recording)
                sums.append(rewards.reduce(0, +))
                ends += terminals.last == true ? 1 : 0
            } catch {
                damaged[recording.path] = String(describing: error)
            }
        }
        recordings = usable.count
        steps = usable.reduce(0) { $0 + $1.length }
        lengths = Range(usable.map { Double($0.length) })
        returns = Range(sums)
        terminated = ends
        sides = usable.reduce(into: [:]) { $0[$1.side, default: 0] += 1 }
        actionSizes = usable.reduce(into: [:]) { $0[$1.actionSize, default: 0] += 1 }
        bytes = usable.reduce(0) { $0 + $1.byteCount }
        self.damaged = damaged
    }

    /// Writes a PNG of frames: a row for each of up to eight recordings, in time from the left.
    ///
    /// - Throws: `FileError` if it cannot be written.
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
        try RGBImage.grid(tiles, columns: columns).scaled(by: 2).writePNG(to: url)
    }
}
