// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import GRDB

/// A record whose properties are the columns of a table: `firstSeen` is the column first_seen.
///
/// Columns that no property names are left alone.
protocol TableRow: Codable, FetchableRecord, PersistableRecord {
    /// What the program never writes: a column's name and its value; nil in a sound row.
    var fault: String? { get }
}

extension TableRow {
    var fault: String? { nil }

    static var databaseColumnDecodingStrategy: DatabaseColumnDecodingStrategy {
        .convertFromSnakeCase
    }

    /// As `.convertToSnakeCase` has the names that there are, none of which has two capitals in a row,
    /// in less than half of its time: with fast objectives that was a tenth of all that a search took.
    static var databaseColumnEncodingStrategy: DatabaseColumnEncodingStrategy {
        .custom { key in
            var name = ""
            for byte in key.stringValue.utf8 {
                let isCapital = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                if isCapital { name += "_" }
                name.unicodeScalars.append(Unicode.Scalar(isCapital ? byte + 32 : byte))
            }
            return name
        }
    }

    static func databaseDateDecodingStrategy(for column: String) -> DatabaseDateDecodingStrategy {
        .custom { String.fromDatabaseValue($0).flatMap(Timestamp.date) }
    }

    static func databaseDateEncodingStrategy(for column: String) -> DatabaseDateEncodingStrategy {
        .custom { Timestamp.text($0) }
    }
}

/// Whether numbers are what they may be, so that sums and pictures of them are possible.
private enum Range {
    /// The first whole number that counts nothing.
    static func count(_ values: KeyValuePairs<String, Int>, from low: Int = 0) -> String? {
        fault(values) { (low...1 << 40).contains($0) }
    }

    /// The first number of candidates or tracks that no setting allows.
    static func extent(_ values: KeyValuePairs<String, Int>) -> String? {
        fault(values) { (1...1 << 20).contains($0) }
    }

    /// The first finite number that is beyond what is measured.
    static func measure(_ values: KeyValuePairs<String, Double>) -> String? {
        fault(values) { !$0.isFinite || abs($0) < 1e15 }
    }

    /// The first duration that no clock gives; one that was set gives negative ones.
    static func duration(_ values: KeyValuePairs<String, Double>) -> String? {
        fault(values) { abs($0) < 1e15 }
    }

    private static func fault<Value>(
        _ values: KeyValuePairs<String, Value>, _ isSound: (Value) -> Bool
    ) -> String? {
        values.first { !isSound($0.value) }.map { "\($0.key) is \($0.value)" }
    }
}

extension RunIdentity: TableRow { static let databaseTableName = "run" }
extension EventRecord: TableRow { static let databaseTableName = "events" }

extension GenerationRecord: TableRow {
    static let databaseTableName = "generations"

    var fault: String? {
        Range.count(["generation": generation], from: 1)
            ?? Range.extent(["candidates": candidates, "tracks": tracks])
            ?? Range.count([
                "failed": failed, "steps": steps, "workers": workers, "rollouts": rollouts,
                "hard_tracks": hardTracks,
            ])
            ?? Range.measure([
                "best": best, "mean": mean, "standard_deviation": standardDeviation,
                "worst": worst, "path_length": pathLength, "axis_ratio": axisRatio,
                "least_deviation": leastDeviation, "median_deviation": medianDeviation,
                "greatest_deviation": greatestDeviation, "rank_correlation": rankCorrelation,
                "dream_temperature": dreamTemperature,
            ]) ?? Range.duration(["seconds": seconds, "elapsed": elapsed])
            ?? (sigma.isFinite ? nil : "sigma is \(sigma)")
    }
}

extension OptimiserState: TableRow {
    static let databaseTableName = "optimiser_state"

    var fault: String? { Range.count(["generation": generation]) }
}

extension EvaluationRecord: TableRow {
    static let databaseTableName = "evaluations"

    var fault: String? {
        Range.count(["generation": generation, "episodes": episodes, "steps": steps])
            ?? Range.measure(["mean": mean, "standard_deviation": standardDeviation])
            ?? Range.duration(["seconds": seconds])
    }
}

extension BestCandidate: TableRow {
    static let databaseTableName = "best_candidates"

    var fault: String? {
        Range.count(["generation": generation, "candidate": candidate])
            ?? (doubles.map { $0.count == 8 * parameters.count } ?? true
                ? nil : "doubles has \(doubles?.count ?? 0) bytes")
    }
}

extension HardTrackRecord: TableRow {
    static let databaseTableName = "hard_tracks"

    var fault: String? {
        // Of a negative number the top bit is set: no track of training.
        trackSeed < 0 || !(0...1).contains(difficulty)
            ? "track_seed is \(trackSeed), its difficulty \(difficulty)"
            : Range.count(["driven": driven, "generation": generation], from: 1)
    }
}

