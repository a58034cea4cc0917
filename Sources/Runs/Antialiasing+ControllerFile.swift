// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import ArrayFiles
package import CarRacingRendering
package import Rollouts
package import WorldModel

extension Antialiasing {
    /// How the edges looked where a controller was searched for.
    ///
    /// - Parameters:
    ///   - file: The controller's file.
    ///   - name: Its name, for the error's text.
    /// - Returns: nil where the file does not say, as older ones and the original's do not.
    /// - Throws: `ControllerFileError.unknownForm` for what only a newer program knows.
    package static func stated(
        in file: SafetensorsFile, name: String
    ) throws(ControllerFileError) -> Antialiasing? {
        guard let text = file.metadata[metadataKey] else { return nil }
        guard let value = Antialiasing(rawValue: text) else {
            throw .unknownForm(
                file: name, key: metadataKey, found: text, known: allCases.map(\.rawValue))
        }
        return value
    }
}

extension DomainRandomization {
    /// Whether each track had colours of its own where a controller was searched for; a file that
    /// does not say was searched for without.
    ///
    /// - Throws: `ControllerFileError.unknownForm` for what only a newer program knows.
    package static func stated(
        in file: SafetensorsFile, name: String
    ) throws(ControllerFileError) -> Bool {
        guard let text = file.metadata[metadataKey] else { return false }
        guard text == metadataValue else {
            throw .unknownForm(file: name, key: metadataKey, found: text, known: [metadataValue])
        }
        return true
    }
}
