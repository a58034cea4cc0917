// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Basics
package import Episodes
import Foundation
import GRDB

// What a page asks that is open while the run goes on: each query costs as much as what it gives, not
// as much as the run is long.
extension RunReader {
    /// How far the run has come.
    package func pulse() throws -> RunPulse {
        try read { database in
            func number(_ sql: String, _ arguments: StatementArguments = []) throws -> Int {
                try Int.fetchOne(database, sql: "SELECT (\(sql))", arguments: arguments) ?? 0
            }
            var pulse = RunPulse()
            pulse.generation = try number("SELECT max(generation) FROM generations")
            let count = "SELECT count(*) FROM rollouts WHERE purpose = ? AND generation = ?"
            pulse.rolloutsUnderWay = try number(count, [Purpose.training, pulse.generation + 1])
            pulse.evaluation = try number(
                "SELECT max(generation) FROM evaluations WHERE mean IS NOT NULL")
            pulse.evaluationRollouts = try number(count, [Purpose.evaluation, pulse.generation])
            pulse.event = try number("SELECT max(id) FROM events")
            pulse.losses = try number("SELECT count(*) FROM losses")
            pulse.quarantine = try number("SELECT max(id) FROM quarantines")
            return pulse
        }
    }

    /// The evaluation with the best mean, the earliest of equals.
    package func bestEvaluation() throws -> EvaluationRecord? {
        try rows(
            "WHERE mean IS NOT NULL ORDER BY mean DESC, generation LIMIT 1",
            as: EvaluationRecord.self
        ).first
    }

    /// Steps of the search up to the last complete generation, or before one: of the environment, or
    /// of M's dreams.
    package func totalSteps(before generation: Int? = nil, ofDreams: Bool = false) throws -> Int {
        // Not sum(), which ends with an error where a number was made too large.
        let total = try read {
            try Double.fetchOne(
                $0,
                sql: """
                    SELECT total(steps) FROM generations WHERE (?1 IS NULL OR generation < ?1)
                        AND (dream_temperature IS NULL) <> ?2
                    """,
                arguments: [generation, ofDreams])
        }
        return total.flatMap { Int(exactly: $0.rounded()) } ?? 0
    }

    /// The complete generations after one, first to last.
    package func generations(after generation: Int) throws -> [GenerationRecord] {
        try rows("WHERE generation > ? ORDER BY generation", [generation])
    }

    /// The evaluations after generations beyond one, first to last.
    package func evaluations(after generation: Int) throws -> [EvaluationRecord] {
        try rows("WHERE generation > ? ORDER BY generation", [generation])
    }

    /// How the candidates' mean returns are spread in each generation after one.
    package func returnSpreads(after generation: Int) throws -> [ReturnSpread] {
        try selected(
            "candidates",
            """
            SELECT generation, mean_return FROM candidates
            WHERE generation > ? AND mean_return IS NOT NULL ORDER BY generation, mean_return
            """, [generation], into: [(generation: Int, returns: [Double])]()
        ) { groups, fields in
            let generation: Int = try fields[0]
            if groups.last?.generation != generation { groups.append((generation, [])) }
            groups[groups.count - 1].returns.append(try fields[1])
        }.map { group in
            ReturnSpread(
                generation: group.generation,
                quantiles: ReturnSpread.shares.map { group.returns.sortedQuantile($0) })
        }
    }

    /// The results of a generation, by candidate and track.
    package func summaries(generation: Int, purpose: Purpose) throws -> [RolloutSummary] {
        try selected(
            "rollouts",
            """
            SELECT candidate, repetition, track_seed, return, rollouts.steps, tiles_visited,
                track_tiles, end, name, core, seconds, arrived, confirmed
            FROM rollouts JOIN workers ON workers.id = worker
            WHERE purpose = ? AND generation = ? ORDER BY candidate, repetition
            """, [purpose, generation], into: [RolloutSummary]()
        ) { summaries, fields in
            let tiles: Int = try fields[6]
            let visited: Int = try fields[5]
            let name: String = try fields[8]
            let arrived: Int64? = try fields[optional: 11]
            summaries.append(
                RolloutSummary(
                    candidate: try fields[0], repetition: try fields[1],
                    trackSeed: UInt64(bitPattern: try fields[2] as Int64),
                    episodeReturn: try fields[optional: 3] ?? .nan, steps: try fields[4],
                    tileShare: tiles > 0 ? Double(visited) / Double(tiles) : .nan,
                    end: try fields[7], driver: name.printable, core: try fields[9],
                    seconds: try fields[10],
                    arrived: arrived.map { Date(timeIntervalSince1970: Double($0) / 1000) },
                    isConfirmed: try fields[12]))
        }
    }

