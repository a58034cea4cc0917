// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Synchronization

/// The files and directories that this process has begun and that nobody is to find half done.
///
/// Whoever ends the process at once, as a signal does, removes them first.
package enum UnfinishedFiles {
    private static let paths = Mutex<Set<String>>([])

    /// Notes a path, before anything is there.
    package static func add(_ path: String) {
        _ = paths.withLock { $0.insert(path) }
    }

    /// Forgets a path, after it has got its name or was removed.
    package static func remove(_ path: String) {
        _ = paths.withLock { $0.remove(path) }
    }

    /// Removes all of them and ends the process; whoever begins another one meanwhile waits for that
    /// end.
    package static func removeAll(thenEnd end: () -> Never) -> Never {
        paths.withLock { paths in
            for path in paths where unlink(path) != 0 && errno == EISDIR {
                try? FileManager.default.removeItem(atPath: path)
            }
            end()
        }
    }
}