extension WorkerRecord: TableRow {
    static let databaseTableName = "workers"

    var fault: String? {
        Range.count(["rollouts": rollouts, "steps": steps, "dream_steps": dreamSteps])
    }
}

extension CopyRecord: TableRow {
    static let databaseTableName = "copies"

    var fault: String? {
        Range.count([
            "generation": generation, "candidate": candidate, "repetition": repetition,
            "core": core,
        ]) ?? Range.duration(["seconds": seconds])
    }
}

extension QuarantineRecord: TableRow { static let databaseTableName = "quarantines" }

extension LossRecord: TableRow {
    static let databaseTableName = "losses"

    var fault: String? { Range.count(["epoch": epoch]) }
}

/// A setting and its place in the order in which to show them.
struct SettingRow: TableRow {
    static let databaseTableName = "settings"
    var position: Int
    var name: String
    var value: String
}

/// A candidate's mean return in its generation.
struct CandidateRow: TableRow {
    static let databaseTableName = "candidates"
    var generation: Int
    var candidate: Int
    @NullIsNaN var meanReturn: Double
}

/// The number under which the results of a worker name it.
struct DriverRow: TableRow {
    static let databaseTableName = "workers"
    var id: Int64
    var name: String
    var fingerprint: String
    var party: String

    var driver: EpisodeDriver {
        EpisodeDriver(name: name, fingerprint: fingerprint, party: party)
    }
}

/// A result as it is stored.
struct RolloutRow: TableRow {
    static let databaseTableName = "rollouts"
    var purpose: Purpose
    var generation: Int
    var candidate: Int
    var repetition: Int
    /// The unsigned seed's bits.
    var trackSeed: Int64
    @NullIsNaN var `return`: Double
    var steps: Int
    var tilesVisited: Int
    var trackTiles: Int
    var end: EpisodeEnd
    /// The driver's `id`.
    var worker: Int64
    var seconds: Double
    var confirmed: Bool
    var core: Int
    /// Milliseconds since 1970; nil where an earlier program stored it.
    var arrived: Int64?
    /// NULL where it was not measured.
    var coreSeconds: Double?
    /// What an objective told beside its value, as JSON; NULL: nothing.
    var info: String?
    /// NULL: it was driven.
    var dreamTemperature: Double?

    var fault: String? {
        Range.count([
            "generation": generation, "candidate": candidate, "repetition": repetition,
            "steps": steps, "tiles_visited": tilesVisited, "track_tiles": trackTiles,
            "core": core,
        ]) ?? Range.duration(["seconds": seconds, "core_seconds": coreSeconds ?? 0])
            ?? (numbers == nil ? "info is no JSON object of numbers" : nil)
            ?? dreamTemperature.flatMap {
                Episode.temperatureLimits.contains($0) ? nil : "dream_temperature is \($0)"
            }
    }

    /// What `info` has; nil where it is not what is written there.
    private var numbers: [String: Double]? {
        guard let info else { return [:] }
        return try? JSONDecoder().decode([String: Double].self, from: Data(info.utf8))
    }

    init(_ result: EpisodeResult, worker: Int64, arrived: Date) {
        purpose = result.name.purpose
        generation = result.name.generation
        candidate = result.name.candidate
        repetition = result.name.repetition
        trackSeed = Int64(bitPattern: result.episode.trackSeed)
        self.return = result.outcome.episodeReturn
        steps = result.outcome.steps
        tilesVisited = result.outcome.tilesVisited
        trackTiles = result.outcome.trackTiles
        end = result.outcome.end
        self.worker = worker
        seconds = result.seconds
        confirmed = result.isConfirmed
        core = result.driver.core
        // No clock shows a time that does not fit.
        self.arrived = Int64(exactly: (arrived.timeIntervalSince1970 * 1000).rounded())
        coreSeconds = result.coreSeconds
        info = Self.text(result.outcome.info)
        dreamTemperature = result.episode.dreamTemperature
    }

    private static func text(_ numbers: [String: Double]) -> String? {
        guard !numbers.isEmpty else { return nil }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Its numbers are finite: all can be written.
        return (try? encoder.encode(numbers)).map { String(decoding: $0, as: UTF8.self) }
    }

    func result(driver: EpisodeDriver) -> EpisodeResult {
        var driver = driver
        driver.core = core
        return EpisodeResult(
            episode: Episode(
                name: EpisodeName(
                    purpose: purpose, generation: generation, candidate: candidate,
                    repetition: repetition),
                trackSeed: UInt64(bitPattern: trackSeed), dreamTemperature: dreamTemperature),
            outcome: EpisodeOutcome(
                episodeReturn: self.return, steps: steps, tilesVisited: tilesVisited,
                trackTiles: trackTiles, end: end, info: numbers ?? [:]),
            driver: driver, seconds: seconds, coreSeconds: coreSeconds, isConfirmed: confirmed)
    }
}
