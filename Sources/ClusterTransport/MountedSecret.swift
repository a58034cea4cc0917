// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CZeroMQ
import Foundation

/// Tells files that an orchestrator has mounted for this process from files that people keep.
enum MountedSecret {
    /// Whether a file is in a mounted secret.
    ///
    /// - Parameter url: The file.
    /// - Returns: True if its directory is laid out as Kubernetes does it, where `..data` leads to the
    ///   present version and the file's path leads through it, or if it is on a file system in memory
    ///   that cannot be written, as systemd's credentials are.
    static func contains(_ url: URL) -> Bool {
        let directory = url.deletingLastPathComponent()
        let present = directory.appendingPathComponent("..data").resolvingSymlinksInPath().path
        let parent = directory.resolvingSymlinksInPath().path
        if present.hasPrefix(parent + "/.."), present != parent + "/..data",
            url.resolvingSymlinksInPath().path.hasPrefix(present + "/")
        {
            return true
        }
        return czmq_is_in_read_only_memory(url.path) != 0
    }
}
