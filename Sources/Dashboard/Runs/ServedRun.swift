// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import ClusterProtocol
package import Foundation
package import RunStore

/// A run that the page shows, and what can be asked of it beside its database.
package struct ServedRun: Sendable {
    /// Where it is kept.
    package var directory: RunDirectory
    /// How its cluster is now, where this process is its coordinator; called from one thread at a
    /// time, which waits.
    package var status: (@Sendable () -> ClusterStatus?)?
    /// Makes films of it; nil where nothing can.
    package var films: (any FilmMaker)?

    /// A run that another process drives, or nobody.
    package init(
        _ directory: RunDirectory, status: (@Sendable () -> ClusterStatus?)? = nil,
        films: (any FilmMaker)? = nil
    ) {
        self.directory = directory
        self.status = status
        self.films = films
    }
}

/// Makes a film with the product's own renderer.
package protocol FilmMaker: Sendable {
    /// How a film's file name ends, such as "gif".
    var ending: String { get }

    /// Films the best controller of a run.
    ///
    /// - Parameters:
    ///   - directory: The run.
    ///   - trackSeed: The seed of the track.
    ///   - kind: What the film shows.
    ///   - file: Where to write it; it appears whole or not at all.
    /// - Throws: Why it cannot be made.
    func film(
        _ directory: RunDirectory, trackSeed: UInt64, kind: FilmKind, to file: URL) throws
}

/// What a film shows.
package enum FilmKind: String, Sendable, Hashable, CaseIterable {
    /// The drive, as a person sees it.
    case drive
    /// What the car sees, beside what V and M make of it.
    case dream
}
