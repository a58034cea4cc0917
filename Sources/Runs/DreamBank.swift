// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Digests
package import Foundation
import RunStore
import Search
import WorldModel

/// The moments at which a run's dreams begin, checked, as the bytes that every worker gets.
///
/// They are written by the training of an M that learns its reward, so that whoever has them has an M
/// whose reward means something.
package struct DreamBank: Sendable {
    /// A run that is to dream has no starts.
    package struct Missing: Error, Equatable, CustomStringConvertible {
        package let path: String
        package let directory: String

        package var description: String {
            "\(path) is missing, which dreams begin from and the training of an M that learns its"
                + " reward writes"
        }
    }

    /// The file.
    package let data: Data

    /// Reads the starts of a run and holds them against its V and M.
    ///
    /// - Throws: `Missing`, `DreamStarts.Failure` where they are of other models, `FileError`.
    init(_ directory: RunDirectory, of models: RunModels) throws {
        let file = Self.file(in: directory)
        guard let data = FileManager.default.contents(atPath: file.path) else {
            throw Missing(path: file.path, directory: directory.path)
        }
        self.data = data
        try DreamStarts(SafetensorsFile(data: data, name: file.path), name: file.path).check(
            sizes: models.sizes, vae: SHA256.digest(models.vae).hexadecimal,
            mdrnn: SHA256.digest(models.mdrnn).hexadecimal, name: file.path)
    }

    /// Refuses a run that has no starts and will get none, before hours go into its V.
    ///
    /// - Throws: `Missing`.
    static func require(in directory: RunDirectory) throws {
        let file = file(in: directory)
        guard FileManager.default.fileExists(atPath: file.path) else {
            throw Missing(path: file.path, directory: directory.path)
        }
    }

    static func file(in directory: RunDirectory) -> URL {
        directory.url.appending(path: DreamStarts.fileName)
    }

    /// The setting that names them.
    var settings: [String: String] {
        var settings = RunSettings()
        settings.dreamStarts = SHA256.digest(data).hexadecimal
        return settings.texts(\.dreamStarts)
    }
}
