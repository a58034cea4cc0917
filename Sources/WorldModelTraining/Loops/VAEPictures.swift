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
    /// - Throws: `FileError` if they cannot be written.
    static func write(
        epoch: Int, network: VAENetwork, recordings: [RolloutDataset.Recording],
        streams: SeedStreams, directory: URL
    ) throws {
        let frames = FrameSample.frames(
            of: recordings, count: columns * rows, files: columns)
        // Files may have been damaged since they were checked.
        guard !frames.isEmpty else { return }
        var tiles: [RGBImage] = []
        for start in stride(from: 0, to: frames.count, by: columns) {
            let row = Array(frames[start..<min(start + columns, frames.count)])
            tiles += row.map {
                RGBImage(width: FrameStream.side, height: FrameStream.side, pixels: $0)
            }
            tiles += row.map { frame in
                network.encode(frame, count: 1)
                return network.picture(of: network.batch.mean.start)
            }
        }
        let number = String(format: "%04ld", epoch)
        try RGBImage.grid(tiles, columns: columns).writePNG(
            to: directory.appending(path: "vae-reconstructions-\(number).png"))
        // Always the same noise, so that a person can compare epochs.
        var generator = streams.generator("vae-samples")
        var latent = [Float](repeating: 0, count: network.sizes.latent)
        let imagined = (0..<(columns * rows)).map { _ in
            latent.withUnsafeMutableBufferPointer { generator.fillNormal($0) }
            return network.picture(of: latent)
        }
        try RGBImage.grid(imagined, columns: columns).writePNG(
            to: directory.appending(path: "vae-samples-\(number).png"))
    }
}

extension VAENetwork {
    /// A picture of what the decoder makes of a latent.
    func picture(of latent: UnsafePointer<Float>) -> RGBImage {
        batch.latent.start.update(from: latent, count: sizes.latent)
        decode(count: 1)
        return RGBImage(
            width: FrameStream.side, height: FrameStream.side,
            unitValues: UnsafeBufferPointer(
                batch.reconstruction.elements(FrameStream.frameSize)))
    }
}
