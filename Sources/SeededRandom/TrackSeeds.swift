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
    public init(_ streams: SeedStreams) {
        self.streams = streams
    }

    /// A track of a generation (from 1), which all its candidates drive; the top bit is clear.
    public func training(generation: Int, repetition: Int) -> UInt64 {
        streams.seed("tracks", UInt64(generation), UInt64(repetition)) & ~Self.reserved
    }

    /// A track of the fixed set that progress is measured and the best chosen on; the top bit is
    /// set.
    ///
    /// The first ones of a larger set are those of a smaller.
    public func evaluation(_ index: Int) -> UInt64 {
        streams.seed("evaluation-tracks", UInt64(index)) | Self.reserved
    }

    /// A track for the report on a finished agent, neither trained nor chosen on; the top bit is
    /// set.
    public func report(_ index: Int) -> UInt64 {
        streams.seed("report-tracks", UInt64(index)) | Self.reserved
    }
}
