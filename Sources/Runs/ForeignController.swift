// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import ArrayFiles
import Foundation
import RunStore
import WorldModel

/// A controller in a run's directory that this run did not write, and would replace by its own.
package struct ForeignController: Error, Equatable, CustomStringConvertible {
    package let path: String

    package init(path: String) { self.path = path }

    package var description: String {
        "\(path) was not written by this run, which would replace it"
    }

    /// Refuses a directory in which a run without results would begin, without opening its database.
    static func refuse(beforeBeginningIn directory: RunDirectory) throws {
        var status = stat()
        let path = directory.database.path(percentEncoded: false)
        if stat(path, &status) == 0 && status.st_size > 0 { return }
        try refuse(in: directory, of: nil)
    }

    /// Refuses a controller that another run has written, or nobody knows who.
    ///
    /// - Parameters:
    ///   - directory: The run's directory.
    ///   - run: The run's name; nil: none has begun.
    /// - Throws: `ForeignController`.
    static func refuse(in directory: RunDirectory, of run: String?) throws {
        let file = directory.file(of: .controller)
        var status = stat()
        guard stat(file.path, &status) == 0 else { return }
        let writer = try? SafetensorsFile(contentsOf: file).metadata["run"]
        guard let run, writer == run else { throw ForeignController(path: file.path) }
    }
}
