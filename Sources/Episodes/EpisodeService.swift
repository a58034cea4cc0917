// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Foundation

/// Drives episodes somewhere: on the workers of a cluster, or in this process.
package protocol EpisodeService: Sendable {
    /// Drives every episode to its end, whatever workers do meanwhile.
    ///
    /// - Parameters:
    ///   - batch: What to drive.
    ///   - onResult: Told each result once, as it arrives, with the episode's file where it is
    ///     recorded; what it throws ends the work.
    /// - Returns: One result an episode, in the batch's order.
    /// - Throws: `CancellationError` when the calling task is cancelled, or what `onResult` threw.
    func perform(
        _ batch: EpisodeBatch, onResult: @Sendable (EpisodeResult, Data?) throws -> Void
    ) async throws -> [EpisodeResult]
}

/// The kind of work that all episodes of a coordinator have in common, with its settings as JSON.
package enum Work: Sendable, Hashable {
    /// Episodes are driven for their returns.
    case score(settings: Data)
    /// Episodes are driven for their files.
    case record(settings: Data)

    /// The settings, whatever the kind.
    package var settings: Data {
        switch self {
        case .score(let settings), .record(let settings): settings
        }
    }
}
