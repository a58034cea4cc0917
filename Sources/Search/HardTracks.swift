// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import RunStore
package import SeededRandom

/// The training tracks on which candidates failed, for later generations to be driven on again.
///
/// Prioritised level replay (Jiang, Grefenstette & Rocktäschel 2021, arXiv 2010.03934) with a
/// population's failures as the score. It is a function of the stored rollouts, generation by
/// generation, so that it may be put together from them at any time; no track of an evaluation is
/// among those.
package struct HardTracks: Sendable, Equatable {
    /// Tracks that are remembered.
    package static let capacity = 256
    /// What a track's difficulty is multiplied with for each generation that does not drive it: the
    /// search has learned since.
    static let keep = 0.9
    /// A track of less difficulty is forgotten.
    static let least = 0.02

    /// The tracks, the hardest first, of equals that of the least seed.
    package private(set) var tracks: [HardTrackRecord]

    /// The last generation that it knows of; 0 before the first and where no track is hard.
    package var generation: Int { tracks.first?.generation ?? 0 }

    /// Those that a run's database has, or none.
    package init(_ tracks: [HardTrackRecord] = []) {
        self.tracks = tracks.sorted(by: Self.comesFirst)
    }

    private static func comesFirst(_ one: HardTrackRecord, _ other: HardTrackRecord) -> Bool {
        (-one.difficulty, one.seed) < (-other.difficulty, other.seed)
    }

    /// Learns what became of a generation's candidates.
    ///
    /// - Parameters:
    ///   - failures: Each track that was driven, once.
    ///   - generation: The generation, which follows that of the last call.
    package mutating func learn(_ failures: [TrackFailures], generation: Int) {
        var known: [UInt64: HardTrackRecord] = [:]
        for var track in tracks {
            track.difficulty *= Self.keep
            track.generation = generation
            known[track.seed] = track
        }
        for track in failures where track.driven > 0 {
            known[track.seed] = HardTrackRecord(
                seed: track.seed, difficulty: Double(track.failed) / Double(track.driven),
                driven: generation, generation: generation)
        }
        tracks = known.values.filter { $0.difficulty >= Self.least }.sorted(by: Self.comesFirst)
        tracks.removeLast(max(0, tracks.count - Self.capacity))
    }

    /// Draws tracks, each at most once, with chances in proportion to their difficulty.
    ///
    /// - Parameters:
    ///   - count: How many; fewer are drawn where there are fewer.
    ///   - generator: Where chance comes from: one draw a track.
    /// - Returns: Their seeds in the order of the draws.
    package func draw(_ count: Int, from generator: inout PCG64) -> [UInt64] {
        var left = tracks
        return (0..<min(count, left.count)).map { _ in
            var place = generator.unit() * left.reduce(0) { $0 + $1.difficulty }
            let index =
                left.firstIndex { track in
                    place -= track.difficulty
                    return place < 0
                } ?? left.count - 1
            return left.remove(at: index).seed
        }
    }

    /// How many of a generation's tracks are drawn, of at least one that is new.
    package static func count(share: Double, of tracks: Int) -> Int {
        min(Int((share * Double(tracks)).rounded()), tracks - 1)
    }

    /// A generation's tracks: the new ones with some of them exchanged for drawn ones, which are
    /// spread evenly, since in a race all candidates drive the first ones alone.
    package static func mix(_ new: [UInt64], with drawn: [UInt64]) -> [UInt64] {
        var next = drawn.makeIterator()
        return new.indices.map { index in
            let isDrawn = (index + 1) * drawn.count / new.count > index * drawn.count / new.count
            return isDrawn ? next.next() ?? new[index] : new[index]
        }
    }
}
