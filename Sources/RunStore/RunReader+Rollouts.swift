// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

package import Episodes
import GRDB

/// What became of all drives on one track.
package struct TrackSummary: Sendable, Hashable {
    /// What they were driven for.
    package var purpose: Purpose
    /// The track's seed, as the program takes it.
    package var seed: UInt64
    /// How many there are.
    package var rollouts = 0
    /// Those with a return: the others were set aside.
    package var returns = 0
    /// How many ended how.
    package var ends: [EpisodeEnd: Int] = [:]
    /// The worst return; infinite where there is none.
    package var worst = Double.infinity
    /// The best return; minus infinity where there is none.
    package var best = -Double.infinity
    fileprivate var sum = 0.0
    fileprivate var squares = 0.0

    /// The mean return; NaN where there is none.
    package var mean: Double { returns > 0 ? sum / Double(returns) : .nan }

    /// The returns' standard deviation (n - 1); NaN for fewer than two.
    package var standardDeviation: Double {
        guard returns > 1 else { return .nan }
        let count = Double(returns)
        return (max(0, squares - sum * sum / count) / (count - 1)).squareRoot()
    }

    /// The share that completed the lap.
    package var completedShare: Double {
        rollouts > 0 ? Double(ends[.lapCompleted] ?? 0) / Double(rollouts) : .nan
    }

    fileprivate init(purpose: Purpose, seed: UInt64) {
        self.purpose = purpose
        self.seed = seed
    }
}

extension RunReader {
    /// The tracks that were driven, the hardest (that of the lowest mean return) first.
    ///
    /// - Parameters:
    ///   - purpose: Which rollouts; nil: all.
    ///   - generation: Those of one generation; nil: of all.
    ///   - first: Those of this generation and of later ones; nil: of all.
    /// - Returns: A summary a purpose and track.
    /// - Throws: `RunStoreError`.
    package func tracks(
        purpose: Purpose? = nil, generation: Int? = nil, from first: Int? = nil
    ) throws -> [TrackSummary] {
        var tracks: [TrackSummary] = []
        // Only what is asked for is a condition, so that the key is of use.
        let conditions: [(sql: String, value: (any DatabaseValueConvertible)?)] = [
            ("purpose = ?", purpose), ("generation = ?", generation), ("generation >= ?", first),
        ].filter { $0.1 != nil }
        // A dream's seed is no track's.
        let condition = (conditions.map(\.sql) + ["dream_temperature IS NULL"])
            .joined(separator: " AND ")
        try read { database in
            // Ordered, so that the rows of a track follow one another.
            let cursor = try Row.fetchCursor(
                database,
                sql: """
                    SELECT purpose, track_seed, "end", count(*), count(return), total(return),
                        total(return * return), min(return), max(return)
                    FROM rollouts
                    WHERE \(condition)
                    GROUP BY purpose, track_seed, "end"
                    """, arguments: StatementArguments(conditions.map(\.value)))
            while let row = try cursor.next() {
                guard let purpose = Purpose.fromDatabaseValue(row[0]),
                    let seed = Int64.fromDatabaseValue(row[1]).map(UInt64.init(bitPattern:)),
                    let end = EpisodeEnd.fromDatabaseValue(row[2]),
                    let rollouts = Int.fromDatabaseValue(row[3]),
                    let returns = Int.fromDatabaseValue(row[4]),
                    let sum = Double.fromDatabaseValue(row[5]),
                    let squares = Double.fromDatabaseValue(row[6])
                else {
                    throw RunStoreError.badRow(
                        path: path, detail: "rollouts: a purpose, seed or end that is none")
                }
                if tracks.last.map({ $0.purpose != purpose || $0.seed != seed }) ?? true {
                    tracks.append(TrackSummary(purpose: purpose, seed: seed))
                }
                let last = tracks.count - 1
                tracks[last].rollouts += rollouts
                tracks[last].returns += returns
                tracks[last].ends[end] = rollouts
                tracks[last].sum += sum
                tracks[last].squares += squares
                if let worst = Double.fromDatabaseValue(row[7]),
                    let best = Double.fromDatabaseValue(row[8])
                {
                    tracks[last].worst = min(tracks[last].worst, worst)
                    tracks[last].best = max(tracks[last].best, best)
                }
            }
        }
        // What has no mean comes last.
        return tracks.sorted { left, right in
            if left.mean.isNaN || right.mean.isNaN { return !left.mean.isNaN && right.mean.isNaN }
            return (left.mean, left.purpose.rawValue, left.seed)
                < (right.mean, right.purpose.rawValue, right.seed)
        }
    }

    /// The generations of which rollouts are stored, complete or not, in their order.
    package func generations(of purpose: Purpose) throws -> [Int] {
        try read {
            try Int.fetchAll(
                $0,
                sql: """
                    SELECT DISTINCT generation FROM rollouts WHERE purpose = ? ORDER BY generation
                    """,
                arguments: [purpose])
        }
    }

    /// The parameters of a generation's best candidate; nil where none was kept.
    package func bestCandidate(generation: Int) throws -> BestCandidate? {
        try rows("WHERE generation = ?", [generation], as: BestCandidate.self).first
    }
}
