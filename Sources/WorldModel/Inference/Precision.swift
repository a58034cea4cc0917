// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import ArrayFiles

/// What V's encoder computes in when it drives; M and C, a fiftieth of the work, have single precision.
public enum Precision: String, Sendable, Hashable, Codable, CaseIterable {
    /// Single precision, the reference.
    case float32
    /// Integers of 8 bits, summed in 32: faster, the same bits on every processor, and not those of
    /// single precision.
    case int8

    /// The key in a controller's file of what it was searched for with.
    package static let metadataKey = "precision"

    /// What a controller was searched for with, whose file an error calls `name`.
    ///
    /// - Returns: nil where the file does not say, as those of version 0.2 and the original's do not.
    /// - Throws: `ControllerFileError.unknownForm` for what only a newer program knows.
    package static func stated(
        in file: SafetensorsFile, name: String
    ) throws(ControllerFileError) -> Precision? {
        guard let text = file.metadata[metadataKey] else { return nil }
        guard let value = Precision(rawValue: text) else {
            throw .unknownForm(
                file: name, key: metadataKey, found: text, known: allCases.map(\.rawValue))
        }
        return value
    }
}
