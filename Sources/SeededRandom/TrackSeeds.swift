// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// The seeds of the tracks that a run drives on.
///
/// The top bit tells what a track is for, so that no track of an evaluation can ever have been
/// driven in training, whatever the run's seed.
public struct TrackSeeds: Sendable, Hashable {
    private static let reserved: UInt64 = 1 << 63
    private let streams: SeedStreams

    /// The tracks of a run.
    ///
    /// - Parameter streams: The run's random streams.
    public init(_ streams: SeedStreams) {
        self.streams = streams
    }

    /// A track of a generation; all candidates of the generation drive it.
    ///
    /// - Parameters:
    ///   - generation: The generation, from 1.
    ///   - repetition: Which of the generation's tracks.
    /// - Returns: A seed with the top bit clear.
    public func training(generation: Int, repetition: Int) -> UInt64 {
        streams.seed("tracks", UInt64(generation), UInt64(repetition)) & ~Self.reserved
    }

    /// A track of the fixed set on which the search's progress is measured and its best is chosen.
    ///
    /// - Parameter index: Which one; the first ones of a larger set are those of a smaller.
    /// - Returns: A seed with the top bit set.
    public func evaluation(_ index: Int) -> UInt64 {
        streams.seed("evaluation-tracks", UInt64(index)) | Self.reserved
    }

    /// A track for the report on a finished agent, neither trained nor chosen on.
    ///
    /// - Parameter index: Which one.
    /// - Returns: A seed with the top bit set.
    public func report(_ index: Int) -> UInt64 {
        streams.seed("report-tracks", UInt64(index)) | Self.reserved
    }
}
