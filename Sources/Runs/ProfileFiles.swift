// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
package import Search

/// Finds profiles: those that come with the program, and a user's own.
package enum ProfileFiles {
    /// Reads a profile by its file's path, or by a name that is looked for in some directories.
    package static func load(_ name: String, places: [String]? = nil) throws -> Profile {
        let isPath = name.contains("/") || name.hasSuffix(".json")
        let candidates = isPath ? [name] : (places ?? usualPlaces).map { "\($0)/\(name).json" }
        for path in candidates {
            if let data = FileManager.default.contents(atPath: path) {
                return try Profile(data, path: path)
            }
        }
        throw ProfileError.missing(name: name, searched: candidates)
    }

    /// Where profiles are looked for: from the working directory, and from the program's place,
    /// be that a build directory within the sources or PREFIX/bin of an installation.
    private static var usualPlaces: [String] {
        var places = ["cluster/profiles"]
        guard let program = Bundle.main.executableURL?.resolvingSymlinksInPath() else {
            return places
        }
        var directory = program.deletingLastPathComponent()
        places.append(
            directory.deletingLastPathComponent().appending(path: "share/worldmodels/profiles")
                .path)
        while directory.path != "/" {
            let place = directory.appending(path: "cluster/profiles").path
            if FileManager.default.fileExists(atPath: place) { places.append(place) }
            directory.deleteLastPathComponent()
        }
        return places
    }
}
