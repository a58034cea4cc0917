// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Foundation

/// What a service tells while it drives a batch.
package enum EpisodeNews: Sendable {
    /// An episode has ended; with its file where it is recorded.
    case finished(EpisodeResult, file: Data?)
    /// A party (`EpisodeDriver.party`) was found to give wrong results, and why. What it drove and
    /// nobody confirmed is not to be believed; where it is needed, it is to be driven again, in
    /// another batch.
    case distrusted(party: String, reason: String)
}

/// Drives episodes somewhere: on the workers of a cluster, or in this process.
package protocol EpisodeService: Sendable {
    /// Drives every episode to its end, whatever workers do meanwhile.
    ///
    /// - Parameters:
    ///   - batch: What to drive.
    ///   - onNews: Told each result once, as it arrives; what it throws ends the work.
    /// - Returns: One result an episode, in the batch's order.
    /// - Throws: `CancellationError` when the calling task is cancelled, what `onNews` threw, or why
    ///   it cannot go on.
    func perform(
        _ batch: EpisodeBatch, onNews: @Sendable (EpisodeNews) throws -> Void
    ) async throws -> [EpisodeResult]
}

extension EpisodeService {
    /// Drives every episode to its end, for who drives nothing again.
    ///
    /// - Parameters:
    ///   - batch: What to drive.
    ///   - onResult: Told each result once, as it arrives, with the episode's file where it is
    ///     recorded; what it throws ends the work.
    /// - Returns: One result an episode, in the batch's order.
    /// - Throws: As `perform(_:onNews:)`.
    package func perform(
        _ batch: EpisodeBatch, onResult: @Sendable (EpisodeResult, Data?) throws -> Void
    ) async throws -> [EpisodeResult] {
        try await perform(batch) { (news: EpisodeNews) in
            if case .finished(let result, let file) = news { try onResult(result, file) }
        }
    }
}

/// The kind of work that all episodes of a coordinator have in common, with its settings as JSON.
package enum Work: Sendable, Hashable {
    /// Episodes are driven for their returns.
    case score(settings: Data)
    /// Episodes are driven for their files.
    case record(settings: Data)
    /// Candidates are evaluated by a program of the worker's.
    case objective(settings: Data)
    /// Episodes are driven or dreamt, as each says, for their returns.
    case dream(settings: Data)

    /// The settings, whatever the kind.
    package var settings: Data {
        switch self {
        case .score(let settings), .record(let settings), .objective(let settings),
            .dream(let settings):
            settings
        }
    }
}
