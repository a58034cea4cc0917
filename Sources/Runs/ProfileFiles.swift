// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
import Foundation
package import Search

/// Finds profiles: those that come with the program, and a user's own.
package enum ProfileFiles {
    /// Reads a profile by its file's path, or by a name that is looked for in some directories,
    /// usually among the files that come with the program.
    package static func load(_ name: String, places: [String]? = nil) throws -> Profile {
        let isPath = name.contains("/") || name.hasSuffix(".json")
        let candidates =
            isPath
            ? [name] : (places ?? ShippedFiles.places(of: "Profiles")).map { "\($0)/\(name).json" }
        for path in candidates {
            if let data = FileManager.default.contents(atPath: path) {
                return try Profile(data, path: path)
            }
        }
        throw ProfileError.missing(name: name, searched: candidates)
    }
}
