// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Foundation
import WorldModel

/// What all episodes of a dataset have in common: with the models, for the controller, and a file's
/// index it decides every byte of that file.
package struct RecordingSettings: Sendable, Hashable, Codable {
    /// Who drives.
    package var policy: DrivingPolicy
    /// The steps after which an episode ends, at least 1.
    package var steps: Int
    /// The seed of the dataset.
    package var seed: UInt64

    /// Describes a dataset.
    ///
    /// - Parameters:
    ///   - policy: Who drives.
    ///   - steps: The steps after which an episode ends.
    ///   - seed: The seed of the dataset.
    package init(policy: DrivingPolicy, steps: Int, seed: UInt64) {
        self.policy = policy
        self.steps = steps
        self.seed = seed
    }

    /// The settings as a worker is told them.
    package func encoded() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return try encoder.encode(self)
    }

    /// What the file of one episode cannot exceed; bytes.
    ///
    /// Deflate adds less than a thousandth to what it cannot shorten.
    package var largestFile: Int {
        let step = Encoder.imageBytes + 3 * MemoryLayout<Float>.size + MemoryLayout<Float>.size + 1
        return steps * step + steps * step / 1000 + 4096
    }
}
