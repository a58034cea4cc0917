// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Foundation

/// Frames that stand for all of a dataset's.
package enum FrameSample {
    /// How many frames V's activations are looked at on, and from how many recordings.
    private static let (rangeFrames, rangeFiles) = (1024, 32)

    /// Frames of 64 x 64 x 3 bytes, one after another, for `ActivationRanges`.
    ///
    /// - Throws: `TrainingError` if the directory is missing or has no usable recording.
    package static func forRanges(in directory: URL) throws -> [UInt8] {
        try forRanges(of: RolloutDataset(directory: directory))
    }

    /// The same of a dataset that has been looked through.
    static func forRanges(of dataset: RolloutDataset) -> [UInt8] {
        frames(of: dataset.recordings, count: rangeFrames, files: rangeFiles).flatMap { $0 }
    }

    /// At most so many frames, at equal distances in recordings at equal distances; those that
    /// cannot be read any more are left out.
    static func frames(
        of recordings: [RolloutDataset.Recording], count: Int, files: Int
    ) -> [[UInt8]] {
        let size = FrameStream.frameSize
        let files = min(files, recordings.count)
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
}
