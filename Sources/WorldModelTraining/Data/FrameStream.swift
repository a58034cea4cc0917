// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import SeededRandom
import ArrayFiles
import WorldModel

/// The frames of recordings in a random order, within a bound on memory.
///
/// The files are taken in a random order and read until the bound is reached; the frames of such a
/// block are handed out in a random order, then the next block is read. Where all files fit in
/// one block it is read once and kept. An epoch's order depends on the generator alone.
final class FrameStream {
    /// The side of the frames handed out.
    static let side = VAESizes.imageSide
    /// The bytes of a frame.
    static let frameSize = side * side * 3

    private let recordings: [RolloutDataset.Recording]
    private let byteLimit: Int
    private var resident: [UInt8]?
    /// The files that turned out to be damaged when read.
    private(set) var skipped: [RolloutDataset.Skipped] = []

    /// Frames of recordings, of which so many bytes are held at a time, at least one file's.
    init(_ recordings: [RolloutDataset.Recording], byteLimit: Int) {
        self.recordings = recordings
        self.byteLimit = byteLimit
    }

    /// The number of frames, by the headers.
    var count: Int { recordings.reduce(0) { $0 + $1.length } }

    /// Whether not all frames can be held at once.
    var isStreamed: Bool { count * Self.frameSize > byteLimit }

    /// Hands out every frame once, in batches, of which the last may have fewer.
    ///
    /// The generator draws the order; nil keeps the files'.
    ///
    /// - Throws: What the body throws.
    func forEachBatch(
        size batchSize: Int, generator: inout PCG64?,
        _ body: (_ frames: UnsafePointer<UInt8>, _ count: Int) throws -> Void
    ) throws {
        var batch: [UInt8] = []
        batch.reserveCapacity(batchSize * Self.frameSize)
        func flush() throws {
            if !batch.isEmpty { try body(batch, batch.count / Self.frameSize) }
            batch.removeAll(keepingCapacity: true)
        }
        try forEachBlock(&generator) { block, generator in
            let frames = block.count / Self.frameSize
            for frame in generator?.permutation(frames) ?? Array(0..<frames) {
                let start = frame * Self.frameSize
                batch += block[start..<(start + Self.frameSize)]
                if batch.count == batchSize * Self.frameSize { try flush() }
            }
        }
        try flush()
    }

    private func forEachBlock(
        _ generator: inout PCG64?,
        _ body: (_ block: [UInt8], _ generator: inout PCG64?) throws -> Void
    ) throws {
        if !isStreamed {
            let block = resident ?? read(Array(recordings.indices))
            resident = block
            try body(block, &generator)
            return
        }
        let order = generator?.permutation(recordings.count) ?? Array(recordings.indices)
        var start = 0
        while start < order.count {
            var end = start
            var bytes = 0
            repeat {
                bytes += recordings[order[end]].length * Self.frameSize
                end += 1
            } while end < order.count
                && bytes + recordings[order[end]].length * Self.frameSize <= byteLimit
            try body(read(Array(order[start..<end])), &generator)
            start = end
        }
    }

    private func read(_ indices: [Int]) -> [UInt8] {
        var block: [UInt8] = []
        block.reserveCapacity(
            indices.reduce(0) { $0 + recordings[$1].length } * Self.frameSize)
        for index in indices {
            let recording = recordings[index]
            do {
                block += try Self.frames(of: recording)
            } catch {
                if !skipped.contains(where: { $0.path == recording.path }) {
                    skipped.append(
                        RolloutDataset.Skipped(
                            path: recording.path, reason: String(describing: error)))
                }
            }
        }
        return block
    }

    /// The frames of one recording at the side that V takes: (length, 64, 64, 3) bytes.
    ///
    /// - Throws: `FileError` or `RolloutFileError` if the file is damaged.
    static func frames(of recording: RolloutDataset.Recording) throws -> [UInt8] {
        let file = try RolloutFile(contentsOf: recording.url)
        return FrameResizer(from: file.side, to: side).resize(file.observations)
    }
}
