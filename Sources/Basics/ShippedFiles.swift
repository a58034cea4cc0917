// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation

/// Finds the files that come with the program: its agent and its profiles.
///
/// `Bundle.module` would end a program that has been copied without them.
package enum ShippedFiles {
    /// Where a directory of such files may be, the likeliest place first.
    ///
    /// Beside the program, where SwiftPM puts resources, or in PREFIX/share of an installation
    /// whose program is PREFIX/bin/worldmodels.
    ///
    /// - Parameter name: The directory's name among the resources; in PREFIX/share it is written
    ///   in lower case.
    /// - Returns: Paths, of which none need be there.
    package static func places(of name: String) -> [String] {
        guard let program = Bundle.main.executableURL?.resolvingSymlinksInPath() else { return [] }
        let directory = program.deletingLastPathComponent()
        return [
            directory.appending(path: "worldmodels_worldmodels.resources/\(name)").path,
            directory.deletingLastPathComponent()
                .appending(path: "share/worldmodels/\(name.lowercased())").path,
        ]
    }
}
