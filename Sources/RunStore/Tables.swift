// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Episodes
import Foundation
import GRDB

/// A record whose properties are the columns of a table: `firstSeen` is the column first_seen.
///
/// Columns that no property names are left alone.
protocol TableRow: Codable, FetchableRecord, PersistableRecord {}

extension TableRow {
    static var databaseColumnDecodingStrategy: DatabaseColumnDecodingStrategy {
        .convertFromSnakeCase
    }

    static var databaseColumnEncodingStrategy: DatabaseColumnEncodingStrategy {
        .convertToSnakeCase
    }

    static func databaseDateDecodingStrategy(for column: String) -> DatabaseDateDecodingStrategy {
        .custom { String.fromDatabaseValue($0).flatMap(Timestamp.date) }
    }

    static func databaseDateEncodingStrategy(for column: String) -> DatabaseDateEncodingStrategy {
        .custom { Timestamp.text($0) }
    }
}

extension RunIdentity: TableRow { static let databaseTableName = "run" }
extension GenerationRecord: TableRow { static let databaseTableName = "generations" }
extension OptimiserState: TableRow { static let databaseTableName = "optimiser_state" }
extension EvaluationRecord: TableRow { static let databaseTableName = "evaluations" }
extension WorkerRecord: TableRow { static let databaseTableName = "workers" }
extension EventRecord: TableRow { static let databaseTableName = "events" }
extension LossRecord: TableRow { static let databaseTableName = "losses" }

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

    init(_ result: EpisodeResult, worker: Int64) {
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
    }

    func result(driver: EpisodeDriver) -> EpisodeResult {
        EpisodeResult(
            episode: Episode(
                name: EpisodeName(
                    purpose: purpose, generation: generation, candidate: candidate,
                    repetition: repetition),
                trackSeed: UInt64(bitPattern: trackSeed)),
            outcome: EpisodeOutcome(
                episodeReturn: self.return, steps: steps, tilesVisited: tilesVisited,
                trackTiles: trackTiles, end: end),
            driver: driver, seconds: seconds)
    }
}