    /// The results of a generation beside those that count, as they came.
    package func copies(generation: Int, purpose: Purpose) throws -> [CopyRecord] {
        try rows(
            "WHERE generation = ? AND purpose = ? ORDER BY id", [generation, purpose])
    }

    /// How the episodes of some generations ended.
    ///
    /// - Parameters:
    ///   - purpose: Which ones.
    ///   - generation: The first generation whose episodes count.
    ///   - hardest: How many tracks are named.
    /// - Returns: Counts, percentiles and the hardest tracks.
    /// - Throws: `RunStoreError`.
    package func tail(
        purpose: Purpose, from generation: Int, hardest: Int
    ) throws -> EpisodeTail {
        let tracks = try tracks(purpose: purpose, from: generation).filter { $0.returns > 0 }
        var ends: [EpisodeEnd: Int] = [:]
        for track in tracks { ends.merge(track.ends, uniquingKeysWith: +) }
        // It has no return.
        ends[.setAside] = nil
        let returns = try selected(
            "rollouts",
            """
            SELECT return FROM rollouts
            WHERE purpose = ? AND generation >= ? AND return IS NOT NULL ORDER BY return
            """, [purpose, generation], into: [Double]()
        ) { returns, fields in
            returns.append(try fields[0])
        }
        return EpisodeTail(
            episodes: returns.count, ends: ends, firstPercentile: returns.sortedQuantile(0.01),
            tenthPercentile: returns.sortedQuantile(0.1), median: returns.sortedQuantile(0.5),
            hardest: Array(tracks.prefix(hardest)))
    }

    /// The events after one of a number, oldest first, at most so many; the last of all where there
    /// are more.
    package func events(
        after number: Int, atMost count: Int
    ) throws -> [(number: Int, event: EventRecord)] {
        let numbers = try selected(
            "events", "SELECT id FROM events WHERE id > ? ORDER BY id DESC LIMIT ?",
            [number, count], into: [Int]()
        ) { numbers, fields in
            numbers.append(try fields[0])
        }
        guard let first = numbers.last else { return [] }
        let records = try rows(
            "WHERE id >= ? ORDER BY id LIMIT ?", [first, numbers.count], as: EventRecord.self)
        return zip(numbers.reversed(), records).map { (number: $0, event: $1) }
    }

    /// Answers a query row by row.
    private func selected<Result>(
        _ table: String, _ sql: String, _ arguments: StatementArguments, into start: Result,
        _ take: (inout Result, Fields) throws -> Void
    ) throws -> Result {
        try read { database in
            var result = start
            let cursor = try Row.fetchCursor(database, sql: sql, arguments: arguments)
            while let row = try cursor.next() {
                try take(&result, Fields(row: row, table: table, path: path))
            }
            return result
        }
    }
}

/// A row whose values need not be what this program writes.
private struct Fields {
    let row: Row
    let table: String
    let path: String

    subscript<Value: DatabaseValueConvertible>(column: Int) -> Value {
        get throws {
            guard let value: Value = try self[optional: column] else {
                throw RunStoreError.badRow(path: path, detail: "\(table): column \(column) is NULL")
            }
            return value
        }
    }

    subscript<Value: DatabaseValueConvertible>(optional column: Int) -> Value? {
        get throws {
            let stored = row[column] as DatabaseValue
            if stored.isNull { return nil }
            guard let value = Value.fromDatabaseValue(stored) else {
                throw RunStoreError.badRow(
                    path: path,
                    detail: "\(table): column \(column) is \(stored)".printable)
            }
            return value
        }
    }
}

extension [Double] {
    /// The value below which a share of the sorted elements lies, by linear interpolation; NaN where
    /// there is none.
    fileprivate func sortedQuantile(_ share: Double) -> Double {
        guard let last = indices.last else { return .nan }
        let place = share * Double(last)
        let below = Int(place)
        let above = Swift.min(below + 1, last)
        return self[below] + (self[above] - self[below]) * (place - Double(below))
    }
}
