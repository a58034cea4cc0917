// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Pictures
import SeededRandom
import WorldModel

/// The pictures by which a person judges V: held-out frames above what becomes of them, and
/// frames imagined from noise.
enum VAEPictures {
    /// The pictures of a row.
    private static let columns = 8
    /// The rows of pairs.
    private static let rows = 4

    /// Writes both pictures of an epoch.
    ///
    /// - Parameters:
    ///   - epoch: The epoch, for the names.
    ///   - network: V.
    ///   - recordings: Where to take frames from.
    ///   - streams: The run's random streams.
    ///   - directory: Where to put the pictures.
    /// - Throws: `FileError` if they cannot be written.
    static func write(
        epoch: Int, network: VAENetwork, recordings: [RolloutDataset.Recording],
        streams: SeedStreams, directory: URL
    ) throws {
        let frames = sample(recordings, count: columns * rows)
        var tiles: [RGBImage] = []
        for start in stride(from: 0, to: frames.count, by: columns) {
            let row = Array(frames[start..<min(start + columns, frames.count)])
            tiles += row.map { image($0) }
            tiles += reconstruct(row, network)
        }
        let number = String(epoch)
        let padded = String(repeating: "0", count: max(0, 4 - number.count)) + number
        try RGBImage.grid(tiles, columns: columns).writePNG(
            to: directory.appending(path: "vae-reconstructions-\(padded).png"))
        // Always the same noise, so that a person can compare epochs.
        var generator = streams.generator("vae-samples")
        let imagined = (0..<(columns * rows)).map { _ -> RGBImage in
            let latent = network.batch.latent
            generator.fillNormal(
                UnsafeMutableBufferPointer(start: latent.start, count: network.sizes.latent))
            network.decode(count: 1)
            return reconstruction(0, network)
        }
        try RGBImage.grid(imagined, columns: columns).writePNG(
            to: directory.appending(path: "vae-samples-\(padded).png"))
    }

    /// Frames at equal distances in the recordings that can be read.
    private static func sample(
        _ recordings: [RolloutDataset.Recording], count: Int
    ) -> [[UInt8]] {
        let size = FrameStream.frameSize
        let files = min(columns, recordings.count)
        var frames: [[UInt8]] = []
        for index in 0..<files {
            let recording = recordings[index * recordings.count / files]
            guard let pixels = try? FrameStream.frames(of: recording) else { continue }
            let wanted = min(recording.length, (count + files - 1) / files)
            for frame in 0..<wanted {
                let start = frame * recording.length / wanted * size
                frames.append(Array(pixels[start..<(start + size)]))
            }
        }
        return Array(frames.prefix(count))
    }

    private static func image(_ frame: [UInt8]) -> RGBImage {
        RGBImage(width: FrameStream.side, height: FrameStream.side, pixels: frame)
    }

    private static func reconstruct(_ frames: [[UInt8]], _ network: VAENetwork) -> [RGBImage] {
        frames.map { frame in
            network.encode(frame, count: 1)
            network.batch.latent.start.update(
                from: network.batch.mean.start, count: network.sizes.latent)
            network.decode(count: 1)
            return reconstruction(0, network)
        }
    }

    /// A picture of the decoder's output.
    static func reconstruction(_ index: Int, _ network: VAENetwork) -> RGBImage {
        let values = UnsafeBufferPointer(
            start: network.batch.reconstruction.at(index * FrameStream.frameSize),
            count: FrameStream.frameSize)
        return RGBImage(width: FrameStream.side, height: FrameStream.side, unitValues: values)
    }
}
